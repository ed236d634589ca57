import CEL
import MarkedYAML
import WireFormat

/// The constants and variables that conditions of a file may use, written out: none names another.
struct NameTable {
    var definitions: [String: Expression] = [:]
}

/// Gathers the names of a file and of the shared files that it imports.
struct NameCompiler {
    private let environment: Environment
    private let shared: [String: SharedSource]

    /// More would be a program, not a policy.
    static let mostNames = 256

    /// - Parameter environment: what the expressions are checked against.
    init(shared: [String: SharedSource], environment: Environment) {
        self.shared = shared
        self.environment = environment
    }

    /// The names that a file may use.
    func resolve(_ names: NamesSource, _ log: inout Diagnostics) -> NameTable {
        var result = NameTable()
        var places: [String: Mark] = [:]
        for word in names.imports {
            guard let source = shared[word.text] else {
                log.add(
                    word.mark, "no file declares `shared: \(word.text)`",
                    remedy: Suggestion.remedy(for: word.text, among: shared.keys.sorted()))
                continue
            }
            // What does not fit this module's attributes is told where it is imported.
            var errors = Diagnostics(path: source.path)
            add(source.names, to: &result, &places, &errors)
            for error in errors.errors {
                let place = "\(error.path):\(error.mark)"
                log.add(word.mark, "`\(word.text)` does not fit here: \(place): \(error.cause)", remedy: error.remedy)
            }
        }
        add(names, to: &result, &places, &log)
        return result
    }

    private func add(
        _ names: NamesSource, to result: inout NameTable, _ places: inout [String: Mark], _ log: inout Diagnostics
    ) {
        for (name, value) in names.constants where isNew(name, &places, &log) {
            guard let text = Self.literal(value), let expression = try? Expression.parse(text) else {
                log.add(
                    value.mark, "constant `\(name.text)` is \(value.kind)",
                    remedy: "write text, a number, a truth value, or a list or mapping of them")
                continue
            }
            result.definitions[name.text] = expression
        }
        var waiting: [(name: Word, condition: ConditionSource, expression: Expression)] = []
        for (name, condition) in names.variables where isNew(name, &places, &log) {
            do throws(ExpressionErrors) {
                waiting.append((name, condition, try Expression.parse(condition.text)))
            } catch {
                log.add(error, of: condition)
            }
        }
        // One that names none of those that wait can be written out; a round without any is a circle.
        while !waiting.isEmpty {
            let open = Set(waiting.map(\.name.text))
            let ready = waiting.filter { $0.expression.freeNames.isDisjoint(with: open) }
            if ready.isEmpty {
                for variable in waiting {
                    log.add(
                        variable.name.mark, "variable `\(variable.name.text)` depends on itself",
                        remedy: "break the circle")
                }
                return
            }
            for variable in ready { define(variable.name, variable.condition, variable.expression, &result, &log) }
            waiting.removeAll { variable in ready.contains { $0.name.text == variable.name.text } }
        }
    }

    private func define(
        _ name: Word, _ source: ConditionSource, _ expression: Expression, _ result: inout NameTable,
        _ log: inout Diagnostics
    ) {
        do throws(ExpressionErrors) {
            let whole = try expression.substituting(result.definitions)
            _ = try environment.check(whole)
            result.definitions[name.text] = whole
        } catch {
            log.add(error, of: source)
        }
    }

    private func isNew(_ name: Word, _ places: inout [String: Mark], _ log: inout Diagnostics) -> Bool {
        if Self.reserved.contains(name.text) {
            log.add(name.mark, "`\(name.text)` means something else in conditions", remedy: "choose another name")
            return false
        }
        if let first = places[name.text] {
            log.add(name.mark, "`\(name.text)` is already declared at \(first)", remedy: "choose another name")
            return false
        }
        guard places.count < Self.mostNames else {
            log.add(name.mark, "more than \(Self.mostNames) constants and variables", remedy: "remove some")
            return false
        }
        places[name.text] = name.mark
        return true
    }

    private static let reserved: Set<String> = ["subject", "resource", "context", "now", "inChain", "hasRole"]

    /// A YAML value as a CEL literal; nil for one that has none.
    private static func literal(_ node: YAMLNode) -> String? {
        guard let json = try? node.json(path: "") else { return nil }
        return literal(json)
    }

    private static func literal(_ value: JSONValue) -> String? {
        switch value {
        case .null: return nil
        case .bool(let truth): return truth ? "true" : "false"
        case .integer(let number): return number == .min ? "(\(number + 1) - 1)" : "\(number)"
        case .double(let number): return number.isFinite ? "double(\"\(number)\")" : nil
        // JSON's escapes are CEL's.
        case .string(let text): return JSONValue.string(text).text
        case .array(let items):
            let parts = items.compactMap(literal)
            return parts.count == items.count ? "[\(parts.joined(separator: ", "))]" : nil
        case .object(let members):
            let parts = members.sorted { $0.key < $1.key }.compactMap { key, value in
                literal(value).map { "\(JSONValue.string(key).text): \($0)" }
            }
            return parts.count == members.count ? "{\(parts.joined(separator: ", "))}" : nil
        }
    }
}
