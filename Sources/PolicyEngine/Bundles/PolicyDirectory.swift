import Foundation
import PolicyCore

/// The directory that holds a bundle: every `*.yaml` file below it, hidden ones and links aside.
///
/// Blocking: call it on a thread of its own, never on the cooperative pool.
struct PolicyDirectory: Sendable {
    /// How the operator named it; messages begin with it.
    let path: String

    /// A security team's whole company has hundreds of files; more is a wrong directory.
    static let mostFiles = 10_000
    /// 10,000 rules make about 2 MB.
    static let mostBytes = 64 << 20
    /// `policies/tenants/acme/x.yaml` is four deep.
    static let deepest = 16

    /// Why the directory cannot be read: one clear line.
    struct Unreadable: Error, Sendable, Hashable, CustomStringConvertible {
        let description: String
    }

    /// What tells without reading that something changed: name, inode, size and time of every file, in order of name.
    struct Fingerprint: Sendable, Hashable {
        fileprivate struct Entry: Sendable, Hashable {
            let path: String
            let inode: Int
            let size: Int
            let changed: Date
        }

        fileprivate var entries: [Entry] = []
    }

    /// Looks at the files without reading them.
    func fingerprint() throws(Unreadable) -> Fingerprint {
        var fingerprint = Fingerprint()
        try list(path, depth: 0, into: &fingerprint.entries)
        guard !fingerprint.entries.isEmpty else { throw Unreadable(description: "no `*.yaml` file in `\(path)`") }
        fingerprint.entries.sort { $0.path < $1.path }
        return fingerprint
    }

    /// Reads every file of `fingerprint`.
    func files(_ fingerprint: Fingerprint) throws(Unreadable) -> [PolicyFile] {
        var files: [PolicyFile] = []
        var total = 0
        for entry in fingerprint.entries {
            let bytes = try read(entry)
            total += bytes.count
            guard total <= Self.mostBytes else {
                throw Unreadable(description: "`\(path)` holds more than \(Self.mostBytes) bytes of policies")
            }
            files.append(PolicyFile(path: entry.path, bytes: bytes))
        }
        return files
    }

    private func list(_ directory: String, depth: Int, into entries: inout [Fingerprint.Entry]) throws(Unreadable) {
        guard depth <= Self.deepest else { throw Unreadable(description: "`\(directory)` is nested too deep") }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: directory)
        } catch {
            throw Unreadable(
                description: "the policy directory `\(directory)` cannot be read: \(Self.cause(directory))")
        }
        for name in names {
            // Editors keep locks, swap files and backups under such names.
            guard !name.hasPrefix("."), !name.hasPrefix("#") else { continue }
            let full = directory.hasSuffix("/") ? directory + name : directory + "/" + name
            // A file that vanished since it was listed was never there; a link is not followed out of the directory.
            guard let attributes = try? FileManager.default.attributesOfItem(atPath: full) else { continue }
            switch attributes[.type] as? FileAttributeType {
            case .typeDirectory: try list(full, depth: depth + 1, into: &entries)
            case .typeRegular where name.hasSuffix(".yaml"):
                guard entries.count < Self.mostFiles else {
                    throw Unreadable(description: "`\(path)` holds more than \(Self.mostFiles) files")
                }
                entries.append(
                    Fingerprint.Entry(
                        path: full, inode: attributes[.systemFileNumber] as? Int ?? 0,
                        size: attributes[.size] as? Int ?? 0,
                        changed: attributes[.modificationDate] as? Date ?? .distantPast))
            default: continue
            }
        }
    }

    private func read(_ entry: Fingerprint.Entry) throws(Unreadable) -> [UInt8] {
        guard entry.size <= Self.mostBytes, let data = FileManager.default.contents(atPath: entry.path) else {
            throw Unreadable(description: "`\(entry.path)` cannot be read: \(Self.cause(entry.path))")
        }
        return Array(data)
    }

    private static func cause(_ path: String) -> String {
        FileManager.default.fileExists(atPath: path)
            ? "permission denied, of another kind, or too long" : "no such file or directory"
    }
}
