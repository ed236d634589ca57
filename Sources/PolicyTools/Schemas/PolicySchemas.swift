/// The JSON Schemas of policy files, which make editors complete and check.
public enum PolicySchemas {
    /// A generated file.
    public struct File: Sendable, Hashable {
        /// Its name in the directory of schemas.
        public let name: String
        /// Its text.
        public let text: String
    }

    /// The schema of one kind of file, as JSON for people.
    public static func text(of kind: PolicyFileKind) -> String {
        SchemaWriter.document(of: kind).text() + "\n"
    }

    /// One schema for each kind of file.
    public static var files: [File] {
        PolicyFileKind.allCases.map { File(name: $0.schemaName, text: text(of: $0)) }
    }
}
