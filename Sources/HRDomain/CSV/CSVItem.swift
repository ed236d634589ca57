/// What a CSV file holds next.
public enum CSVItem: Hashable, Sendable {
    /// A well-formed record.
    case record(CSVRecord)
    /// A record that is not CSV; reading went on behind it.
    case rejected(CSVError)
}

/// One record, which quoted fields may spread over several lines.
public struct CSVRecord: Hashable, Sendable {
    /// The line on which it begins, from 1.
    public let line: Int
    /// Its fields in order.
    public let fields: [CSVField]
}

/// One field with the place where it begins.
public struct CSVField: Hashable, Sendable {
    /// The text, quotes taken off.
    public let text: String
    /// Where the field begins, at its quote when it has one.
    public let position: CSVPosition
}

/// A place in a file: line and column from 1, columns in Unicode scalars.
public struct CSVPosition: Hashable, Sendable, CustomStringConvertible {
    /// From 1.
    public var line: Int
    /// From 1.
    public var column: Int

    /// A place.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// `line:column`.
    public var description: String { "\(line):\(column)" }
}

/// Bounds of a file that somebody else wrote.
public struct CSVLimits: Hashable, Sendable {
    /// Bytes of the whole file.
    public var bytes: Int
    /// Records, the header included.
    public var records: Int
    /// Fields of one record.
    public var fields: Int
    /// Bytes of one field.
    public var fieldBytes: Int

    /// Bounds by hand.
    public init(bytes: Int, records: Int, fields: Int, fieldBytes: Int) {
        self.bytes = bytes
        self.records = records
        self.fields = fields
        self.fieldBytes = fieldBytes
    }

    /// 10 MiB hold some 50,000 employees; no import has more columns than a page is wide, nor longer texts than a
    /// paragraph.
    public static let standard = CSVLimits(bytes: 10 << 20, records: 50_000, fields: 64, fieldBytes: 4096)
}

/// What is wrong with a CSV file, and where.
public struct CSVError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of fault.
    public enum Reason: Hashable, Sendable {
        case quoteNeverCloses
        case quoteInPlainField
        case textAfterQuote
        case bareCarriageReturn
        case nul
        case notUTF8
        case fieldTooLong(limit: Int)
        case tooManyFields(limit: Int)
        case tooManyRecords(limit: Int)
        case fileTooLong(limit: Int)
    }

    /// Where it is.
    public let position: CSVPosition
    /// What it is.
    public let reason: Reason

    /// A fault at a place.
    public init(_ position: CSVPosition, _ reason: Reason) {
        self.position = position
        self.reason = reason
    }

    /// The fault in words, with a remedy where there is one.
    public var detail: String {
        switch reason {
        case .quoteNeverCloses: "a quoted field never closes; nothing behind it was read"
        case .quoteInPlainField: "a quote inside a field that does not begin with one; quote the field and double it"
        case .textAfterQuote: "text behind the closing quote; double a quote that belongs to the field"
        case .bareCarriageReturn: "a carriage return without a line feed"
        case .nul: "a NUL character"
        case .notUTF8: "not UTF-8; save the file as UTF-8"
        case .fieldTooLong(let limit): "a field of more than \(limit) bytes"
        case .tooManyFields(let limit): "more than \(limit) fields"
        case .tooManyRecords(let limit): "more than \(limit) records; split the file"
        case .fileTooLong(let limit): "more than \(limit) bytes; split the file"
        }
    }

    /// `line:column: detail`.
    public var description: String { "\(position): \(detail)" }
}
