import HRDomain
import ServiceKit
import WireFormat

/// One line of an import file, each field by itself found right.
struct ImportLine: Sendable {
    let number: EmployeeNumber
    /// Every field that a column fills; null where the cell is empty. Department and manager are not among them.
    var values: EmployeeValues
    /// The department's name; nil when the column is missing, empty text when the cell is empty.
    let department: String?
    /// The manager's number; nil when the column is missing, empty text when the cell is empty.
    let manager: String?
    /// Where the cells are.
    let positions: [ImportColumn: CSVPosition]

    /// A rejection of this line at a column, or at its start.
    func rejection(_ reason: String, at column: ImportColumn? = nil) -> ImportRejection {
        let start = positions[.employeeNumber] ?? CSVPosition(line: 1, column: 1)
        return ImportRejection(position: column.flatMap { positions[$0] } ?? start, column: column, reason: reason)
    }
}

/// An import file, read: good lines and rejections.
struct ImportFile: Sendable {
    private(set) var lines: [ImportLine] = []
    private(set) var rejected: [ImportRejection] = []
    private(set) var lineCount = 0

    private var columns: [ImportColumn]?
    private var numbers: Set<String> = []

    /// Reads a file.
    ///
    /// - Throws: a 422 problem when the file as a whole cannot be used: its header is wrong or a bound is passed.
    init(_ bytes: [UInt8], limits: CSVLimits = .standard) throws(Problem) {
        var reader = CSVReader(limits: limits)
        do {
            for item in try reader.read(bytes) { try take(item) }
            for item in try reader.finish() { try take(item) }
        } catch let error as CSVError {
            throw Self.unusable(error.position, error.detail)
        } catch let problem as Problem {
            throw problem
        } catch {
            throw .internalError
        }
        guard columns != nil else { throw Self.unusable(CSVPosition(line: 1, column: 1), "the file is empty") }
    }

    private mutating func take(_ item: CSVItem) throws(Problem) {
        switch item {
        case .record(let record):
            guard let columns else {
                columns = try Self.header(record)
                return
            }
            lineCount += 1
            read(record, columns)
        case .rejected(let error):
            guard columns != nil else { throw Self.unusable(error.position, error.detail) }
            lineCount += 1
            rejected.append(ImportRejection(position: error.position, column: nil, reason: error.detail))
        }
    }

    private static func header(_ record: CSVRecord) throws(Problem) -> [ImportColumn] {
        var columns: [ImportColumn] = []
        for field in record.fields {
            guard let column = ImportColumn(rawValue: field.text) else {
                throw unusable(field.position, "`\(field.text.prefix(64))` is not a column of this file")
            }
            guard !columns.contains(column) else {
                throw unusable(field.position, "column `\(column.rawValue)` stands twice")
            }
            columns.append(column)
        }
        for column in ImportColumn.required where !columns.contains(column) {
            throw unusable(CSVPosition(line: record.line, column: 1), "column `\(column.rawValue)` is missing")
        }
        return columns
    }

    private mutating func read(_ record: CSVRecord, _ columns: [ImportColumn]) {
        guard record.fields.count == columns.count else {
            let place =
                record.fields.count > columns.count
                ? record.fields[columns.count].position
                : record.fields.last?.position ?? CSVPosition(line: record.line, column: 1)
            rejected.append(
                ImportRejection(
                    position: place, column: nil,
                    reason: "the line has \(record.fields.count) fields, the header \(columns.count)"))
            return
        }
        var cells: [ImportColumn: CSVField] = [:]
        for (column, field) in zip(columns, record.fields) { cells[column] = field }
        let faults = rejected.count
        var values = EmployeeValues()
        for column in columns {
            guard let field = column.field, let cell = cells[column] else { continue }
            values[field] = value(of: cell, column, field)
        }
        readSalary(cells, into: &values)
        for complaint in values.complaints { reject(complaint.detail, ImportColumn.of(complaint.field), cells) }
        guard rejected.count == faults, let number = values.text(.employeeNumber).flatMap(EmployeeNumber.init) else {
            return
        }
        guard numbers.insert(number.text).inserted else {
            reject("the number stands on an earlier line of the file", .employeeNumber, cells)
            return
        }
        lines.append(
            ImportLine(
                number: number, values: values, department: name(cells[.department], .department),
                manager: cells[.managerNumber]?.text, positions: cells.mapValues(\.position)))
        if rejected.count > faults { lines.removeLast() }
    }

    private mutating func value(of cell: CSVField, _ column: ImportColumn, _ field: EmployeeField) -> JSONValue {
        if cell.text.isEmpty {
            if EmployeeField.required.contains(field) {
                rejected.append(ImportRejection(position: cell.position, column: column, reason: "is required"))
            }
            return .null
        }
        do {
            return try field.canonical(.string(cell.text))
        } catch {
            rejected.append(ImportRejection(position: cell.position, column: column, reason: error.detail))
            return .null
        }
    }

    /// Amount and currency are one field: both, or none.
    private mutating func readSalary(_ cells: [ImportColumn: CSVField], into values: inout EmployeeValues) {
        let amount = cells[.salaryAmount]?.text ?? ""
        let currency = cells[.salaryCurrency]?.text ?? ""
        if cells[.salaryAmount] == nil && cells[.salaryCurrency] == nil { return }
        if amount.isEmpty && currency.isEmpty {
            values[.salary] = .null
            return
        }
        do {
            values[.salary] = try EmployeeField.salary.canonical(
                .object(["amount": .string(amount), "currency": .string(currency)]))
        } catch {
            reject(error.detail, error.pointer == "/currency" ? .salaryCurrency : .salaryAmount, cells)
        }
    }

    private mutating func name(_ cell: CSVField?, _ column: ImportColumn) -> String? {
        guard let cell, !cell.text.isEmpty else { return cell?.text }
        if PlainLine(cell.text) == nil {
            rejected.append(
                ImportRejection(position: cell.position, column: column, reason: "must be " + PlainLine.expectation))
        }
        return cell.text
    }

    private mutating func reject(_ reason: String, _ column: ImportColumn?, _ cells: [ImportColumn: CSVField]) {
        let place = column.flatMap { cells[$0]?.position } ?? cells[.employeeNumber]?.position
        rejected.append(
            ImportRejection(position: place ?? CSVPosition(line: 1, column: 1), column: column, reason: reason))
    }

    private static func unusable(_ position: CSVPosition, _ detail: String) -> Problem {
        Problem(
            .unprocessableContent, "unusable-file", title: "The file cannot be imported",
            detail: "line \(position.line), column \(position.column): \(detail)",
            errors: [FieldError(pointer: "", detail: "\(position): \(detail)")],
            members: ["line": .integer(Int64(position.line)), "column": .integer(Int64(position.column))])
    }
}
