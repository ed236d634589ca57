import Foundation

/// Why a file of keys is not read. The text is one clear line that names the file.
public struct KeyMaterialFileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file and the cause.
    public let description: String
}

/// Reads files that hold keys: regular ones of bounded length, private ones readable by their owner alone.
///
/// Foundation's attributes rather than `stat`: in an optimised build of a module that also loads NIO, the members of
/// the C structure belong to one of NIO's own modules.
public enum KeyMaterialFile {
    /// Key files are below 1 KiB and registries below some hundred keys; a longer file is not ours.
    public static let maximumLength = 256 << 10

    /// Permissions that others than the owner have.
    private static let othersMask = 0o077

    /// The whole file.
    ///
    /// - Parameter isPrivate: whether a file that others may read is refused.
    public static func read(_ path: String, isPrivate: Bool) throws(KeyMaterialFileError) -> [UInt8] {
        guard let attributes = attributes(of: path) else {
            throw KeyMaterialFileError(description: "\(path): cannot be opened: no such file, or no right to see it")
        }
        guard attributes[.type] as? FileAttributeType == .typeRegular else {
            throw KeyMaterialFileError(description: "\(path): is not a regular file")
        }
        guard let mode = attributes[.posixPermissions] as? Int, !isPrivate || mode & othersMask == 0 else {
            throw KeyMaterialFileError(description: "\(path): others may read it; set its mode to 0600")
        }
        guard let size = attributes[.size] as? Int, size <= maximumLength else {
            throw KeyMaterialFileError(description: "\(path): is too long")
        }
        guard let content = FileManager.default.contents(atPath: path), content.count <= maximumLength else {
            throw KeyMaterialFileError(description: "\(path): cannot be read")
        }
        return Array(content)
    }

    /// What changes when a file is replaced or written: inode, size and time. Empty when there is no file.
    static func fingerprint(_ path: String) -> [Int64] {
        guard let attributes = attributes(of: path) else { return [] }
        let time = attributes[.modificationDate] as? Date ?? .distantPast
        return [
            Int64(attributes[.systemFileNumber] as? Int ?? 0), Int64(attributes[.size] as? Int ?? 0),
            Int64(time.timeIntervalSince1970 * 1_000_000),
        ]
    }

    /// Of the file that the path leads to, through links.
    private static func attributes(of path: String) -> [FileAttributeKey: Any]? {
        try? FileManager.default.attributesOfItem(
            atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
    }
}
