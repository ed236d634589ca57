import Foundation
import Subprocess
import SystemPackage
import WireFormat

/// The compiler that built the tests, asked what it refuses.
public enum SwiftCompiler {
    /// Whether it takes a source file, and what it says. The modules of the package can be imported.
    ///
    /// - Parameter headers: folders of C modules that those modules import.
    public static func typecheck(_ source: String, headers: [String] = []) async throws -> (isTaken: Bool, said: String)
    {
        guard let products else { throw NotFound() }
        let file = "/tmp/bailiwick-snippet-\(UUIDv7.generate()).swift"
        defer { unlink(file) }
        _ = FileManager.default.createFile(atPath: file, contents: Data(source.utf8))
        let folders = (["\(products)/Modules", products] + headers).flatMap { ["-I", $0] }
        let result = try await Subprocess.run(
            .name("swiftc"), arguments: Arguments(["-typecheck", "-swift-version", "6"] + folders + [file]),
            output: .discarded, error: .string(limit: 1 << 20))
        return (result.terminationStatus.isSuccess, result.standardError)
    }

    /// The folder of this test binary is not known.
    public struct NotFound: Error {}

    /// The folder of this test binary, beside which SwiftPM puts the modules.
    private static let products: String? = {
        for argument in CommandLine.arguments where argument.hasSuffix(".xctest") && argument.hasPrefix("/") {
            return argument.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
        }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer.prefix(count), as: UTF8.self).split(separator: "/").dropLast()
            .reduce("") { $0 + "/" + $1 }
    }()
}
