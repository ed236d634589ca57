import AuditCore
import KeyVault
import PolicyCore
import WireFormat

/// What the audit trail says about changed fields: sealed values as envelopes under the person's key, values of other
/// sensitive classes as keyed digests, the rest as they are.
enum EmployeeChangeLog {
    /// The changes of a create.
    static func changes(
        to write: EmployeeWrite, _ fields: [EmployeeField], _ access: FieldAccess, _ opener: Opener
    ) -> [EventChange] {
        fields.map { field in
            change(field, isSensitive(field, access), before: nil, beforeSealed: nil, write, opener)
        }
    }

    /// The changes of an update.
    static func changes(
        of record: EmployeeRecord, to write: EmployeeWrite, _ fields: [EmployeeField], _ access: FieldAccess,
        _ opener: Opener
    ) -> [EventChange] {
        fields.map { field in
            change(
                field, isSensitive(field, access), before: record.plain[field],
                beforeSealed: record.sealed[field]?.envelope, write, opener)
        }
    }

    private static func change(
        _ field: EmployeeField, _ isSensitive: Bool, before: JSONValue?, beforeSealed: [UInt8]?, _ write: EmployeeWrite,
        _ opener: Opener
    ) -> EventChange {
        if field.storage == .sealed {
            let after = (write.sealed[field] ?? nil)?.envelope
            return .sensitive(
                field.name, before: beforeSealed.map { .sealed($0) }, after: after.map { .sealed($0) })
        }
        let before = present(before)
        let after = present(write.plain[field])
        guard isSensitive else { return .plain(field.name, before: before, after: after) }
        return .sensitive(
            field.name, before: before.map { .digest(EmployeeSeal.digest($0, of: field, opener)) },
            after: after.map { .digest(EmployeeSeal.digest($0, of: field, opener)) })
    }

    private static func present(_ value: JSONValue?) -> JSONValue? {
        value.flatMap { $0.isNull ? nil : $0 }
    }

    private static func isSensitive(_ field: EmployeeField, _ access: FieldAccess) -> Bool {
        access.classes.first { $0.fields.contains(field.name) }?.isSensitive ?? true
    }
}
