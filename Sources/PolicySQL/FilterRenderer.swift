public import PolicyCore
public import SQLQuery
import WireFormat

/// Renders a filter as a predicate of PostgreSQL.
///
/// SQL's three-valued logic is the filter's own: `NULL` is unknown, and `WHERE` lets through what is true. Values are
/// always bound; what the map does not know is an error, never left out.
public struct FilterRenderer: Sendable {
    private let map: AttributeMap

    /// Creates a renderer for a service's map.
    public init(map: AttributeMap) {
        self.map = map
    }

    /// A predicate for a `WHERE` or, to learn it row by row, for a `SELECT` list. It stands in parentheses of its own
    /// wherever that matters.
    public func render(_ filter: Filter) throws(FilterRenderError) -> SQL {
        switch filter {
        case .none: return "FALSE"
        case .all: return "TRUE"
        case .about(let subject):
            guard let about = map.about else { throw unmapped("no record of this type is about a person") }
            return "(\(about(try person(subject))))"
        case .inChain(let subject, let depth):
            guard let inChain = map.inChain else { throw unmapped("this type has no reporting lines") }
            return "(\(inChain(try person(subject), depth)))"
        case .and(let parts): return try joined(parts, by: " AND ", whenEmpty: "TRUE")
        case .or(let parts): return try joined(parts, by: " OR ", whenEmpty: "FALSE")
        case .not(let part): return "(NOT \(try render(part)))"
        case .compare(let attribute, let comparator, let value):
            guard let column = map.columns[attribute] else {
                throw FilterRenderError(.unmappedAttribute, "attribute `\(attribute)` is not mapped to a column")
            }
            return try compare(column, attribute, comparator, value)
        }
    }

    private func joined(_ parts: [Filter], by separator: SQL, whenEmpty empty: SQL) throws(FilterRenderError) -> SQL {
        guard !parts.isEmpty else { return empty }
        var rendered: [SQL] = []
        for part in parts { rendered.append(try render(part)) }
        return "(\(SQL.joined(rendered, separator: separator)))"
    }

    private func compare(
        _ column: AttributeMap.Column, _ attribute: String, _ comparator: Comparator, _ value: JSONValue
    ) throws(FilterRenderError) -> SQL {
        if comparator == .oneOf {
            guard case .array(let values) = value, !values.isEmpty else { throw wrongType(attribute) }
            return "(\(column.sql) = ANY(\(try array(values, column.type, attribute))))"
        }
        let bound = try scalar(value, column.type, attribute)
        if comparator == .equal { return "(\(column.sql) = \(bound))" }
        guard [.integer, .day, .instant].contains(column.type) else {
            throw FilterRenderError(.wrongComparison, "attribute `\(attribute)` has no order that policies may use")
        }
        return switch comparator {
        case .less: "(\(column.sql) < \(bound))"
        case .lessOrEqual: "(\(column.sql) <= \(bound))"
        case .greater: "(\(column.sql) > \(bound))"
        default: "(\(column.sql) >= \(bound))"
        }
    }

    private func scalar(
        _ value: JSONValue, _ type: AttributeMap.ColumnType, _ attribute: String
    ) throws(FilterRenderError) -> SQLValue {
        switch (type, value) {
        case (.text, .string(let text)): return .text(text)
        case (.integer, .integer(let number)): return .integer(number)
        case (.bool, .bool(let truth)): return .bool(truth)
        case (.uuid, .string(let text)):
            guard let id = UUIDv7(text) else { throw wrongType(attribute) }
            return .uuid(id)
        case (.day, .string(let text)):
            guard let day = Day(text) else { throw wrongType(attribute) }
            return .day(day)
        case (.instant, .string(let text)):
            guard let instant = Instant(rfc3339: text) else { throw wrongType(attribute) }
            return .instant(instant)
        default: throw wrongType(attribute)
        }
    }

    private func array(
        _ values: [JSONValue], _ type: AttributeMap.ColumnType, _ attribute: String
    ) throws(FilterRenderError) -> SQLValue {
        var texts: [String] = []
        var numbers: [Int64] = []
        var ids: [UUIDv7] = []
        for value in values {
            switch try scalar(value, type, attribute) {
            case .text(let text): texts.append(text)
            case .integer(let number): numbers.append(number)
            case .uuid(let id): ids.append(id)
            default:
                throw FilterRenderError(.wrongComparison, "attribute `\(attribute)` cannot be looked up in a list")
            }
        }
        return switch type {
        case .integer: .integerArray(numbers)
        case .uuid: .uuidArray(ids)
        default: .textArray(texts)
        }
    }

    private func person(_ subject: String) throws(FilterRenderError) -> UUIDv7 {
        guard let id = UUIDv7(subject) else {
            throw FilterRenderError(.wrongType, "the subject's id is not a UUID of version 7")
        }
        return id
    }

    private func wrongType(_ attribute: String) -> FilterRenderError {
        FilterRenderError(.wrongType, "a value for attribute `\(attribute)` is not of its column's type")
    }

    private func unmapped(_ why: String) -> FilterRenderError { FilterRenderError(.unmappedRelation, why) }
}
