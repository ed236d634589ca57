/// What the type parameters of one check stand for so far, and the rules of assignment between types
/// (cel-spec, "Gradual Type Checking").
struct TypeSubstitution {
    private var bindings: [String: CELType] = [:]
    /// What each binding of the attempt under way replaced, so that a failed one is undone.
    private var trail: [(name: String, before: CELType?)] = []
    private var freshCount = 0
    /// A type may hold another many times over, and that one a third, so walks are bounded: no expression of people
    /// takes a hundredth of these steps.
    private var stepsLeft = 250_000

    /// A parameter that nothing is known of yet, such as the element of `[]`.
    mutating func fresh() -> CELType {
        freshCount += 1
        return .parameter("%\(freshCount)")
    }

    /// The type with its outermost parameter replaced by what it stands for.
    func outermost(_ type: CELType) -> CELType {
        var type = type
        while case .parameter(let name) = type, let bound = bindings[name] { type = bound }
        return type
    }

    /// The type with every parameter replaced; what is still open becomes `dyn`.
    mutating func closed(_ type: CELType) -> CELType {
        guard step() else { return .dyn }
        return switch outermost(type) {
        case .parameter: .dyn
        case .list(let element): .list(closed(element))
        case .map(let key, let value): .map(closed(key), closed(value))
        case .optional(let wrapped): .optional(closed(wrapped))
        case .type(let type): .type(closed(type))
        case let type: type
        }
    }

    /// An overload's types with its own parameters replaced by fresh ones.
    mutating func instantiate(_ overload: FunctionDeclaration.Overload) -> (parameters: [CELType], result: CELType) {
        var names: [String: CELType] = [:]
        let parameters = overload.parameters.map { instantiate($0, &names) }
        return (parameters, instantiate(overload.result, &names))
    }

    private mutating func instantiate(_ type: CELType, _ names: inout [String: CELType]) -> CELType {
        switch type {
        case .parameter(let name):
            if let known = names[name] { return known }
            let new = fresh()
            names[name] = new
            return new
        case .list(let element): return .list(instantiate(element, &names))
        case .map(let key, let value): return .map(instantiate(key, &names), instantiate(value, &names))
        case .optional(let wrapped): return .optional(instantiate(wrapped, &names))
        case .type(let type): return .type(instantiate(type, &names))
        default: return type
        }
    }

    private mutating func step() -> Bool {
        stepsLeft -= 1
        return stepsLeft > 0
    }

    /// Whether a value of type `source` may stand where `target` is wanted; binds parameters only when it may.
    mutating func assign(_ source: CELType, to target: CELType) -> Bool { settle(unify(source, target)) }

    /// Whether all of `sources` may stand for `targets`; binds parameters only when they may.
    mutating func assign(_ sources: [CELType], to targets: [CELType]) -> Bool {
        guard sources.count == targets.count else { return false }
        for (source, target) in zip(sources, targets) where !unify(source, target) { return settle(false) }
        return settle(true)
    }

    private mutating func settle(_ succeeds: Bool) -> Bool {
        if !succeeds { for (name, before) in trail.reversed() { bindings[name] = before } }
        trail.removeAll(keepingCapacity: true)
        return succeeds
    }

    /// The type of a list that holds both: one that takes the other, or `dyn`.
    mutating func join(_ first: CELType, _ second: CELType) -> CELType {
        if assign(second, to: first) { return isMoreGeneral(second, than: first) ? second : first }
        return .dyn
    }

    private mutating func unify(_ source: CELType, _ target: CELType) -> Bool {
        guard step() else { return false }
        if case .parameter(let name) = target { return bind(name, to: source) }
        if case .parameter(let name) = source { return bind(name, to: target) }
        switch (source, target) {
        case (.dyn, _), (_, .dyn): return true
        case (.null, _): return Self.isNullable(target)
        case (_, .null): return Self.isNullable(source)
        case (.list(let left), .list(let right)): return unify(left, right)
        case (.optional(let left), .optional(let right)): return unify(left, right)
        case (.map(let leftKey, let leftValue), .map(let rightKey, let rightValue)):
            return unify(leftKey, rightKey) && unify(leftValue, rightValue)
        // Any two types can be compared, whatever they are types of: `type(1) == string` is false.
        case (.type, .type): return true
        default: return source == target
        }
    }

    private mutating func bind(_ name: String, to type: CELType) -> Bool {
        let type = outermost(type)
        if type == .parameter(name) { return true }
        if let bound = bindings[name] {
            guard unify(type, bound) else { return false }
            if isMoreGeneral(type, than: bound) { set(name, type) }
            return true
        }
        guard !occurs(name, in: type) else { return false }
        set(name, type)
        return true
    }

    private mutating func set(_ name: String, _ type: CELType) {
        trail.append((name, bindings.updateValue(type, forKey: name)))
    }

    private mutating func occurs(_ name: String, in type: CELType) -> Bool {
        // A type too large to walk counts as one that may not be bound.
        guard step() else { return true }
        return switch outermost(type) {
        case .parameter(let other): other == name
        case .list(let element): occurs(name, in: element)
        case .map(let key, let value): occurs(name, in: key) || occurs(name, in: value)
        case .optional(let wrapped): occurs(name, in: wrapped)
        case .type(let type): occurs(name, in: type)
        default: false
        }
    }

    /// Whether `first` allows more values than `second`, given that they unify.
    private mutating func isMoreGeneral(_ first: CELType, than second: CELType) -> Bool {
        guard step() else { return false }
        return switch (outermost(first), outermost(second)) {
        case (.dyn, .dyn): false
        case (.dyn, _): true
        case (.list(let left), .list(let right)), (.optional(let left), .optional(let right)):
            isMoreGeneral(left, than: right)
        case (.map(let leftKey, let leftValue), .map(let rightKey, let rightValue)):
            isMoreGeneral(leftKey, than: rightKey) || isMoreGeneral(leftValue, than: rightValue)
        default: false
        }
    }

    private static func isNullable(_ type: CELType) -> Bool {
        switch type {
        case .null, .record, .optional, .timestamp, .duration, .ip, .cidr: true
        default: false
        }
    }
}
