import Crypto

extension PolicyBundle {
    /// Checks and compiles the files of a bundle.
    /// - Parameter files: A roles file and one file a module, in any order.
    /// - Throws: Everything that is wrong, in reading order.
    public static func load(files: [PolicyFile]) throws(PolicyLoadErrors) -> PolicyBundle {
        var compiler = BundleCompiler()
        compiler.read(files)
        guard let bundle = compiler.compile(digest: { Array(SHA256.hash(data: $0)) }) else {
            throw PolicyLoadErrors(compiler.errors)
        }
        return bundle
    }
}
