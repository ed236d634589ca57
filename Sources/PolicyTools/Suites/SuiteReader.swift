import MarkedYAML
import PolicyCore
import WireFormat

/// Reads one suite, and looks up in the bundle whatever it names.
struct SuiteReader {
    let bundle: PolicyBundle
    var log: SuiteLog
    private(set) var subjects: [(name: String, subject: Subject)] = []
    private(set) var resources: [(name: String, resource: Resource)] = []
    private(set) var now: Instant?
    /// The ids of every rule, for what expectations name.
    let ruleIDs: [String]

    /// Matrices written out; more is a generator gone wild.
    static let mostCases = 100_000

    init(path: String, bundle: PolicyBundle) {
        self.bundle = bundle
        log = SuiteLog(path: path)
        ruleIDs = Array(Set(bundle.rules.map(\.id))).sorted()
    }

    mutating func read(_ node: YAMLNode) -> PolicySuite? {
        guard let suite = SuiteMapping(node, as: SuiteGrammar.suite, &log), let name = suite.text("tests", &log) else {
            return nil
        }
        now = suite.instant("now", &log)
        for entry in suite.named("subjects", &log) {
            if let subject = subject(entry) { subjects.append((entry.key, subject)) }
        }
        for entry in suite.named("resources", &log) {
            if let resource = resource(entry) { resources.append((entry.key, resource)) }
        }
        var cases: [SuiteCase] = []
        for item in suite.items("cases", &log) {
            cases += self.cases(item)
            guard cases.count <= Self.mostCases else {
                log.add(item.mark, "more than \(Self.mostCases) cases", remedy: "split the suite")
                return nil
            }
        }
        return PolicySuite(
            name: name.text, path: log.path, cases: cases, subjects: subjects, resources: resources)
    }

    private mutating func subject(_ entry: YAMLEntry) -> Subject? {
        guard
            let reader = SuiteMapping(
                entry.value, as: SuiteGrammar.subject, of: "subject `\(entry.key)`", &log)
        else { return nil }
        var hops: [Subject.Hop] = []
        for item in reader.items("act", &log) {
            guard let hop = SuiteMapping(item, as: SuiteGrammar.hop, &log), let id = hop.text("id", &log) else {
                continue
            }
            hops.append(Subject.Hop(id: id.text, roles: roles(hop)))
        }
        return Subject(
            tenant: reader.text("tenant", &log)?.text, id: reader.text("id", &log)?.text ?? entry.key,
            roles: roles(reader), employeeID: reader.text("employee_id", &log)?.text,
            amr: (reader.texts("amr", &log) ?? []).map(\.text), authTime: reader.instant("auth_time", &log), act: hops)
    }

    mutating func roles(_ reader: SuiteMapping) -> [String] {
        let words = reader.texts("roles", &log) ?? []
        for word in words where !bundle.roleNames.contains(word.text) {
            log.add(
                word.mark, "unknown role `\(word.text)`",
                remedy: PolicyBundle.remedy(for: word.text, among: bundle.roleNames))
        }
        return words.map(\.text)
    }

    private mutating func resource(_ entry: YAMLEntry) -> Resource? {
        guard
            let reader = SuiteMapping(
                entry.value, as: SuiteGrammar.resource, of: "resource `\(entry.key)`", &log),
            let type = reader.text("type", &log)
        else { return nil }
        guard bundle.moduleNames.contains(type.text) else {
            log.add(
                type.mark, "unknown module `\(type.text)`",
                remedy: PolicyBundle.remedy(for: type.text, among: bundle.moduleNames))
            return nil
        }
        var attributes: [String: JSONValue] = [:]
        for attribute in reader.named("attributes", &log) {
            do throws(PlacedError) {
                let value = try attribute.value.json(path: log.path)
                if let fault = bundle.fault(ofAttribute: attribute.key, value, type: type.text) {
                    log.add(attribute.keyMark, fault.cause, remedy: fault.remedy)
                }
                attributes[attribute.key] = value
            } catch {
                log.add(error.mark, error.cause, remedy: "write another value")
            }
        }
        return Resource(
            type: type.text, id: reader.text("id", &log)?.text, tenant: reader.text("tenant", &log)?.text,
            subjectID: reader.text("subject_id", &log)?.text,
            managerChain: reader.texts("manager_chain", &log)?.map(\.text), attributes: attributes)
    }
}
