import MarkedYAML
import WireFormat

/// Turns the files of a bundle into tables, and collects everything that is wrong with them.
struct BundleCompiler {
    private(set) var errors: [PlacedError] = []
    private var rolesSource: RolesSource?
    private var moduleSources: [ModuleSource] = []

    /// The most files and rules that a bundle may have; more is a generator gone wild.
    static let mostFiles = 4096

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
                read(try YAMLNode.parse(file.bytes, path: file.path), &log)
            } catch {
                log.add(error)
            }
            errors += log.errors
        }
        if rolesSource == nil && !errors.contains(where: { $0.path.hasSuffix("roles.yaml") }) {
            errors.append(
                PlacedError(
                    path: files.first?.path ?? "policies", mark: .start,
                    cause: "no file of the bundle declares `roles`",
                    remedy: "add a `roles.yaml`"))
        }
    }

    private mutating func read(_ node: YAMLNode, _ log: inout Diagnostics) {
        if node["module"] != nil {
            guard let module = ModuleReader.read(node, &log) else { return }
            if let first = moduleSources.first(where: { $0.name.text == module.name.text }) {
                log.add(
                    module.name.mark, "module `\(module.name.text)` is already in \(first.path)",
                    remedy: "keep one file a module")
            } else {
                moduleSources.append(module)
            }
        } else if node["roles"] != nil {
            guard let roles = RolesReader.read(node, &log) else { return }
            if let first = rolesSource {
                log.add(node.mark, "roles are already declared in \(first.path)", remedy: "keep one roles file")
            } else {
                rolesSource = roles
            }
        } else {
            let known = ["module", "roles"]
            let typo = node.mapping?.first { Suggestion.nearest(to: $0.key, among: known) != nil }
            log.add(
                typo?.keyMark ?? node.mark,
                typo.map { "unknown key `\($0.key)`" } ?? "this is neither a module nor a roles file",
                remedy: typo.map { Suggestion.remedy(for: $0.key, among: known) }
                    ?? "begin with `module: NAME` or `roles:`")
        }
    }

    /// Looks up every name and builds the tables; nil when anything is wrong.
    mutating func compile(digest: ([UInt8]) -> [UInt8]) -> PolicyBundle? {
        let roles = roleTable()
        var modules: [String: CompiledModule] = [:]
        for source in moduleSources {
            var compiler = ModuleCompiler(source: source, roles: roles, log: Diagnostics(path: source.path))
            modules[source.name.text] = compiler.compile()
            errors += compiler.log.errors
        }
        let canonical = canonicalContent()
        guard errors.isEmpty, let rolesSource, let canonical else { return nil }
        var actions: [String: PolicyBundle.ActionEntry] = [:]
        for module in modules.values {
            for action in module.actions {
                actions["\(module.name).\(action.name)"] = PolicyBundle.ActionEntry(module: module, action: action)
            }
        }
        return PolicyBundle(
            revision: Hex.encode(digest(canonical)), isSingleTenant: rolesSource.isSingleTenant, roles: roles,
            modules: modules, actions: actions,
            roleDeclarations: rolesSource.roles.map {
                RoleDeclaration(name: $0.name.text, path: rolesSource.path, mark: $0.name.mark)
            })
    }

    /// The content without comments, order of keys, file names and formatting (RFC 8785).
    private mutating func canonicalContent() -> [UInt8]? {
        do throws(PlacedError) {
            var modules: [String: JSONValue] = [:]
            for source in moduleSources { modules[source.name.text] = try source.node.json(path: source.path) }
            let roles = try rolesSource.map { source throws(PlacedError) in try source.node.json(path: source.path) }
            return JSONValue.object(["modules": .object(modules), "roles": roles ?? .null]).bytes()
        } catch {
            errors.append(error)
            return nil
        }
    }

    private mutating func roleTable() -> RoleTable {
        guard let source = rolesSource else { return RoleTable(names: [], numbers: [:], held: []) }
        var log = Diagnostics(path: source.path)
        let names = source.roles.map(\.name.text)
        let numbers = Dictionary(zip(names, names.indices), uniquingKeysWith: { first, _ in first })
        var inherits: [[Int]] = []
        for role in source.roles {
            inherits.append(
                role.inherits.compactMap { parent in
                    if let number = numbers[parent.text] { return number }
                    log.add(
                        parent.mark, "unknown role `\(parent.text)`",
                        remedy: Suggestion.remedy(for: parent.text, among: names))
                    return nil
                })
        }
        var held: [[Int]] = []
        for (number, role) in source.roles.enumerated() {
            var reached = [number]
            var next = 0
            while next < reached.count {
                for parent in inherits[reached[next]] where !reached.contains(parent) { reached.append(parent) }
                next += 1
            }
            if reached.contains(where: { inherits[$0].contains(number) }) {
                log.add(
                    role.name.mark, "role `\(role.name.text)` inherits from itself",
                    remedy: "break the circle of `inherits`")
            }
            held.append(reached)
        }
        errors += log.errors
        return RoleTable(names: names, numbers: numbers, held: held)
    }
}
