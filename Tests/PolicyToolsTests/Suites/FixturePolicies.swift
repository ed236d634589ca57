import Foundation
import PolicyCore
import PolicyTools

/// The policies beside the tests.
enum FixturePolicies {
    static func files() throws -> [PolicyFile] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/policies")
        return try ["roles.yaml", "modules/leave.yaml", "tests/leave.yaml"].map { name in
            PolicyFile(path: name, bytes: Array(try Data(contentsOf: folder.appending(path: name))))
        }
    }

    static func bundle() throws -> PolicyBundle { try PolicyBundle.load(files: files()) }

    /// The files with one text replaced in one of them.
    static func files(_ path: String, replacing old: String, with new: String) throws -> [PolicyFile] {
        try files().map { file in
            file.path == path
                ? PolicyFile(path: path, text: String(decoding: file.bytes, as: UTF8.self).replacing(old, with: new))
                : file
        }
    }
}
