import ArgumentParser
import PolicyCore
import WireFormat

/// `bailiwick policy explain`: which rules were looked at for a request, and why each matched or not.
struct PolicyExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Tell why a request is allowed or denied.",
        discussion: """
            Asks the policies in a directory, not a running engine, and with made-up facts. Whoever is asked about \
            has the employee id `me` unless another is given. A denial is followed by the smallest changes that would \
            allow it. All of that is for administrators; --for-user prints what the person concerned may be told. Exit \
            code 0: allowed; 2: denied; 1: something is wrong.

            May a manager see somebody two levels below?
              bailiwick policy explain employee.view --role manager --id x --chain y,me
            """)

    /// The exit code of a deny, so that a script can tell it from a mistake.
    private static let deniedCode = ExitCode(2)
    /// Subject and record belong to it unless `--other-tenant` is given.
    private static let tenant = "tenant"

    @Argument(help: "The action: `module.action`.")
    var action: String

    @Option(help: "The directory of policies.")
    var policies = "policies"

    @Option(name: .customLong("role"), help: "A role of the subject; may be repeated.")
    var roles: [String] = []

    @Option(help: "The subject's member id.")
    var subject = "me"

    @Option(help: "The employee that the subject is linked to; empty for none.")
    var employee = "me"

    @Option(name: .customLong("act"), help: "Roles of somebody acting for the subject, by comma; may be repeated.")
    var hops: [String] = []

    @Option(help: "The record's id.")
    var id: String?

    @Option(help: "The person the record is about, where that is not its id.")
    var about: String?

    @Option(help: "The managers of that person, nearest first, by comma; empty for none, left out for not known.")
    var chain: String?

    @Option(
        name: .customLong("attribute"), help: "An attribute as NAME=VALUE, the value in JSON or text; may be repeated.")
    var attributes: [String] = []

    @Option(help: "The time of the request (RFC 3339); without it there is none.")
    var now: String?

    @Flag(help: "Print only the decision and what would allow it, as the person concerned may see it.")
    var forUser = false

    @Flag(help: "The record belongs to another organisation.")
    var otherTenant = false

    @Flag(help: "Print a JSON object.")
    var json = false

    func validate() throws {
        guard let dot = action.firstIndex(of: "."), dot != action.startIndex else {
            throw ValidationError("`\(action)` is not `module.action`")
        }
        if let now, Instant(rfc3339: now) == nil { throw ValidationError("`\(now)` is not an RFC 3339 time") }
        for attribute in attributes where attribute.firstIndex(of: "=") == nil {
            throw ValidationError("`\(attribute)` is not NAME=VALUE")
        }
    }

    func run() async throws {
        try await CommandLineReport.failures {
            let files = try PolicyFolder(path: policies).files()
            let bundle: PolicyBundle
            do throws(PolicyLoadErrors) {
                bundle = try PolicyBundle.load(files: files)
            } catch {
                throw CommandFailure("\(policies) has errors:\n\(error)")
            }
            let (explanation, whyNot) = (bundle.explain(request), bundle.whyNot(request))
            print(json ? wire(explanation, whyNot).text : text(explanation, whyNot))
            if !explanation.decision.isAllowed { throw Self.deniedCode }
        }
    }

    private func text(_ explanation: Explanation, _ whyNot: WhyNot) -> String {
        let told = forUser ? (explanation.decision.isAllowed ? "allowed" : "denied") : explanation.description
        let ways = forUser ? whyNot.forUser.description : whyNot.description
        return ways.isEmpty ? told : told + "\n" + ways
    }

    private func wire(_ explanation: Explanation, _ whyNot: WhyNot) -> JSONValue {
        if forUser {
            return ["decision": .bool(explanation.decision.isAllowed), "why_not": whyNot.forUser.wire]
        }
        guard !explanation.decision.isAllowed, case .object(var members) = explanation.wire else {
            return explanation.wire
        }
        members["why_not"] = whyNot.wire
        return .object(members)
    }

    private var request: DecisionRequest {
        DecisionRequest(
            subject: Subject(
                tenant: Self.tenant, id: subject, roles: roles, employeeID: employee.isEmpty ? nil : employee,
                act: hops.enumerated().map { Subject.Hop(id: "hop \($0 + 1)", roles: Self.list($1)) }),
            action: action,
            resource: Resource(
                type: String(action.prefix { $0 != "." }), id: id,
                tenant: otherTenant ? "another " + Self.tenant : Self.tenant,
                subjectID: about, managerChain: chain.map(Self.list), attributes: stated),
            context: RequestContext(time: now.flatMap { Instant(rfc3339: $0) }))
    }

    private var stated: [String: JSONValue] {
        var stated: [String: JSONValue] = [:]
        for attribute in attributes {
            let parts = attribute.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            stated[parts[0]] = (try? JSONValue.parse(Array(parts[1].utf8))) ?? .string(parts[1])
        }
        return stated
    }

    private static func list(_ text: String) -> [String] { text.split(separator: ",").map(String.init) }
}
