import Crypto
import KeyVault
import PolicyCore
import Postgres
import WireFormat

/// One employee as a statement gave it: what is plain, what is sealed, and what the caller may read and write of it.
struct EmployeeRecord: Sendable {
    let id: UUIDv7
    let version: Int64
    /// The plain fields that the statement fetched; null where there is nothing.
    let plain: EmployeeValues
    /// The sealed fields that the statement fetched and that hold something.
    let sealed: [EmployeeField: Sealed<JSONValue>]
    /// The person's key, nil when there is none or it was destroyed.
    let key: WrappedPersonKey?
    /// By field class of the gate: whether it may be read.
    let readable: [Bool]
    /// By field class of the gate of the change: whether it may be written; empty when nothing is changed.
    let writable: [Bool]
    /// Whether the gate of the change lets the row through.
    let isChangeable: Bool
    /// What the list is ordered by, for its cursor.
    let sortKey: String?

    /// Whether the gate lets this record's field be read.
    func canRead(_ field: EmployeeField, _ gate: RowGate) -> Bool {
        if field == .id { return true }
        guard let index = gate.classIndex(of: field.name), readable.indices.contains(index) else { return false }
        return readable[index]
    }

    /// Whether the gate of the change lets this record's field be written.
    func canWrite(_ field: EmployeeField, _ gate: RowGate) -> Bool {
        guard let index = gate.classIndex(of: field.name), writable.indices.contains(index) else { return false }
        return writable[index]
    }

    /// The plain and opened value of a field; null when there is nothing.
    func value(_ field: EmployeeField, _ opener: Opener) throws(KeyVaultError) -> JSONValue {
        guard let sealed = sealed[field], let column = EmployeeSeal.columns[field] else { return plain[field] ?? .null }
        return try opener.open(sealed, in: column, row: id, key: key)
    }

    /// What the caller sees. A person whose key was destroyed has no sealed values any more: they are null.
    func view(_ gate: RowGate, _ opener: Opener) throws(KeyVaultError) -> EmployeeView {
        var values = EmployeeValues()
        var withheld: [String] = []
        for field in EmployeeField.allCases where field != .id {
            guard canRead(field, gate) else {
                withheld.append(field.name)
                continue
            }
            let isErased = key == nil && sealed[field] != nil
            values[field] = isErased ? .null : try value(field, opener)
        }
        return EmployeeView(id: id, values: values, withheld: withheld)
    }

    /// The sensitive fields that the caller sees and that hold something.
    func sensitiveFieldsShown(_ gate: RowGate) -> [EmployeeField] {
        EmployeeField.allCases.filter { field in
            field != .id && canRead(field, gate) && gate.isSensitive(field.name)
                && (sealed[field] != nil || plain[field].map { !$0.isNull } ?? false)
        }
    }

    /// A digest of what this caller sees: it changes when something he sees changes, and with nothing else. Sealed
    /// values enter as envelopes, so that nobody can test guesses of a salary against a tag in a log.
    func tag(_ gate: RowGate) -> String {
        var hash = SHA256()
        func feed(_ bytes: some Collection<UInt8>, _ mark: UInt8) {
            withUnsafeBytes(of: UInt32(bytes.count).bigEndian) { hash.update(data: [mark] + $0) }
            hash.update(data: Array(bytes))
        }
        feed(id.bytes, 0)
        for field in EmployeeField.allCases where field != .id {
            if !canRead(field, gate) {
                feed([], 1)
            } else if let sealed = sealed[field] {
                feed(sealed.envelope, 2)
            } else if let text = plain[field]?.string {
                feed(text.utf8, 3)
            } else {
                feed([], 4)
            }
        }
        return Base64URL.encode(Array(hash.finalize().prefix(Self.tagBytes)))
    }

    /// 128 bits: two representations of one employee never share a tag by chance.
    private static let tagBytes = 16
}

/// Which columns are sealed.
enum EmployeeSeal {
    /// The sealed columns by field.
    static let columns: [EmployeeField: SealedColumn<JSONValue>] = [
        .email: SealedColumn(table: "employee", column: "email"),
        .phone: SealedColumn(table: "employee", column: "phone"),
        .birthDate: SealedColumn(table: "employee", column: "birth_date"),
        .gender: SealedColumn(table: "employee", column: "gender"),
        .nationality: SealedColumn(table: "employee", column: "nationality"),
        .nationalID: SealedColumn(table: "employee", column: "national_id"),
        .bankIBAN: SealedColumn(table: "employee", column: "bank_iban"),
        .salary: SealedColumn(table: "employee", column: "salary"),
    ]

    /// A field that is not sealed, as it may enter the audit log when its class is sensitive.
    static func digest(_ value: JSONValue, of field: EmployeeField, _ opener: Opener) -> [UInt8] {
        opener.index(field.name + "=" + String(decoding: value.bytes(), as: UTF8.self), column: "employee.audit")
    }
}
