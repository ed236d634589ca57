extension Checker {
    mutating func list(_ elements: [SyntaxNode.Element]) -> CELType {
        var joined: CELType?
        for element in elements {
            let type = element.isOptional ? unwrapped(element.value) : type(of: element.value)
            joined = joined.map { substitution.join($0, type) } ?? type
        }
        return .list(joined ?? substitution.fresh())
    }

    mutating func map(_ entries: [SyntaxNode.Entry]) -> CELType {
        var key: CELType?
        var value: CELType?
        for entry in entries {
            let keyType = type(of: entry.key)
            if !isKey(keyType) {
                fail(
                    .type, at: entry.key, "a map key cannot be of type `\(closed(keyType))`",
                    remedy: "use a string, bool, int or uint")
            }
            key = key.map { substitution.join($0, keyType) } ?? keyType
            let valueType = entry.isOptional ? unwrapped(entry.value) : type(of: entry.value)
            value = value.map { substitution.join($0, valueType) } ?? valueType
        }
        return .map(key ?? substitution.fresh(), value ?? substitution.fresh())
    }

    private func isKey(_ type: CELType) -> Bool {
        switch substitution.outermost(type) {
        case .string, .bool, .int, .uint, .dyn, .parameter: true
        default: false
        }
    }

    /// The type of what an optional after `?` holds.
    private mutating func unwrapped(_ id: ID) -> CELType {
        let type = type(of: id)
        let wrapped = substitution.fresh()
        if !substitution.assign(type, to: .optional(wrapped)) {
            fail(
                .type, at: id, "the value after `?` is of type `\(closed(type))`, and an optional is wanted",
                remedy: "leave `?` out")
            return .dyn
        }
        return substitution.outermost(type) == .dyn ? .dyn : wrapped
    }

    // MARK: Fields and elements

    /// `operand.field` where the operand is no record in a slot.
    mutating func selection(_ id: ID, _ operand: ID, _ field: String, isOptional: Bool) -> CELType {
        let type = substitution.outermost(type(of: operand))
        if case .optional(let wrapped) = type {
            return .optional(member(id, substitution.outermost(wrapped), field))
        }
        let member = member(id, type, field)
        return isOptional ? .optional(member) : member
    }

    private mutating func member(_ id: ID, _ type: CELType, _ field: String) -> CELType {
        switch type {
        case .dyn, .parameter: return .dyn
        case .map(let key, let value):
            if !substitution.assign(.string, to: key) {
                fail(
                    .type, at: id, "the keys of the map are of type `\(closed(key))`, so it has no field `\(field)`",
                    remedy: "write `[…]`")
            }
            return value
        case .record(let name):
            let fields = environment.records[name] ?? [:]
            if let found = fields[field] { return found }
            fail(
                .undeclared, at: id, "a `\(name)` has no field `\(field)`",
                remedy: Spelling.nearest(to: field, of: fields.keys).map { "did you mean `\($0)`" })
            return .dyn
        default:
            fail(.type, at: id, "a value of type `\(closed(type))` has no field `\(field)`")
            return .dyn
        }
    }

    mutating func indexed(_ id: ID, _ operand: ID, _ index: ID, isOptional: Bool) -> CELType {
        let container = substitution.outermost(type(of: operand))
        let indexType = type(of: index)
        if case .optional(let wrapped) = container {
            return .optional(element(id, substitution.outermost(wrapped), indexType))
        }
        let element = element(id, container, indexType)
        return isOptional ? .optional(element) : element
    }

    private mutating func element(_ id: ID, _ container: CELType, _ index: CELType) -> CELType {
        switch container {
        case .dyn, .parameter: return .dyn
        case .list(let element):
            if !substitution.assign(index, to: .int) {
                fail(.type, at: id, "a list is indexed by `int`, not by `\(closed(index))`")
            }
            return element
        case .map(let key, let value):
            if !substitution.assign(index, to: key) {
                fail(.type, at: id, "the keys of the map are of type `\(closed(key))`, not `\(closed(index))`")
            }
            return value
        default:
            fail(
                .type, at: id, "a value of type `\(closed(container))` cannot be indexed",
                remedy: "only lists and maps can")
            return .dyn
        }
    }

    // MARK: Macros

    mutating func comprehension(_ comprehension: Comprehension, _ id: ID) -> CELType {
        let range = substitution.outermost(type(of: comprehension.range))
        let key: CELType
        let element: CELType
        var isMap = false
        switch range {
        case .list(let type): (key, element) = (.int, type)
        case .map(let keyType, let valueType):
            (key, element) = (keyType, valueType)
            isMap = true
        case .dyn, .parameter: (key, element) = (.dyn, .dyn)
        default:
            (key, element) = (.dyn, .dyn)
            fail(
                .type, at: comprehension.range,
                "`\(comprehension.name)` visits lists and maps, not a value of type `\(closed(range))`")
        }
        if case .binds(let first)? = names.references[id] {
            bind(first, to: comprehension.secondVariable == nil ? [isMap ? key : element] : [key, element])
        }
        if let filter = comprehension.filter { expect(.bool, filter, "the condition of `\(comprehension.name)`") }
        return result(comprehension, range: range, key: key, element: element)
    }

    private mutating func result(
        _ comprehension: Comprehension, range: CELType, key: CELType, element: CELType
    ) -> CELType {
        switch comprehension.kind {
        case .all, .exists, .existsOne:
            expect(.bool, comprehension.body, "the condition of `\(comprehension.name)`")
            return .bool
        case .list: return .list(type(of: comprehension.body))
        case .map: return .map(key, type(of: comprehension.body))
        case .entries:
            let body = type(of: comprehension.body)
            let entry = CELType.map(substitution.fresh(), substitution.fresh())
            if !substitution.assign(body, to: entry) {
                fail(
                    .type, at: comprehension.body,
                    "`\(comprehension.name)` wants a map of new entries, not a value of type `\(closed(body))`")
                return .map(.dyn, .dyn)
            }
            return substitution.outermost(body) == .dyn ? .map(.dyn, .dyn) : entry
        case .sorted:
            let body = substitution.outermost(type(of: comprehension.body))
            switch body {
            case .list, .map, .optional, .null, .type, .record, .ip, .cidr:
                fail(.type, at: comprehension.body, "values of type `\(closed(body))` have no order to sort by")
            default: break
            }
            if case .map = range { fail(.type, at: comprehension.range, "`sortBy` sorts lists, not maps") }
            return .list(element)
        }
    }

    mutating func optionalMap(_ id: ID, _ target: ID, _ body: ID, isFlat: Bool) -> CELType {
        let type = type(of: target)
        let wrapped = substitution.fresh()
        if !substitution.assign(type, to: .optional(wrapped)) {
            fail(
                .type, at: id, "`\(isFlat ? "optFlatMap" : "optMap")` is called on a value of type `\(closed(type))`",
                remedy: "it works on optionals only")
        }
        if case .binds(let first)? = names.references[id] {
            bind(first, to: [substitution.outermost(type) == .dyn ? .dyn : wrapped])
        }
        let result = self.type(of: body)
        guard isFlat else { return .optional(result) }
        let inner = CELType.optional(substitution.fresh())
        if !substitution.assign(result, to: inner) {
            fail(
                .type, at: body, "the body of `optFlatMap` is of type `\(closed(result))`, and an optional is wanted",
                remedy: "use `optMap`")
        }
        return substitution.outermost(result) == .dyn ? .dyn : inner
    }
}
