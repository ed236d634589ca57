import SQLQuery
import WireFormat

/// The parameters of one statement in the form that libpq takes.
struct EncodedParameters {
    /// All values one after the other; text ends with a NUL.
    private(set) var bytes: [UInt8] = []
    /// Where each value begins; nil for null.
    private(set) var offsets: [Int?] = []
    private(set) var lengths: [Int32] = []
    /// 0 for text, 1 for binary.
    private(set) var formats: [Int32] = []

    init(_ values: [SQLValue]) throws(PostgresError) {
        offsets.reserveCapacity(values.count)
        lengths.reserveCapacity(values.count)
        formats.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            let start = bytes.count
            let isBinary = append(value)
            if case .null = value { offsets.append(nil) } else { offsets.append(start) }
            lengths.append(Int32(bytes.count - start))
            formats.append(isBinary ? 1 : 0)
            if !isBinary {
                // A text parameter is a C string; PostgreSQL's text cannot hold NUL either.
                guard !bytes[start...].contains(0) else {
                    throw PostgresError(.invalidValue, "parameter $\(index + 1) contains NUL", sqlState: "22021")
                }
            }
            // Ends text, and keeps an empty value from having no address, which would be null.
            bytes.append(0)
        }
    }

    /// The type of a value; nil for null, which fits every type. Text is left to the server to infer, as a literal is,
    /// so that enumerations, dates and addresses can be given as text.
    static func type(of value: SQLValue) -> TypeOID? {
        switch value {
        case .null: nil
        case .text: .inferred
        case .integer: .int8
        case .bool: .bool
        case .bytes: .bytea
        case .uuid: .uuid
        case .instant: .timestamptz
        case .day: .date
        case .numeric: .numeric
        case .json: .jsonb
        case .textArray: .textArray
        case .uuidArray: .uuidArray
        case .integerArray: .int8Array
        case .bytesArray: .byteaArray
        case .instantArray: .timestamptzArray
        }
    }

    /// Appends the value and tells whether its form is binary.
    private mutating func append(_ value: SQLValue) -> Bool {
        switch value {
        case .null: return false
        case .text(let text), .numeric(let text):
            bytes.append(contentsOf: text.utf8)
            return false
        case .json(let json):
            bytes.append(contentsOf: json.bytes())
            return false
        case .integer(let number): append(number)
        case .bool(let truth): bytes.append(truth ? 1 : 0)
        case .bytes(let content): bytes.append(contentsOf: content)
        case .uuid(let id): bytes.append(contentsOf: id.bytes)
        case .instant(let instant): append(instant.microseconds - PostgresEpoch.microseconds)
        case .day(let day): append(Int32(clamping: day.daysSinceEpoch - PostgresEpoch.days))
        case .textArray(let texts): appendArray(texts, of: .text) { $0.bytes.append(contentsOf: $1.utf8) }
        case .uuidArray(let ids): appendArray(ids, of: .uuid) { $0.bytes.append(contentsOf: $1.bytes) }
        case .integerArray(let numbers): appendArray(numbers, of: .int8) { $0.append($1) }
        case .bytesArray(let contents): appendArray(contents, of: .bytea) { $0.bytes.append(contentsOf: $1) }
        case .instantArray(let instants):
            appendArray(instants, of: .timestamptz) { $0.append($1.microseconds - PostgresEpoch.microseconds) }
        }
        return true
    }

    private mutating func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// The form that `SQLCell.elements` describes.
    private mutating func appendArray<T>(_ elements: [T], of type: TypeOID, _ one: (inout Self, T) -> Void) {
        append(Int32(elements.isEmpty ? 0 : 1))
        append(Int32(0))
        append(type.rawValue)
        guard !elements.isEmpty else { return }
        append(Int32(clamping: elements.count))
        append(Int32(1))
        for element in elements {
            let start = bytes.count
            append(Int32(0))
            one(&self, element)
            let length = Int32(clamping: bytes.count - start - 4)
            withUnsafeBytes(of: length.bigEndian) { source in
                for (index, byte) in source.enumerated() { bytes[start + index] = byte }
            }
        }
    }
}
