extension YAMLNode {
    /// Reads one YAML document.
    ///
    /// Refused, each with its place: bad UTF-8, tags, merge keys, directives, more than one document, keys that are
    /// not strings, duplicate keys, anchors used twice, aliases to their own parent, and anything over `limits`.
    /// An empty text is `null`.
    /// - Parameters:
    ///   - bytes: The text in UTF-8.
    ///   - path: The name of the file, for messages only.
    ///   - limits: What the text may cost.
    /// - Throws: The first error.
    public static func parse(
        _ bytes: [UInt8], path: String, limits: YAMLLimits = .standard
    ) throws(PlacedError) -> YAMLNode {
        guard bytes.count <= limits.bytes else {
            throw PlacedError(
                path: path, mark: .start, cause: "file of \(bytes.count) bytes is over the limit of \(limits.bytes)",
                remedy: "split it into several files")
        }
        var stream = EventStream(bytes: bytes, path: path)
        defer { stream.close() }
        var builder = TreeBuilder(path: path, limits: limits)
        while builder.root == nil {
            let event = try stream.next()
            try builder.take(event)
            if event.kind == .streamEnd { return YAMLNode(.null, at: .start) }
        }
        while true {
            let event = try stream.next()
            switch event.kind {
            case .documentEnd: continue
            case .streamEnd: return builder.root ?? YAMLNode(.null, at: .start)
            default:
                throw PlacedError(
                    path: path, mark: event.mark, cause: "a second document begins here",
                    remedy: "put it into a file of its own")
            }
        }
    }

    /// Reads one YAML document from a string; see `parse(_:path:limits:)`.
    public static func parse(
        _ text: String, path: String, limits: YAMLLimits = .standard
    ) throws(PlacedError) -> YAMLNode {
        try parse(Array(text.utf8), path: path, limits: limits)
    }
}
