import MarkedYAML
import WireFormat

/// A tenant's overlay as it was written.
struct OverlaySource {
    let tenant: Word
    let path: String
    let node: YAMLNode
    let modules: [OverlayModuleSource]
}

/// What an overlay says about one module.
struct OverlayModuleSource {
    let name: Word
    let grants: [RuleSource]
    let denials: [RuleSource]
    let obligations: [ObligationSource]
    let names: NamesSource
}

/// Reads the form of an overlay file.
enum OverlayReader {
    static func read(_ node: YAMLNode, _ log: inout Diagnostics) -> OverlaySource? {
        guard let reader = MappingReader(node, of: "an overlay", as: PolicyGrammar.overlay, &log),
            let tenant = reader.text("overlay", &log)
        else { return nil }
        if !reader.has("modules") {
            reader.missing("modules", of: "the overlay", &log, remedy: "say what it narrows, by module")
        }
        return OverlaySource(
            tenant: tenant, path: log.path, node: node,
            modules: reader.named("modules", &log).compactMap { module($0.name, $0.value, &log) })
    }

    private static func module(_ name: Word, _ node: YAMLNode, _ log: inout Diagnostics) -> OverlayModuleSource? {
        let what = "module `\(name.text)` of the overlay"
        guard let reader = MappingReader(node, of: what, as: PolicyGrammar.overlayModule, &log) else { return nil }
        return OverlayModuleSource(
            name: name,
            grants: reader.items("grants", &log).enumerated().compactMap { index, item in
                RuleReader.read(item, "grant[\(index)]", as: PolicyGrammar.grant, &log)
            },
            denials: reader.items("denials", &log).enumerated().compactMap { index, item in
                RuleReader.read(item, "denial[\(index)]", as: PolicyGrammar.denial, &log)
            },
            obligations: reader.items("obligations", &log).enumerated().compactMap { index, item in
                ObligationReader.read(item, "obligation[\(index)]", &log)
            },
            names: NamesReader.read(reader, &log))
    }
}
