import Foundation
import HRDomain
import KeyVault
import PolicyCore
@_spi(ScopeMinting) import Postgres
import SQLQuery
import TestSupport
import Testing
import WireFormat

@testable import HRService

/// A database of HRService's own with two organisations in it, and the policies that are shipped.
final class Workforce: Sendable {
    let test: TestDatabase
    let database: Database
    let vault: KeyVault
    let bundle: PolicyBundle
    let tenant = TenantID(.generate())
    let otherTenant = TenantID(.generate())
    let now = Instant.now()
    private let folder: URL

    init() async throws {
        test = try await TestDatabase.make(migrating: [.hr])
        database = test.database(.hr, poolSize: 8)
        folder = FileManager.default.temporaryDirectory.appending(path: "hr-\(UUIDv7.generate())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let path = folder.appending(path: "kek.json").path
        _ = try KeyFile.create(at: path)
        vault = KeyVault(database: database, provider: try FileKeyProvider(path: path))
        let policies = PackageRoot.path + "/policies"
        let paths = (FileManager.default.enumerator(atPath: policies)?.compactMap { $0 as? String } ?? []).sorted()
        bundle = try PolicyBundle.load(
            files: paths.filter { $0.hasSuffix(".yaml") }.map { path in
                let data = try Data(contentsOf: URL(fileURLWithPath: policies + "/" + path))
                return PolicyFile(path: path, bytes: Array(data))
            })
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    var scope: TenantScope { TenantScope(tenant: tenant) }
    var otherScope: TenantScope { TenantScope(tenant: otherTenant) }
    var store: EmployeeStore { EmployeeStore(tenant: tenant, instant: now) }

    /// Adds an employee as a create does.
    @discardableResult
    func add(
        _ number: String, given: String = "Anna", family: String = "Muster", title: String = "Clerk",
        manager: UUIDv7? = nil, left: Day? = nil, more: [EmployeeField: JSONValue] = [:], in scope: TenantScope? = nil
    ) async throws -> UUIDv7 {
        let scope = scope ?? self.scope
        let store = EmployeeStore(tenant: scope.tenant, instant: now)
        let id = UUIDv7.generate()
        var values: [EmployeeField: JSONValue] = [
            .employeeNumber: .string(number), .givenName: .string(given), .familyName: .string(family),
            .jobTitle: .string(title), .hiredOn: "2020-01-01",
        ]
        values.merge(more) { $1 }
        let all = EmployeeValues(values)
        let write = try EmployeeWrite(all, of: id, try await vault.sealer(scope: scope, persons: [id]))
        var statements = [
            store.insert(id, write, nameKey: EmployeeStore.nameKey(all)),
            store.addWords(EmployeeStore.words(all, of: id)),
        ]
        if let left {
            statements.append(
                "UPDATE employee SET terminated_on = \(left) WHERE tenant = \(scope.tenant) AND id = \(id)")
        }
        if let manager {
            statements.append(
                ReportingLineStore.start(
                    [id], managers: [manager], tenant: scope.tenant, at: now.adding(.seconds(-3600))))
        }
        try await database.pipeline(scope, statements)
        return id
    }

    /// Somebody with roles in the fixture's tenant.
    func subject(_ roles: [String], employee: UUIDv7?) -> Subject {
        Subject(tenant: tenant.text, id: UUIDv7.generate().text, roles: roles, employeeID: employee?.text)
    }

    /// A plan by the shipped policies.
    func plan(_ action: String, for subject: Subject) -> Plan {
        bundle.plan(PlanRequest(subject: subject, action: action, resourceType: "employee", context: context))
    }

    /// A gate over employees.
    func gate(_ action: String, for subject: Subject, _ extent: EmployeeFilters.Extent) throws -> RowGate {
        try RowGate(plan(action, for: subject), render: EmployeeFilters(store, extent).sql)
    }

    var context: RequestContext { RequestContext(time: now) }

    /// The records that a list shows.
    func listed(_ gate: RowGate, _ change: (inout EmployeeListing) -> Void = { _ in }) async throws -> [EmployeeRecord]
    {
        var listing = EmployeeListing(limit: 200)
        change(&listing)
        let statement = try #require(store.page(listing, gate))
        return try await database.query(scope, statement).map { try store.record($0, gate) }
    }
}
