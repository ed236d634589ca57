import MarkedYAML
import WireFormat

/// Turns the files of a bundle into tables, and collects everything that is wrong with them.
struct BundleCompiler {
    private(set) var errors: [PlacedError] = []
    private var sources = BundleSources()

    /// The most files that a bundle may have: a file for each of some thousands of tenants; more is a generator gone
    /// wild.
    static let mostFiles = 16_384

    /// Reads the form of every file.
    mutating func read(_ files: [PolicyFile]) {
        guard files.count <= Self.mostFiles else {
            errors.append(
                PlacedError(
                    path: files[0].path, mark: .start, cause: "\(files.count) policy files",
                    remedy: "a bundle has at most \(Self.mostFiles)"))
            return
        }
        for file in files.sorted(by: { $0.path < $1.path }) {
            var log = Diagnostics(path: file.path)
            do throws(PlacedError) {
                sources.add(try YAMLNode.parse(file.bytes, path: file.path), &log)
            } catch {
                log.add(error)
            }
            errors += log.errors
        }
        if sources.roles == nil && !errors.contains(where: { $0.path.hasSuffix("roles.yaml") }) {
            errors.append(
                PlacedError(
                    path: files.first?.path ?? "policies", mark: .start,
                    cause: "no file of the bundle declares `roles`",
                    remedy: "add a `roles.yaml`"))
        }
    }

    /// How many grants and denials there are.
    var ruleCount: Int {
        sources.modules.reduce(0) { $0 + $1.grants.count + $1.denials.count }
            + sources.overlays.reduce(0) { sum, overlay in
                overlay.modules.reduce(sum) { $0 + $1.grants.count + $1.denials.count }
            }
    }

    /// Looks up every name and builds the tables; nil when anything is wrong.
    mutating func compile(digest: ([UInt8]) -> [UInt8]) -> PolicyBundle? {
        let roles = RoleCompiler.table(sources.roles, modules: sources.modules, &errors)
        checkShared()
        var compilers: [String: ModuleCompiler] = [:]
        var parts: [String: ModuleCompiler.Parts] = [:]
        for source in sources.modules {
            var log = Diagnostics(path: source.path)
            let names = names(attributes: source.attributes).resolve(source.names, &log)
            var compiler = ModuleCompiler(
                source: source, roles: roles, derived: sources.roles?.derived ?? [], names: names, log: log)
            parts[source.name.text] = compiler.parts()
            errors += compiler.log.errors
            compilers[source.name.text] = compiler
        }
        let overlays = overlays(&compilers)
        guard let base = canonical(), errors.isEmpty, let rolesSource = sources.roles else { return nil }
        let revision = digest(base)

        var modules: [String: CompiledModule] = [:]
        var actions: [String: PolicyBundle.ActionEntry] = [:]
        var table = DecisionTable.Builder()
        for (name, compiler) in compilers.sorted(by: { $0.key < $1.key }) {
            guard let parts = parts[name] else { continue }
            let module = compiler.module(parts, sources: compiler.rules.conditions.sources)
            modules[name] = module
            for (action, region) in zip(module.actions, parts.regions) {
                let full = "\(name).\(action.name)"
                actions[full] = PolicyBundle.ActionEntry(
                    name: full, module: module, action: action, number: actions.count, region: table.add(region))
            }
        }
        var byTenant: [String: TenantOverlay] = [:]
        for (source, layers) in overlays {
            guard let content = try? source.node.canonicalJSON(path: source.path) else { continue }
            let overlay = TenantOverlay(
                revision: Hex.encode(digest(revision + content)), path: source.path,
                actions: TextIndex(layers.map { (key: $0.key, value: $0.value.rules) }))
            byTenant[source.tenant.text] = overlay
            var regions: [Int: TableRegion?] = [:]
            for (name, layer) in layers { if let entry = actions[name] { regions[entry.number] = layer.region } }
            table.add(
                tenant: source.tenant.text, revision: overlay.revision, regions: regions, actionCount: actions.count)
        }
        return PolicyBundle(
            revision: Hex.encode(revision), isSingleTenant: rolesSource.isSingleTenant, roles: roles,
            modules: modules, actions: TextIndex(actions.map { (key: $0.key, value: $0.value) }),
            overlays: TextIndex(byTenant.map { (key: $0.key, value: $0.value) }), table: table.table(),
            roleDeclarations: rolesSource.roles.map {
                RoleDeclaration(name: $0.name.text, path: rolesSource.path, mark: $0.name.mark)
            },
            attributesRead: TextIndex(
                Set(modules.values.flatMap(\.attributesRead)).sorted().map { (key: $0, value: true) }))
    }

    private func names(attributes: [AttributeDeclaration]) -> NameCompiler {
        NameCompiler(
            shared: Dictionary(sources.shared.map { ($0.name.text, $0) }, uniquingKeysWith: { first, _ in first }),
            environment: ConditionCompiler.environment(attributes))
    }

    /// A shared file may be wrong by itself: its constants, and variables that no module could use.
    private mutating func checkShared() {
        for source in sources.shared {
            var log = Diagnostics(path: source.path)
            // Variables may name attributes of the modules that import the file, so they are checked there.
            var names = source.names
            names.variables = []
            _ = NameCompiler(shared: [:], environment: ConditionCompiler.environment([])).resolve(names, &log)
            errors += log.errors
        }
    }

    private mutating func overlays(
        _ compilers: inout [String: ModuleCompiler]
    ) -> [(source: OverlaySource, layers: [String: ActionLayer])] {
        sources.overlays.map { overlay in
            var layers: [String: ActionLayer] = [:]
            for module in overlay.modules {
                guard var compiler = compilers[module.name.text] else {
                    var log = Diagnostics(path: overlay.path)
                    log.add(
                        module.name.mark, "unknown module `\(module.name.text)`",
                        remedy: Suggestion.remedy(for: module.name.text, among: compilers.keys.sorted()))
                    errors += log.errors
                    continue
                }
                var log = Diagnostics(path: overlay.path)
                let names =
                    module.names.isEmpty
                    ? NameTable() : names(attributes: compiler.source.attributes).resolve(module.names, &log)
                let found = compiler.overlay(
                    module, path: overlay.path, derived: sources.roles?.derived ?? [], names: names)
                compilers[module.name.text] = compiler
                errors += log.errors + found.errors
                for (action, each) in found.layers { layers["\(module.name.text).\(action)"] = each }
            }
            return (overlay, layers)
        }
    }

    /// The base's content without comments, order of keys, file names and formatting (RFC 8785).
    private mutating func canonical() -> [UInt8]? {
        do throws(PlacedError) {
            var members: [String: JSONValue] = [:]
            var modules: [String: JSONValue] = [:]
            for source in sources.modules { modules[source.name.text] = try source.node.json(path: source.path) }
            members["modules"] = .object(modules)
            members["roles"] = .null
            if let roles = sources.roles { members["roles"] = try roles.node.json(path: roles.path) }
            var shared: [String: JSONValue] = [:]
            for source in sources.shared { shared[source.name.text] = try source.node.json(path: source.path) }
            if !shared.isEmpty { members["shared"] = .object(shared) }
            return JSONValue.object(members).bytes()
        } catch {
            errors.append(error)
            return nil
        }
    }
}
