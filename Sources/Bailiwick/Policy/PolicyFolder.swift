import Foundation
import PolicyCore

/// A directory of policies on disk.
struct PolicyFolder {
    let path: String

    /// A policy file is a few kilobytes; what is larger than this is not one. The loader has the same limit.
    private static let mostBytes = 4 << 20

    /// Every `*.yaml` file below the directory, hidden ones aside, as PolicyEngine reads them.
    func files() throws -> [PolicyFile] {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue else {
            throw CommandFailure("there is no directory `\(path)`; name the one that holds `roles.yaml`")
        }
        guard let names = FileManager.default.enumerator(atPath: path) else {
            throw CommandFailure("the directory `\(path)` cannot be read")
        }
        var files: [PolicyFile] = []
        for case let name as String in names where name.hasSuffix(".yaml") && !Self.isHidden(name) {
            let full = path.hasSuffix("/") ? path + name : path + "/" + name
            guard let handle = FileHandle(forReadingAtPath: full),
                let data = try handle.read(upToCount: Self.mostBytes + 1)
            else { throw CommandFailure("`\(full)` cannot be read, or is empty") }
            files.append(PolicyFile(path: full, bytes: Array(data)))
        }
        guard !files.isEmpty else { throw CommandFailure("there is no `*.yaml` file in `\(path)`") }
        return files
    }

    private static func isHidden(_ name: String) -> Bool {
        name.split(separator: "/").contains { $0.hasPrefix(".") || $0.hasPrefix("#") }
    }
}
