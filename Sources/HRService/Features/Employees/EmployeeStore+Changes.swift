import HRDomain
import KeyVault
import Postgres
import SQLQuery
import WireFormat

/// What is written for one employee: plain values bound as they are, sensitive ones sealed, words for the search.
struct EmployeeWrite: Sendable {
    /// Plain values by field.
    let plain: EmployeeValues
    /// Sealed values by field; nil clears the column.
    let sealed: [EmployeeField: Sealed<JSONValue>?]
    /// Keyed digests by field; nil clears the column.
    let indexes: [EmployeeField: [UInt8]?]

    /// Seals what is to be sealed under the person's key.
    init(_ values: EmployeeValues, of id: UUIDv7, _ sealer: Sealer) throws(KeyVaultError) {
        var plain = EmployeeValues()
        var sealed: [EmployeeField: Sealed<JSONValue>?] = [:]
        var indexes: [EmployeeField: [UInt8]?] = [:]
        for (field, value) in values.values {
            guard let column = EmployeeSeal.columns[field] else {
                plain[field] = value
                continue
            }
            let isNothing = value.isNull
            sealed[field] = .some(isNothing ? nil : try sealer.seal(value, in: column, row: id, person: id))
            if EmployeeField.indexed.contains(field) {
                indexes[field] = .some(field.comparable(value).map { sealer.index($0, in: column) })
            }
        }
        self.plain = plain
        self.sealed = sealed
        self.indexes = indexes
    }

    /// The bound form of a field; null when it is not written.
    func bound(_ field: EmployeeField) -> SQLValue {
        if let sealed = sealed[field] { return sealed?.sqlValue ?? .null }
        return EmployeeColumns.bound(field, plain[field])
    }

    /// The bound keyed digest of a field.
    func digest(_ field: EmployeeField) -> SQLValue {
        (indexes[field] ?? nil).map(SQLValue.bytes) ?? .null
    }
}

extension EmployeeStore {
    /// Adds an employee.
    func insert(_ id: UUIDv7, _ write: EmployeeWrite, nameKey: String) -> SQL {
        """
        INSERT INTO employee (
            tenant, id, employee_number, given_name, family_name, preferred_name, name_key, job_title, department_id,
            country, grade, employment_type, hired_on, email, email_index, phone, birth_date, gender, nationality,
            national_id, national_id_index, bank_iban, salary, created_at, updated_at)
        VALUES (
            \(tenant), \(id), \(write.bound(.employeeNumber)), \(write.bound(.givenName)),
            \(write.bound(.familyName)), \(write.bound(.preferredName)), \(nameKey), \(write.bound(.jobTitle)),
            \(write.bound(.departmentID)), \(write.bound(.country)), \(write.bound(.grade)),
            \(write.bound(.employmentType)), \(write.bound(.hiredOn)), \(write.bound(.email)),
            \(write.digest(.email)), \(write.bound(.phone)), \(write.bound(.birthDate)), \(write.bound(.gender)),
            \(write.bound(.nationality)), \(write.bound(.nationalID)), \(write.digest(.nationalID)),
            \(write.bound(.bankIBAN)), \(write.bound(.salary)), \(instant), \(instant))
        """
    }

    /// Changes one employee: only the version that was seen, and only where the plan lets the row through and its
    /// classes be written.
    func update(
        _ id: UUIDv7, version: Int64, _ write: EmployeeWrite, fields: [EmployeeField], nameKey: String?, _ gate: RowGate
    ) -> SQL {
        let classes = Set(fields.compactMap { gate.classIndex(of: $0.name) }).sorted()
        let writable = classes.compactMap { index in
            fields.first { gate.classIndex(of: $0.name) == index }.map { gate.writing(of: $0.name).predicate }
        }
        return update(
            id, version: version, write, fields: fields, nameKey: nameKey,
            where: SQL.joined([gate.rows.predicate] + writable, separator: " AND "))
    }

    /// Changes one employee whose every field was decided on: only the version that was decided on. Gives the id of
    /// the row that it changed.
    func updateDecided(
        _ id: UUIDv7, version: Int64, _ write: EmployeeWrite, fields: [EmployeeField], nameKey: String?
    ) -> SQL {
        update(id, version: version, write, fields: fields, nameKey: nameKey, where: "true") + " RETURNING e.id"
    }

    private func update(
        _ id: UUIDv7, version: Int64, _ write: EmployeeWrite, fields: [EmployeeField], nameKey: String?,
        where predicate: SQL
    ) -> SQL {
        var assignments: [SQL] = ["version = e.version + 1", "updated_at = \(instant)"]
        for field in fields {
            if let assignment = EmployeeColumns.assignment(field, write.bound(field)) { assignments.append(assignment) }
            if field == .email { assignments.append("email_index = \(write.digest(field))") }
            if field == .nationalID { assignments.append("national_id_index = \(write.digest(field))") }
        }
        if let nameKey { assignments.append("name_key = \(nameKey)") }
        return """
            UPDATE employee e SET \(SQL.joined(assignments, separator: ", "))
             WHERE e.tenant = \(tenant) AND e.id = \(id) AND e.version = \(version) AND \(predicate)
            """
    }

    /// Forgets the words of employees.
    func removeWords(of ids: [UUIDv7]) -> SQL {
        "DELETE FROM employee_word w WHERE w.tenant = \(tenant) AND w.employee_id = ANY (\(ids)::uuid[])"
    }

    /// Puts in the words of employees.
    func addWords(_ words: [EmployeeWord]) -> SQL {
        """
        INSERT INTO employee_word (tenant, word, field, employee_id)
        SELECT \(tenant), n.word, n.field, n.employee_id
          FROM unnest(\(words.map(\.word))::text[], \(words.map(\.field.name))::text[],
                      \(words.map(\.employee))::uuid[]) AS n (word, field, employee_id)
        """
    }

    /// The order of names: folded, family name first.
    static func nameKey(_ values: EmployeeValues) -> String {
        SearchWords.fold((values.text(.familyName) ?? "") + " " + (values.text(.givenName) ?? ""))
    }

    /// The words under which an employee is found.
    static func words(_ values: EmployeeValues, of id: UUIDv7) -> [EmployeeWord] {
        EmployeeField.searchable.flatMap { field in
            SearchWords.words(of: values.text(field) ?? "").map { EmployeeWord(word: $0, field: field, employee: id) }
        }
    }
}

/// One folded word of one field of one employee.
struct EmployeeWord: Sendable, Hashable {
    let word: String
    let field: EmployeeField
    let employee: UUIDv7
}
