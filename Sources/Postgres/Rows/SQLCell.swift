public import WireFormat

/// One value of a row, in PostgreSQL's binary form; read by the types that conform to `SQLDecodable`.
///
/// A cell points into the row's result and must not outlive the call that it was given to.
public struct SQLCell {
    /// The column's name, for errors.
    public let column: String
    let type: TypeOID
    let bytes: UnsafeRawBufferPointer

    /// `text` and its kin, enumerations, `json`, `uuid` and numbers in their usual spelling.
    public func text() throws(RowError) -> String {
        if type.isTextual {
            guard let text = String(validating: bytes, as: UTF8.self) else { throw invalid("not UTF-8") }
            return text
        }
        switch type {
        case .jsonb: return String(decoding: try jsonBytes(), as: UTF8.self)
        case .numeric: return try numeric()
        case .int2, .int4, .int8, .oid: return String(try integer())
        case .uuid: return try uuidText()
        case .timestamptz: return try instant().rfc3339
        case .date: return try day().text
        case .bool: return try boolean() ? "true" : "false"
        default: throw mismatch("text")
        }
    }

    /// `smallint`, `integer`, `bigint`, `oid`.
    public func integer() throws(RowError) -> Int64 {
        switch (type, bytes.count) {
        case (.int8, 8): return load(Int64.self)
        case (.int4, 4): return Int64(load(Int32.self))
        case (.int2, 2): return Int64(load(Int16.self))
        case (.oid, 4): return Int64(load(UInt32.self))
        default: throw mismatch("an integer")
        }
    }

    /// `boolean`.
    public func boolean() throws(RowError) -> Bool {
        guard type == .bool, bytes.count == 1 else { throw mismatch("a boolean") }
        return bytes[0] != 0
    }

    /// `real` and `double precision`; never money.
    public func double() throws(RowError) -> Double {
        switch (type, bytes.count) {
        case (.float8, 8): return Double(bitPattern: load(UInt64.self))
        case (.float4, 4): return Double(Float(bitPattern: load(UInt32.self)))
        default: throw mismatch("a floating-point number")
        }
    }

    /// `bytea`.
    public func binary() throws(RowError) -> [UInt8] {
        guard type == .bytea else { throw mismatch("bytes") }
        return Array(bytes)
    }

    /// `uuid`, or text that spells one; only version 7.
    public func uuid() throws(RowError) -> UUIDv7 {
        if type == .uuid, bytes.count == 16 {
            guard let id = UUIDv7(bytes: bytes) else { throw invalid("not a version 7 UUID") }
            return id
        }
        guard type.isTextual else { throw mismatch("a UUID") }
        guard let id = UUIDv7(try text()) else { throw invalid("not a version 7 UUID") }
        return id
    }

    /// `timestamptz`, exact to the microsecond. `infinity` is an error.
    public func instant() throws(RowError) -> Instant {
        guard type == .timestamptz, bytes.count == 8 else { throw mismatch("an instant") }
        let (microseconds, overflow) = load(Int64.self).addingReportingOverflow(PostgresEpoch.microseconds)
        guard !overflow, load(Int64.self) != .min else { throw invalid("infinite") }
        return Instant(microseconds: microseconds)
    }

    /// `date`. `infinity` is an error.
    public func day() throws(RowError) -> Day {
        guard type == .date, bytes.count == 4 else { throw mismatch("a day") }
        guard let day = Day(daysSinceEpoch: Int(load(Int32.self)) + PostgresEpoch.days) else {
            throw invalid("outside the range of days")
        }
        return day
    }

    /// `jsonb` and `json`.
    public func json() throws(RowError) -> JSONValue {
        do {
            return try JSONValue.parse(try jsonBytes(), limits: SQLCell.storedJSON)
        } catch let error as RowError {
            throw error
        } catch {
            throw invalid("JSON that our reader refuses")
        }
    }

    /// What was stored was checked on its way in by a narrower limit; this one only bounds memory.
    private static let storedJSON = JSONLimits(bytes: 64 << 20, depth: 128)

    private func jsonBytes() throws(RowError) -> UnsafeRawBufferPointer.SubSequence {
        // `jsonb`'s binary form is a version byte, always 1, and the text.
        if type == .jsonb, bytes.first == 1 { return bytes.dropFirst() }
        guard type.isTextual else { throw mismatch("JSON") }
        return bytes[...]
    }

    func uuidText() throws(RowError) -> String {
        guard bytes.count == 16 else { throw mismatch("a UUID") }
        let digits = Hex.encode(bytes)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index == 8 || index == 12 || index == 16 || index == 20 { text.append("-") }
            text.append(digit)
        }
        return text
    }

    func load<T: FixedWidthInteger>(_: T.Type, at offset: Int = 0) -> T {
        T(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
    }

    func mismatch(_ wanted: String) -> RowError {
        RowError(
            .wrongType, column: column,
            "its PostgreSQL type (oid \(type.rawValue)) is not read as \(wanted); cast it in the statement")
    }

    func invalid(_ detail: String) -> RowError { RowError(.invalidValue, column: column, detail) }
}
