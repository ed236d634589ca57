import MarkedYAML
import WireFormat

/// Reads a condition and checks it against the module's schema.
///
/// The language of this floor is a small part of CEL, so that what is written today stays valid: attributes of the
/// resource compared with literals, lists of literals, `subject.id` and `subject.employee_id`, joined by `&&`, `||`,
/// `!` and parentheses.
struct ConditionParser {
    /// The deepest nesting of parentheses and `!`. It bounds the stack of everything that walks the condition.
    static let deepest = 32

    private let tokens: [ConditionToken]
    private let attributes: [String: AttributeDeclaration]
    private let refusesSealed: Bool
    private var index = 0
    private var depth = 0

    /// Why parsing stopped; already reported.
    private struct Stop: Error {}

    /// One side of a comparison.
    private enum Side {
        case attribute(AttributeDeclaration)
        case literal(JSONValue)
        case subject(Predicate.Operand, AttributeType)
    }

    /// Reads a condition; nil when it has errors, which are then in `log`.
    /// - Parameter refusesSealed: Whether the rule is for a listable action, whose conditions must become filters.
    static func parse(
        _ source: ConditionSource, attributes: [AttributeDeclaration], refusesSealed: Bool, _ log: inout Diagnostics
    ) -> Predicate? {
        guard let tokens = ConditionLexer.tokens(source, &log) else { return nil }
        let byName = Dictionary(attributes.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var parser = ConditionParser(tokens: tokens, attributes: byName, refusesSealed: refusesSealed)
        do {
            let predicate = try parser.disjunction(&log)
            guard parser.current.kind == .end else { throw parser.unexpected("an operator", &log) }
            return predicate
        } catch {
            return nil
        }
    }

    private init(tokens: [ConditionToken], attributes: [String: AttributeDeclaration], refusesSealed: Bool) {
        self.tokens = tokens
        self.attributes = attributes
        self.refusesSealed = refusesSealed
    }

    private var current: ConditionToken { tokens[index] }

    private mutating func advance() {
        if index + 1 < tokens.count { index += 1 }
    }

    private mutating func take(_ symbol: String) -> Bool {
        guard current.kind == .symbol(symbol) else { return false }
        advance()
        return true
    }

    private func unexpected(_ wanted: String, _ log: inout Diagnostics) -> Stop {
        log.add(current.mark, "unexpected `\(current.text)`", remedy: "expected \(wanted)")
        return Stop()
    }

    private mutating func disjunction(_ log: inout Diagnostics) throws(Stop) -> Predicate {
        var parts = [try conjunction(&log)]
        while take("||") { parts.append(try conjunction(&log)) }
        return parts.count == 1 ? parts[0] : .or(parts)
    }

    private mutating func conjunction(_ log: inout Diagnostics) throws(Stop) -> Predicate {
        var parts = [try unary(&log)]
        while take("&&") { parts.append(try unary(&log)) }
        return parts.count == 1 ? parts[0] : .and(parts)
    }

    private mutating func unary(_ log: inout Diagnostics) throws(Stop) -> Predicate {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else {
            log.add(
                current.mark, "condition is nested more than \(Self.deepest) deep",
                remedy: "split it into several rules")
            throw Stop()
        }
        if take("!") { return .not(try unary(&log)) }
        if take("(") {
            let inner = try disjunction(&log)
            guard take(")") else { throw unexpected("`)`", &log) }
            return inner
        }
        return try comparison(&log)
    }

    private static let comparators: [String: (Comparator, mirrored: Comparator, isNegated: Bool)] = [
        "==": (.equal, .equal, false), "!=": (.equal, .equal, true), "<": (.less, .greater, false),
        "<=": (.lessOrEqual, .greaterOrEqual, false), ">": (.greater, .less, false),
        ">=": (.greaterOrEqual, .lessOrEqual, false),
    ]

    private mutating func comparison(_ log: inout Diagnostics) throws(Stop) -> Predicate {
        let start = current.mark
        let left = try side(&log)
        if current.kind == .name("in") {
            advance()
            return try membership(left, at: start, &log)
        }
        guard case .symbol(let symbol) = current.kind, let found = Self.comparators[symbol] else {
            guard case .attribute(let attribute) = left, attribute.type == .boolean else {
                throw unexpected("a comparison such as `==`", &log)
            }
            return .compare(attribute: attribute.name, .equal, .literal(.bool(true)))
        }
        let operatorToken = current
        advance()
        let right = try side(&log)
        let attribute: AttributeDeclaration
        let other: Side
        let comparator: Comparator
        switch (left, right) {
        case (.attribute(let declared), .literal), (.attribute(let declared), .subject):
            (attribute, other, comparator) = (declared, right, found.0)
        case (.literal, .attribute(let declared)), (.subject, .attribute(let declared)):
            (attribute, other, comparator) = (declared, left, found.mirrored)
        default:
            log.add(
                start, "a comparison must have one attribute of the resource",
                remedy: "compare `resource.…` with a literal, `subject.id` or `subject.employee_id`")
            throw Stop()
        }
        if comparator != .equal && attribute.type != .integer {
            log.add(
                operatorToken.mark, "`\(symbol)` on `\(attribute.name)`, which is of type `\(attribute.type.name)`",
                remedy: "only attributes of type `integer` are ordered; use `==`, `!=` or `in`")
            throw Stop()
        }
        let operand = try operand(other, for: attribute, at: start, &log)
        let predicate = Predicate.compare(attribute: attribute.name, comparator, operand)
        return found.isNegated ? .not(predicate) : predicate
    }

    private mutating func membership(_ left: Side, at start: Mark, _ log: inout Diagnostics) throws(Stop) -> Predicate {
        guard case .attribute(let attribute) = left else {
            log.add(
                start, "`in` needs an attribute of the resource on its left", remedy: "write `resource.… in [\"a\"]`")
            throw Stop()
        }
        guard take("[") else { throw unexpected("a list such as `[\"a\", \"b\"]`", &log) }
        var values: [JSONValue] = []
        while !take("]") {
            if !values.isEmpty {
                guard take(",") else { throw unexpected("`,` or `]`", &log) }
            }
            let mark = current.mark
            let item = try side(&log)
            guard case .literal(let value) = item else {
                log.add(mark, "an item of a list must be a literal", remedy: "write `\"text\"` or a number")
                throw Stop()
            }
            _ = try operand(item, for: attribute, at: mark, &log)
            values.append(value)
        }
        guard !values.isEmpty else {
            log.add(start, "`in` with an empty list never holds", remedy: "name at least one value")
            throw Stop()
        }
        return .compare(attribute: attribute.name, .oneOf, .literal(.array(values)))
    }

    private mutating func side(_ log: inout Diagnostics) throws(Stop) -> Side {
        let token = current
        switch token.kind {
        case .string(let text):
            advance()
            return .literal(.string(text))
        case .integer(let number):
            advance()
            return .literal(.integer(number))
        case .name("true"), .name("false"):
            advance()
            return .literal(.bool(token.text == "true"))
        case .name("resource"):
            return .attribute(try attribute(&log))
        case .name("subject"):
            advance()
            guard take("."), case .name(let fact) = current.kind else {
                throw unexpected("`.id` or `.employee_id`", &log)
            }
            let mark = current.mark
            advance()
            switch fact {
            case "id": return .subject(.subjectID, .member)
            case "employee_id": return .subject(.subjectEmployeeID, .employee)
            default:
                log.add(
                    mark, "unknown fact `subject.\(fact)`",
                    remedy: Suggestion.remedy(for: fact, among: ["id", "employee_id"]))
                throw Stop()
            }
        case .name(let name):
            log.add(
                token.mark, "unknown name `\(name)`",
                remedy: Suggestion.remedy(for: name, among: ["resource", "subject", "true", "false"]))
            throw Stop()
        default: throw unexpected("an attribute or a literal", &log)
        }
    }

    private mutating func attribute(_ log: inout Diagnostics) throws(Stop) -> AttributeDeclaration {
        advance()
        guard take("."), case .name(let name) = current.kind else { throw unexpected("`.` and an attribute", &log) }
        let mark = current.mark
        advance()
        guard let attribute = attributes[name] else {
            log.add(
                mark, "unknown attribute `\(name)`", remedy: Suggestion.remedy(for: name, among: Array(attributes.keys))
            )
            throw Stop()
        }
        if attribute.isSealed && refusesSealed {
            log.add(
                mark, "attribute `\(name)` is sealed and the rule is for a listable action",
                remedy: "use it only in rules for actions that are not listable")
            throw Stop()
        }
        if attribute.type == .instant {
            log.add(mark, "attribute `\(name)` is an instant, which cannot be compared yet", remedy: "leave it out")
            throw Stop()
        }
        return attribute
    }

    /// Checks that a side can be equal to a value of the attribute's type.
    private func operand(
        _ side: Side, for attribute: AttributeDeclaration, at mark: Mark, _ log: inout Diagnostics
    ) throws(Stop) -> Predicate.Operand {
        switch side {
        case .attribute: throw Stop()
        case .subject(let operand, let type):
            guard attribute.type == type || attribute.type == .uuid else {
                log.add(
                    mark, "`\(attribute.name)` is of type `\(attribute.type.name)`, not `\(type.name)`",
                    remedy: "compare it with a value of its own type")
                throw Stop()
            }
            return operand
        case .literal(let value):
            if let problem = attribute.type.problem(with: value) {
                log.add(mark, "`\(attribute.name)` \(problem.cause)", remedy: problem.remedy)
                throw Stop()
            }
            return .literal(value)
        }
    }
}

extension AttributeType {
    /// Why a literal cannot be a value of this type; nil when it can.
    func problem(with value: JSONValue) -> (cause: String, remedy: String)? {
        switch (self, value) {
        case (.integer, .integer), (.boolean, .bool), (.string, .string): return nil
        case (.enumeration(let values), .string(let text)):
            if values.contains(text) { return nil }
            return ("is never `\(text)`", Suggestion.remedy(for: text, among: values))
        case (.day, .string(let text)):
            return Day(text) == nil ? ("is a day, and `\(text)` is not", "write `\"2026-01-31\"`") : nil
        case (.uuid, .string(let text)), (.employee, .string(let text)), (.member, .string(let text)):
            return UUIDv7(text) == nil ? ("is an id, and `\(text)` is not", "write a UUID of version 7") : nil
        default:
            return ("is of type `\(name)`, not \(value.kind)", "compare it with a value of its own type")
        }
    }
}
