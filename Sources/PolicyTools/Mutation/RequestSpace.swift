import PolicyCore
import WireFormat

/// The requests of one action between which its rules can tell: first what the suites ask with, then everything that can
/// be put together from the values in the rules' conditions.
///
/// Rules of several roles join, so whatever the change of one rule does to some set of roles it does to two of them: the
/// one that has the rule, and one whose grant a denial takes from, an obligation goes with or a field class needs.
struct RequestSpace: Sendable {
    /// A request, and the suite's names for its parts where it is made of them.
    struct Candidate: Sendable {
        let request: DecisionRequest
        var suite: String?
        var subject: String?
        var resource: String?
    }

    let candidates: [Candidate]
    /// Whether the candidates are all that the values come to.
    let isComplete: Bool
    /// Who asks and when, of the made-up ones: what a plan depends on.
    let askers: [(subject: Subject, context: RequestContext)]

    /// A check takes a microsecond or two; this many, for each survivor and action, take about as long as loading the
    /// bundle once more.
    static let most = 200_000

    init(action: String, bundle: PolicyBundle, suites: [PolicySuite]) {
        let type = bundle.type(ofAction: action) ?? ""
        var found: [Candidate] = []
        for suite in suites {
            let contexts = Self.contexts(of: suite)
            for (subjectName, subject) in suite.subjects {
                for (resourceName, resource) in suite.resources where resource.type == type {
                    for context in contexts {
                        found.append(
                            Candidate(
                                request: DecisionRequest(
                                    subject: subject, action: action, resource: resource, context: context),
                                suite: suite.path, subject: subjectName, resource: resourceName))
                    }
                }
            }
        }
        guard let probes = bundle.probes(for: action) else {
            candidates = found
            isComplete = true
            askers = []
            return
        }
        let subjects = Self.subjects(bundle, probes)
        let resources = Self.resources(type, probes)
        let contexts = Self.contexts(action, probes)
        let count = subjects.count * resources.count * contexts.count
        isComplete = count <= Self.most && resources.isComplete && !probes.isPartial
        askers = subjects.flatMap { subject in contexts.map { (subject, $0) } }
        // A stride that shares no factor with the sizes reaches every value of every dimension.
        var stride = max(1, count / Self.most)
        while stride > 1
            && (subjects.count % stride == 0 || resources.count % stride == 0 || contexts.count % stride == 0)
        {
            stride += 1
        }
        for number in Swift.stride(from: 0, to: count, by: stride) {
            let resource = resources.values[number % resources.count]
            let subject = subjects[number / resources.count % subjects.count]
            let context = contexts[number / resources.count / subjects.count]
            var placed = resource
            placed.tenant = subject.tenant
            found.append(
                Candidate(
                    request: DecisionRequest(subject: subject, action: action, resource: placed, context: context)))
        }
        candidates = found
    }

    private static func contexts(of suite: PolicySuite) -> [RequestContext] {
        var contexts: [RequestContext] = []
        for each in suite.cases {
            // An approval is for one record; with others it is as good as none.
            var context = each.request.context
            context.approvals = []
            if !contexts.contains(context) { contexts.append(context) }
        }
        return contexts
    }

    // MARK: - Made up

    private static func subjects(_ bundle: PolicyBundle, _ probes: Probes) -> [Subject] {
        let roles = bundle.roleNames
        var sets: [[String]] = roles.map { [$0] }
        for (index, first) in roles.enumerated() {
            for second in roles[(index + 1)...] { sets.append([first, second]) }
        }
        var signIns: [(amr: [String], time: Instant?)] = [([], nil)]
        let fresh = probes.freshAges.min() ?? .seconds(60)
        let ages = probes.signInAges.sorted() + (probes.freshAges.isEmpty && probes.methods.isEmpty ? [] : [fresh])
        for age in ages {
            let time = Probes.now.adding(.zero - age)
            if probes.methods.isEmpty || age != fresh { signIns.append((["none-of-them"], time)) }
            for method in probes.methods.sorted() { signIns.append(([method], time)) }
        }
        var subjects: [Subject] = []
        for tenant in ["acme"] + probes.tenants.sorted() {
            for set in sets {
                for signIn in signIns {
                    var subject = Subject(
                        tenant: tenant, id: Probes.member, roles: set, employeeID: Probes.employee, amr: signIn.amr,
                        authTime: signIn.time)
                    subjects.append(subject)
                    if set.count == 1 && signIn.time == nil {
                        subject.employeeID = nil
                        subjects.append(subject)
                        subject.employeeID = Probes.employee
                    }
                    guard probes.readsDelegation || !probes.obligedRoles.isEmpty, set.count == 1 else { continue }
                    subject.act = [Subject.Hop(id: "a-acting", roles: set)]
                    subjects.append(subject)
                    for role in probes.obligedRoles.sorted() where !set.contains(role) {
                        subject.act = [Subject.Hop(id: "a-acting", roles: set + [role])]
                        subjects.append(subject)
                    }
                }
            }
        }
        return subjects
    }

    /// The values of one dimension.
    private struct Values {
        var values: [Resource]
        var isComplete = true
        var count: Int { values.count }
    }

    /// The most records that are made up of an action's attributes.
    private static let mostResources = 20_000

    private static func resources(_ type: String, _ probes: Probes) -> Values {
        var resources = Values(values: [])
        var blank = Resource(type: type, id: "r-1", tenant: nil, managerChain: [])
        guard let about = probes.about else {
            for chain in [[], [Probes.employee, "e-boss"], ["e-boss", Probes.employee], nil] as [[String]?] {
                blank.managerChain = chain
                resources.values.append(blank)
            }
            return combined(resources, probes.attributes)
        }
        let asking = about.isMember ? Probes.member : Probes.employee
        for (person, chain) in [
            (asking, ["e-boss"]), (Probes.stranger, [Probes.employee, "e-boss"]),
            (Probes.stranger, ["e-boss", Probes.employee]), (Probes.stranger, ["e-boss"]), (Probes.stranger, nil),
        ] as [(String, [String]?)] {
            blank.subjectID = person
            if about.attribute == "id" {
                blank.id = person
            } else {
                blank.attributes[about.attribute] = .string(person)
            }
            blank.managerChain = chain
            resources.values.append(blank)
        }
        return combined(resources, probes.attributes.filter { $0.key != about.attribute })
    }

    /// Every combination of the attributes' values; beyond the limit, each value beside the first ones of the others.
    private static func combined(_ start: Values, _ attributes: [String: [JSONValue]]) -> Values {
        var result = start
        for (name, values) in attributes.sorted(by: { $0.key < $1.key }) {
            let isTooMany = result.count * values.count > mostResources
            if isTooMany { result.isComplete = false }
            var next: [Resource] = []
            for (index, record) in result.values.enumerated() {
                let chosen = isTooMany ? [values[index % values.count]] : values
                for value in chosen {
                    var record = record
                    record.attributes[name] = value
                    next.append(record)
                }
            }
            result.values = next
        }
        return result
    }

    private static func contexts(_ action: String, _ probes: Probes) -> [RequestContext] {
        var contexts: [RequestContext] = []
        for time in [Probes.now] + probes.times.sorted() {
            for address in [nil] + probes.addresses.sorted().map(Optional.some) {
                contexts.append(RequestContext(time: time, ip: address))
                var full = RequestContext(time: time, ip: address, reason: "a reason")
                full.approvals = probes.approvers.sorted().flatMap { role in
                    ["r-1", Probes.employee, Probes.member, Probes.stranger].map { id in
                        Approval(approver: "m-approving", roles: [role], action: action, resourceID: id, time: time)
                    }
                }
                if probes.hasEmergency {
                    full.emergency = Emergency(
                        reason: "a reason", since: time.adding(.seconds(-1)), until: time.adding(.seconds(60)))
                }
                contexts.append(full)
            }
        }
        return contexts
    }
}
