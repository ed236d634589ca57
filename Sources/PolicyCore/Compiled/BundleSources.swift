import MarkedYAML

/// The files of a bundle by kind, each kind of name used once.
struct BundleSources {
    private(set) var roles: RolesSource?
    private(set) var modules: [ModuleSource] = []
    private(set) var shared: [SharedSource] = []
    private(set) var overlays: [OverlaySource] = []
    private var tenants: [String: String] = [:]

    private static let kinds = ["module", "roles", "shared", "overlay"]

    /// Adds a file; its first key tells what it is.
    mutating func add(_ node: YAMLNode, _ log: inout Diagnostics) {
        if node["module"] != nil {
            guard let module = ModuleReader.read(node, &log) else { return }
            if let first = modules.first(where: { $0.name.text == module.name.text }) {
                log.add(
                    module.name.mark, "module `\(module.name.text)` is already in \(first.path)",
                    remedy: "keep one file a module")
            } else {
                modules.append(module)
            }
        } else if node["overlay"] != nil {
            guard let overlay = OverlayReader.read(node, &log) else { return }
            if let first = tenants[overlay.tenant.text] {
                log.add(
                    overlay.tenant.mark, "organisation `\(overlay.tenant.text)` already has an overlay in \(first)",
                    remedy: "keep one file an organisation")
            } else {
                tenants[overlay.tenant.text] = overlay.path
                overlays.append(overlay)
            }
        } else if node["shared"] != nil {
            guard let file = SharedSource.read(node, &log) else { return }
            if let first = shared.first(where: { $0.name.text == file.name.text }) {
                log.add(
                    file.name.mark, "`\(file.name.text)` is already shared by \(first.path)",
                    remedy: "choose another name")
            } else {
                shared.append(file)
            }
        } else if node["roles"] != nil {
            guard let found = RolesReader.read(node, &log) else { return }
            if let first = roles {
                log.add(node.mark, "roles are already declared in \(first.path)", remedy: "keep one roles file")
            } else {
                roles = found
            }
        } else if node["tests"] != nil {
            // A test suite lies beside the policies and is no part of the bundle.
        } else {
            let typo = node.mapping?.first { Suggestion.nearest(to: $0.key, among: Self.kinds) != nil }
            log.add(
                typo?.keyMark ?? node.mark,
                typo.map { "unknown key `\($0.key)`" } ?? "this is no kind of policy file",
                remedy: typo.map { Suggestion.remedy(for: $0.key, among: Self.kinds) }
                    ?? "begin with `module: NAME`, `roles:`, `shared: NAME` or `overlay: ORGANISATION`")
        }
    }
}
