/// The migrations of one component into one service's schema. A service's schema is built by several components: its
/// own, and the shared tables of KeyVault and of the outbox.
public struct MigrationSet: Sendable, Hashable {
    /// The name under which the applied migrations are recorded, such as `hr` or `key-vault`.
    public let component: String
    /// The schema to migrate and the role to grant to.
    public let service: ServiceRole
    /// The folder with `0001_create_employee.sql` and its successors.
    public let directory: String

    /// Reads nothing yet.
    public init(component: String, service: ServiceRole, directory: String) {
        self.component = component
        self.service = service
        self.directory = directory
    }

    /// Everything that builds a service's schema, in order: the shared tables of KeyVault and of the outbox, then the
    /// service's own. `directory` tells where the migrations of a target lie, by the target's name.
    public static func all(for service: ServiceRole, in directory: (_ target: String) -> String) -> [MigrationSet] {
        [("key-vault", "KeyVault"), ("outbox", "AuditClient"), (service.schema, service.target)].map {
            component, target in
            MigrationSet(component: component, service: service, directory: directory(target))
        }
    }
}

/// One migration as a plan or a report names it.
public struct MigrationStep: Sendable, Hashable, CustomStringConvertible {
    /// The component that it belongs to.
    public let component: String
    /// The schema that it changes.
    public let schema: String
    /// Its number within the component, from 1.
    public let number: Int
    /// The file's name.
    public let file: String
    /// The name by which it must be allowed, when it destroys something.
    public let destructive: String?

    public var description: String {
        "\(schema): \(component)/\(file)" + (destructive.map { " (destructive: \($0))" } ?? "")
    }
}
