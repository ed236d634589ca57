import CEL
import MarkedYAML
import WireFormat

/// Checks and compiles the conditions of one module. Equal texts give one condition, and all share one table of slots.
struct ConditionCompiler {
    private let attributes: [AttributeDeclaration]
    let roles: RoleTable
    private let environment: Environment
    private var names: NameTable
    private var slots = SlotTable()
    private var cache = Cache()
    /// Conditions so far, those of overlays included: the evaluator remembers them by number.
    private var count = 0

    /// What tables compare, as the conditions so far need it.
    let columns = ColumnBuilder()

    /// Where each slot gets its value from.
    private(set) var sources: [SlotSource] = []

    /// The conditions by text. A class, because each overlay's compiler begins as a copy of its module's: a dictionary
    /// would be copied whole for each of a thousand.
    private final class Cache {
        var known: [String: Known] = [:]
    }

    /// What conditions without names of constants and variables are compiled by, by shape; nil for a shape that has no
    /// template. Shared like the columns.
    private let templates = Templates()

    private final class Templates {
        var byKey: [String: ConditionTemplate?] = [:]
    }

    /// A condition that was compiled, and whether it was found to be translatable into a filter.
    private struct Known {
        let condition: Condition
        var isTranslatable = false
    }

    init(attributes: [AttributeDeclaration], names: NameTable, roles: RoleTable) {
        self.attributes = attributes
        self.roles = roles
        self.names = names
        environment = Self.environment(attributes)
    }

    /// Goes on with other constants and variables, as an overlay has them.
    mutating func use(_ names: NameTable) {
        // Without names of either, equal texts mean the same still.
        if !(names.definitions.isEmpty && self.names.definitions.isEmpty) { cache = Cache() }
        self.names = names
    }

    /// Takes over the slots that a compiler added which began as a copy of this one.
    mutating func adoptSlots(of other: ConditionCompiler) {
        slots = other.slots
        sources = other.sources
        count = other.count
    }

    /// The attribute of a slot when it is a sealed one.
    func sealedAttribute(_ slot: Int) -> String? {
        guard case .attribute(let name, _) = sources[slot] else { return nil }
        return attributes.first { $0.name == name && $0.isSealed }?.name
    }

    func name(_ slot: Int) -> String { slots.slots[slot].name }

    /// Whether a condition depends on the record.
    func readsRecord(_ condition: Condition) -> Bool {
        condition.program.slotsUsed.contains { sources[$0].isOfRecord }
    }

    /// Compiles a condition; nil when it has errors, which are then in `log`.
    /// - Parameter isForFilters: Whether the rule is for a listable action, whose conditions must become filters.
    mutating func compile(
        _ source: ConditionSource, isForFilters: Bool, _ log: inout Diagnostics
    ) -> Condition? {
        if let known = cache.known[source.text] {
            if isForFilters && !known.isTranslatable {
                guard isTranslatable(Self.residual(known.condition.program), source, &log) else { return nil }
                cache.known[source.text]?.isTranslatable = true
            }
            return known.condition
        }
        let shape = names.definitions.isEmpty ? ConditionShape(source.text) : nil
        if let shape, let condition = compile(source, shape, isForFilters: isForFilters) { return condition }
        guard let checked = check(source, &log) else { return nil }
        do throws(ExpressionErrors) {
            let program = try environment.compile(checked, slots: &slots)
            for slot in slots.slots.dropFirst(sources.count) { sources.append(self.source(slot)) }
            let residual = Self.residual(program)
            let condition = Condition(
                text: source.text, program: program, number: count,
                atoms: ClauseReader(columns: columns, sources: sources).atoms(residual))
            count += 1
            guard makesSense(residual, source, &log) else { return nil }
            let isTranslated = isForFilters && isTranslatable(residual, source, &log)
            cache.known[source.text] = Known(condition: condition, isTranslatable: isTranslated)
            if let shape { learn(shape, from: condition, isTranslatable: isTranslated) }
            return isForFilters && !isTranslated ? nil : condition
        } catch {
            log.add(error, of: source)
            return nil
        }
    }

    /// Compiles a condition of a known shape; nil where there is anything that only the whole way can tell.
    private mutating func compile(
        _ source: ConditionSource, _ shape: ConditionShape, isForFilters: Bool
    ) -> Condition? {
        guard let template = templates.byKey[shape.key] ?? nil, template.isTranslatable || !isForFilters,
            source.text.utf8.count <= environment.limits.bytes,
            let atoms = template.words(shape.literals, columns: columns)
        else { return nil }
        let condition = Condition(text: source.text, template: template, number: count, atoms: atoms)
        count += 1
        cache.known[source.text] = Known(condition: condition, isTranslatable: template.isTranslatable)
        return condition
    }

    /// Keeps what further conditions of the shape can be compiled by.
    private func learn(_ shape: ConditionShape, from condition: Condition, isTranslatable: Bool) {
        if let known = templates.byKey[shape.key], known?.isTranslatable ?? true { return }
        guard let atoms = condition.atoms else {
            templates.byKey[shape.key] = .some(nil)
            return
        }
        let template = ConditionTemplate(
            atoms, of: shape, columns: columns, environment: environment, slots: slots, isTranslatable: isTranslatable)
        if let template { templates.byKey[shape.key] = template }
    }

    /// What a condition comes to when nothing of the request is known.
    private static func residual(_ program: Program) -> Residual {
        var budget = Budget.standard
        return program.residual(Ignorance(), budget: &budget)
    }

    private func check(_ source: ConditionSource, _ log: inout Diagnostics) -> CheckedExpression? {
        do throws(ExpressionErrors) {
            let expression = try Expression.parse(source.text).substituting(names.definitions)
            return try environment.check(expression, expecting: .bool)
        } catch {
            log.add(error, of: source)
            return nil
        }
    }

    // MARK: - What conditions can name

    /// The facts of the subject, in every module.
    private static let subjectFields: [String: (CELType, SlotSource)] = [
        "id": (.string, .subjectID), "tenant": (.string, .subjectTenant), "employee_id": (.string, .subjectEmployee),
        "roles": (.list(.string), .subjectRoles), "amr": (.list(.string), .signInMethods),
        "auth_time": (.timestamp, .signInTime), "delegated": (.bool, .isDelegated),
    ]
    /// The circumstances of the request.
    private static let contextFields: [String: (CELType, SlotSource)] = [
        "time": (.timestamp, .time), "ip": (.string, .ip), "request_id": (.string, .requestID),
        "reason": (.string, .reason),
    ]
    /// What every record has beside the attributes of its module.
    private static let recordFields: [String: (CELType, SlotSource)] = [
        "id": (.string, .recordID), "tenant": (.string, .recordTenant), "subject_id": (.string, .recordPerson),
        "manager_chain": (.list(.string), .managerChain),
    ]

    /// The environment of a module's conditions.
    static func environment(_ attributes: [AttributeDeclaration]) -> Environment {
        var resource = recordFields.mapValues(\.0)
        for attribute in attributes { resource[attribute.name] = attribute.type.cel }
        return Environment(
            variables: [
                "subject": .record("subject"), "resource": .record("resource"), "context": .record("context"),
                "now": .timestamp,
            ],
            records: [
                "subject": subjectFields.mapValues(\.0), "context": contextFields.mapValues(\.0), "resource": resource,
            ],
            functions: RequestFunctions.declarations, implicitArguments: RequestFunctions.implicitArguments)
    }

    private func source(_ slot: Slot) -> SlotSource {
        switch slot.path[0] {
        case "now": return .time
        case "subject": return Self.subjectFields[slot.path[1]]?.1 ?? .subjectID
        case "context": return Self.contextFields[slot.path[1]]?.1 ?? .time
        case RequestFunctions.heldRoles: return .heldRoles
        case RequestFunctions.chain: return .inChain(slot.path[1] == ChainDepth.direct.rawValue ? .direct : .any)
        default:
            if let attribute = attributes.first(where: { $0.name == slot.path[1] }) {
                return .attribute(attribute.name, attribute.type)
            }
            return Self.recordFields[slot.path[1]]?.1 ?? .recordID
        }
    }
}
