extension PolicyBundle {
    /// Checks and compiles the files of a bundle.
    /// - Parameter files: A roles file, one file a module, and shared files and overlays, in any order.
    /// - Throws: Everything that is wrong, in reading order.
    public static func load(files: [PolicyFile]) throws(PolicyLoadErrors) -> PolicyBundle {
        try ParsedPolicies(files: files).compile()
    }
}
