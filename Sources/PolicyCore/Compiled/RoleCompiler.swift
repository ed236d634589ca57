import MarkedYAML

/// Builds the table of roles.
enum RoleCompiler {
    static func table(
        _ source: RolesSource?, modules: [ModuleSource], _ errors: inout [PlacedError]
    ) -> RoleTable {
        guard let source else { return RoleTable(names: [], held: [], inherits: [], ceilings: []) }
        var log = Diagnostics(path: source.path)
        guard source.roles.count <= RoleBits.most else {
            log.add(
                source.roles[RoleBits.most].name.mark, "more than \(RoleBits.most) roles",
                remedy: "join roles that are granted the same")
            errors += log.errors
            return RoleTable(names: [], held: [], inherits: [], ceilings: [])
        }
        let names = source.roles.map(\.name.text)
        let numbers = Dictionary(zip(names, names.indices), uniquingKeysWith: { first, _ in first })
        func known(_ word: Word) -> Int? {
            if let number = numbers[word.text] { return number }
            log.add(
                word.mark, "unknown role `\(word.text)`", remedy: Suggestion.remedy(for: word.text, among: names))
            return nil
        }
        let inherits = source.roles.map { $0.inherits.compactMap(known) }
        for role in source.derived { _ = role.parents.compactMap(known) }
        var held: [RoleBits] = []
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
            held.append(RoleBits(reached))
        }
        let ceilings = source.roles.map { $0.ceiling.map { ceiling($0, modules, &log) } }
        // A circle has been told; `cap` would follow it for ever.
        let isSound = log.errors.isEmpty
        errors += log.errors
        return RoleTable(
            names: names, held: held, inherits: isSound ? inherits : names.map { _ in [] },
            ceilings: ceilings)
    }

    private static func ceiling(
        _ lines: [CeilingLine], _ modules: [ModuleSource], _ log: inout Diagnostics
    ) -> RoleTable.Ceiling {
        var ceiling = RoleTable.Ceiling()
        for line in lines {
            let pattern = line.pattern.text
            if pattern == "*" {
                ceiling.everything = line.scope
                continue
            }
            let parts = pattern.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, let module = modules.first(where: { $0.name.text == parts[0] }) else {
                log.add(
                    line.pattern.mark, "`\(pattern)` names no module's actions",
                    remedy: "write `module.action`, `module.*` or `\"*\"`")
                continue
            }
            if parts[1] == "*" {
                ceiling.modules[parts[0]] = line.scope
            } else if module.actions.contains(where: { $0.name.text == parts[1] }) {
                ceiling.actions[pattern] = line.scope
            } else {
                log.add(
                    line.pattern.mark, "unknown action `\(parts[1])` in module `\(parts[0])`",
                    remedy: Suggestion.remedy(for: parts[1], among: module.actions.map(\.name.text)))
            }
        }
        return ceiling
    }
}
