/// A statement or a part of one: its text stands in the source, its values are bound. Interpolating a value makes it
/// a parameter; interpolating another `SQL` nests it and renumbers its parameters; nothing else compiles, so a string
/// that came from outside can never become text.
///
/// ```swift
/// let sql: SQL = "SELECT id FROM employee WHERE tenant = \(tenant) AND \(predicate)"
/// ```
public struct SQL: Sendable, Hashable, ExpressibleByStringInterpolation {
    fileprivate enum Piece: Sendable, Hashable {
        case text(String)
        case bind(SQLValue)
    }

    private var pieces: [Piece]

    public init(stringLiteral value: StaticString) { pieces = [.text(value.description)] }

    public init(stringInterpolation: StringInterpolation) { pieces = stringInterpolation.pieces }

    private init(pieces: [Piece]) { self.pieces = pieces }

    /// Collects the literal text and the values of an interpolation.
    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var pieces: [Piece] = []

        public init(literalCapacity: Int, interpolationCount: Int) {
            pieces.reserveCapacity(interpolationCount * 2 + 1)
        }

        /// Text of the source file.
        public mutating func appendLiteral(_ literal: StaticString) {
            if literal.utf8CodeUnitCount > 0 { pieces.append(.text(literal.description)) }
        }

        /// A value, which becomes the next parameter.
        public mutating func appendInterpolation(_ value: some SQLBindable) { pieces.append(.bind(value.sqlValue)) }

        /// A value or null. Declared for optionals too, because the compiler otherwise warns of a debug description.
        public mutating func appendInterpolation<T: SQLBindable>(_ value: T?) {
            pieces.append(.bind(value?.sqlValue ?? .null))
        }

        /// A nested part, whose parameters are numbered on from here.
        public mutating func appendInterpolation(_ part: SQL) { pieces.append(contentsOf: part.pieces) }
    }

    /// The text with `$1`, `$2`, … in place of the values.
    public var text: String {
        var text = ""
        var number = 0
        for piece in pieces {
            switch piece {
            case .text(let literal): text += literal
            case .bind:
                number += 1
                text += "$\(number)"
            }
        }
        return text
    }

    /// The values, in the order of their numbers.
    public var binds: [SQLValue] {
        pieces.compactMap { if case .bind(let value) = $0 { value } else { nil } }
    }

    /// Whether there is neither text nor value.
    public var isEmpty: Bool { pieces.isEmpty }

    /// The parts one after the other, with `separator` between them.
    public static func joined(_ parts: [SQL], separator: SQL) -> SQL {
        var pieces: [Piece] = []
        for (index, part) in parts.enumerated() {
            if index > 0 { pieces += separator.pieces }
            pieces += part.pieces
        }
        return SQL(pieces: pieces)
    }

    /// `left` followed by `right`.
    public static func + (left: SQL, right: SQL) -> SQL { SQL(pieces: left.pieces + right.pieces) }

    /// Appends `right` to `left`.
    public static func += (left: inout SQL, right: SQL) { left.pieces += right.pieces }
}
