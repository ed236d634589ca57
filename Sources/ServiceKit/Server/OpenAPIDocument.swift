import Foundation
import MarkedYAML
import WireFormat

/// A service's OpenAPI document: written as YAML, served as JSON, and compared with the routes by a test.
public struct OpenAPIDocument: Sendable {
    /// Why a document is not taken: `path:line:column` and the cause.
    public struct Mistake: Error, Sendable, Hashable, CustomStringConvertible {
        /// The place and the cause.
        public let description: String
    }

    /// The document as JSON.
    public let json: [UInt8]
    private let root: JSONValue

    /// Reads a YAML file.
    public init(path: String) throws(Mistake) {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Mistake(description: "\(path): cannot be read")
        }
        try self.init(yaml: Array(data), path: path)
    }

    /// Reads YAML; the path is for messages only.
    public init(yaml: [UInt8], path: String) throws(Mistake) {
        do {
            self.root = try YAMLNode.parse(yaml, path: path).json(path: path)
        } catch {
            throw Mistake(description: String(describing: error))
        }
        self.json = root.bytes()
    }

    /// The operations: method and path pattern, as in `GET /v1/employees/{id}`.
    public var operations: Set<String> {
        let methods: Set<String> = ["get", "put", "post", "delete", "options", "head", "patch", "trace"]
        var operations: Set<String> = []
        for (path, item) in root["paths"]?.object ?? [:] {
            for method in (item.object ?? [:]).keys where methods.contains(method) {
                operations.insert(method.uppercased() + " " + path)
            }
        }
        return operations
    }

    /// What is in the document and not in the routes, and the other way round; empty when they agree.
    public func mismatches(with routes: [Route]) -> [String] {
        let served = Set(routes.map(\.name))
        return served.subtracting(operations).sorted().map { "not documented: \($0)" }
            + operations.subtracting(served).sorted().map { "not served: \($0)" }
    }
}
