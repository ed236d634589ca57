import MarkedYAML

/// Reads `import`, `constants` and `variables`.
enum NamesReader {
    static func read(_ reader: MappingReader, _ log: inout Diagnostics) -> NamesSource {
        var names = NamesSource()
        names.imports = reader.words("import", &log) ?? []
        names.constants = reader.named("constants", &log)
        for (name, value) in reader.named("variables", &log) {
            guard let text = value.string, !text.isEmpty else {
                log.add(value.mark, "variable `\(name.text)` is \(value.kind), not an expression", remedy: "write CEL")
                continue
            }
            names.variables.append((name, ConditionSource(text: text, mark: value.mark, isExact: value.isPlain)))
        }
        return names
    }
}

/// A file of shared constants and variables.
struct SharedSource {
    let name: Word
    let path: String
    let node: YAMLNode
    let names: NamesSource

    static func read(_ node: YAMLNode, _ log: inout Diagnostics) -> SharedSource? {
        guard let reader = MappingReader(node, of: "a shared file", as: PolicyGrammar.shared, &log),
            let name = reader.name("shared", &log)
        else { return nil }
        return SharedSource(name: name, path: log.path, node: node, names: NamesReader.read(reader, &log))
    }
}
