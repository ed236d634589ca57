/// Selecting, indexing and testing parts of values (cel-spec, "Field Selection"); of an optional, the part is one too.
extension Value {
    /// `value.field`.
    func selected(_ field: String) throws(EvaluationError) -> Value {
        switch self {
        case .map(let map):
            guard let value = map[field] else { throw Self.noSuchKey(.string(field)) }
            return value
        case .optional: return try optionallySelected(field)
        default: throw noField(field)
        }
    }

    /// `value.?field`.
    func optionallySelected(_ field: String) throws(EvaluationError) -> Value {
        switch self {
        case .map(let map): return .optional(OptionalValue(map[field]))
        case .optional(let optional):
            guard let wrapped = optional.wrapped else { return self }
            return try wrapped.optionallySelected(field)
        default: throw noField(field)
        }
    }

    /// `has(value.field)`.
    func has(_ field: String) throws(EvaluationError) -> Bool {
        switch self {
        case .map(let map): return map[field] != nil
        case .optional(let optional):
            guard let wrapped = optional.wrapped else { return false }
            return try wrapped.has(field)
        default: throw noField(field)
        }
    }

    /// `value[index]`.
    func element(at index: Value) throws(EvaluationError) -> Value {
        switch self {
        case .list(let list):
            let place = try Self.place(index)
            guard list.indices.contains(place) else {
                throw EvaluationError(.invalidArgument, "index \(place) is out of range of a list of \(list.count)")
            }
            return list[place]
        case .map(let map):
            guard let value = map[index] else { throw Self.noSuchKey(index) }
            return value
        case .optional: return try optionalElement(at: index)
        default: throw EvaluationError.noOverload("_[_]", [self, index])
        }
    }

    /// `value[?index]`.
    func optionalElement(at index: Value) throws(EvaluationError) -> Value {
        switch self {
        case .list(let list):
            let place = try Self.place(index)
            return .optional(list.indices.contains(place) ? .some(list[place]) : .none)
        case .map(let map): return .optional(OptionalValue(map[index]))
        case .optional(let optional):
            guard let wrapped = optional.wrapped else { return self }
            return try wrapped.optionalElement(at: index)
        default: throw EvaluationError.noOverload("_[?_]", [self, index])
        }
    }

    /// Whether `self in container`.
    func isContained(in container: Value, _ budget: inout Budget) throws(EvaluationError) -> Bool {
        switch container {
        case .list(let list):
            for element in list {
                try budget.spend(1)
                if try Value.equals(self, element, &budget) { return true }
            }
            return false
        case .map(let map): return map.contains(self)
        default: throw EvaluationError.noOverload("_in_", [self, container])
        }
    }

    /// A list's index: an integer of either type, or a double that is one.
    private static func place(_ index: Value) throws(EvaluationError) -> Int {
        switch index {
        case .int(let number): return Int(number)
        case .uint(let number): return Int(exactly: number) ?? Int.max
        case .double(let number):
            guard let place = Int(exactly: number) else {
                throw EvaluationError(.invalidArgument, "\(index.excerpt) is no index of a list")
            }
            return place
        default: throw EvaluationError(.invalidArgument, "a list is indexed by an int, not by \(index.excerpt)")
        }
    }

    private static func noSuchKey(_ key: Value) -> EvaluationError {
        EvaluationError(.noSuchKey, "no such key: \(key.excerpt)")
    }

    private func noField(_ field: String) -> EvaluationError {
        EvaluationError(.noSuchOverload, "a value of type `\(typeValue)` has no field \(Value.excerpt(field))")
    }
}
