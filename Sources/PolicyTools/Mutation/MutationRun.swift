public import MarkedYAML
public import PolicyCore
import WireFormat

/// What suites notice of the changes of single rules.
public struct MutationRun: Sendable {
    /// What became of a mutation.
    public enum Verdict: Sendable {
        /// A case noticed: its place and name.
        case killed(path: String, mark: Mark, name: String)
        /// The policies do not load with it, so nobody can make it by mistake.
        case refused
        /// Nothing tells it from the original: so many requests were compared, all that the values in the conditions
        /// come to, or the plans are the same for everybody.
        case equivalent(requests: Int)
        /// No case notices, and here is one that would.
        case survived(Proposal)
        /// No case notices, and no request that tells was found among so many, which are not all.
        case unresolved(requests: Int)
    }

    private let files: [PolicyFile]
    private let suites: [PolicySuite]
    /// The bundle as the mutants are made: read from JSON, so that the order of names is the same.
    private let original: PolicyBundle
    /// Made when a mutation that no case notices needs them.
    private let spaces = SpaceCache()
    /// Every mutation, in the order of the files.
    public let mutations: [Mutation]

    /// Prepares a run.
    /// - Parameters:
    ///   - files: The files of a bundle that loads.
    ///   - suites: Suites all of whose cases come out as expected.
    ///   - module: Only the rules of this module, in the base and in overlays; nil for all.
    /// - Throws: What is wrong with the files.
    public init(files: [PolicyFile], suites: [PolicySuite], module: String? = nil) throws {
        var plain: [PolicyFile] = []
        for file in files {
            let node = try YAMLNode.parse(file.bytes, path: file.path)
            if node["tests"] == nil {
                plain.append(PolicyFile(path: file.path, bytes: try node.json(path: file.path).bytes()))
            }
        }
        let bundle = try PolicyBundle.load(files: plain)
        self.files = plain
        self.suites = suites
        original = bundle
        let made = try MutationMaker(files: files, bundle: bundle).mutations
        mutations = made.filter { mutation in
            module.map { mutation.rule.hasPrefix("\($0)/") || mutation.rule.hasPrefix("overlay/\($0)/") } ?? true
        }
    }

    /// Whether the plans of an action are the same for everybody: then so are the decisions on every record.
    private func plansAgree(_ action: String, _ space: RequestSpace, _ mutant: PolicyBundle) -> Bool {
        guard original.isListable(action: action), let type = original.type(ofAction: action) else { return false }
        return space.askers.allSatisfy { subject, context in
            let request = PlanRequest(subject: subject, action: action, resourceType: type, context: context)
            let (before, after) = (original.plan(request), mutant.plan(request))
            return before.rows == after.rows && before.classes == after.classes
                && before.obligations == after.obligations
        }
    }

    /// What the suites say to one mutation.
    public func judge(_ mutation: Mutation) -> Verdict {
        guard let mutant = try? PolicyBundle.load(files: mutation.applied(to: files)) else { return .refused }
        for each in suites.flatMap(\.cases) where mutation.actions?.contains(each.request.action) ?? true {
            if !TestRun.differences(mutant.check(each.request), each.expected, mutation.original).isEmpty {
                return .killed(path: each.path, mark: each.mark, name: each.name)
            }
        }
        var compared = 0
        var isComplete = true
        for action in (mutation.actions ?? Set(original.actionNames)).sorted() {
            let (space, before) = spaces.space(of: action, original, suites)
            let told = space.candidates.indices.first { index in
                before.effect(index) != Effect(mutant.check(space.candidates[index].request))
            }
            if let told {
                let candidate = space.candidates[told]
                return .survived(
                    Proposal(mutation, candidate, original.check(candidate.request), mutant.check(candidate.request)))
            }
            compared += space.candidates.count
            isComplete = isComplete && (space.isComplete || plansAgree(action, space, mutant))
        }
        return isComplete ? .equivalent(requests: compared) : .unresolved(requests: compared)
    }
}
