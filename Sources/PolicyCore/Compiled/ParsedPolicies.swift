import Crypto

/// The files of a bundle, read and of good form; what their names mean is not looked up yet.
public struct ParsedPolicies: Sendable {
    private let compiler: BundleCompiler

    /// Reads files.
    /// - Parameter files: A roles file, one file a module, and shared files and overlays, in any order.
    /// - Throws: Everything that is wrong with their form, in reading order.
    public init(files: [PolicyFile]) throws(PolicyLoadErrors) {
        var compiler = BundleCompiler()
        compiler.read(files)
        guard compiler.errors.isEmpty else {
            // What can be looked up all the same is told at once as well.
            _ = compiler.compile { Array(SHA256.hash(data: $0)) }
            throw PolicyLoadErrors(compiler.errors)
        }
        self.compiler = compiler
    }

    /// How many grants and denials there are, overlays included.
    public var ruleCount: Int { compiler.ruleCount }

    /// Looks up every name and builds the tables.
    /// - Throws: Everything that is wrong, in reading order.
    public func compile() throws(PolicyLoadErrors) -> PolicyBundle {
        var compiler = compiler
        guard let bundle = compiler.compile(digest: { Array(SHA256.hash(data: $0)) }) else {
            throw PolicyLoadErrors(compiler.errors)
        }
        return bundle
    }
}
