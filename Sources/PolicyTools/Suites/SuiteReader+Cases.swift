import MarkedYAML
import PolicyCore
import WireFormat

extension SuiteReader {
    /// The cases that one item stands for.
    mutating func cases(_ node: YAMLNode) -> [SuiteCase] {
        guard let reader = SuiteMapping(node, as: SuiteGrammar.testCase, &log), let name = reader.text("name", &log)
        else { return [] }
        let isMatrix = ["subjects", "actions", "resources"].contains { reader[$0] != nil }
        let subjectNames = words("subject", reader)
        let actions = words("action", reader)
        let resourceNames = words("resource", reader)
        for word in actions where !bundle.actionNames.contains(word.text) {
            log.add(
                word.mark, "unknown action `\(word.text)`",
                remedy: PolicyBundle.remedy(for: word.text, among: bundle.actionNames))
        }
        let askers = subjectNames.compactMap { find($0, in: subjects.map(\.name), "subject") }.map { subjects[$0] }
        let records = resourceNames.compactMap { find($0, in: resources.map(\.name), "resource") }.map { resources[$0] }
        guard let expect = reader["expect"] else { return [] }

        var cases: [SuiteCase] = []
        for asker in askers {
            for action in actions where bundle.actionNames.contains(action.text) {
                for record in records {
                    guard bundle.type(ofAction: action.text) == record.resource.type else {
                        log.add(
                            action.mark, "`\(action.text)` is not an action on `\(record.name)`",
                            remedy: "it is of type `\(record.resource.type)`: put it into a case of its own")
                        continue
                    }
                    guard
                        let (mark, expected) = expectation(
                            expect, askers.map(\.name), asker.name, action.text, record.resource.type, isMatrix)
                    else { continue }
                    let full = isMatrix ? "\(name.text): \(asker.name) \(action.text) \(record.name)" : name.text
                    cases.append(
                        SuiteCase(
                            name: full, path: log.path, mark: isMatrix ? mark : node.mark, subject: asker.name,
                            resource: record.name,
                            request: DecisionRequest(
                                subject: asker.subject, action: action.text, resource: record.resource,
                                context: context(reader, action.text, record.resource)),
                            expected: expected))
                }
            }
        }
        checkKeys(expect, askers.map(\.name), actions.map(\.text))
        return cases
    }

    /// The one word under `key`, or the list under its plural.
    private mutating func words(_ key: String, _ reader: SuiteMapping) -> [PlacedText] {
        if let several = reader.texts(key + "s", &log) {
            if let one = reader[key] {
                log.add(one.mark, "`\(key)` stands beside `\(key)s`", remedy: "keep one of them")
            }
            if several.isEmpty {
                log.add(reader[key + "s"]?.mark ?? reader.node.mark, "`\(key)s` is empty", remedy: "name at least one")
            }
            return several
        }
        if let one = reader.text(key, &log) { return [one] }
        if reader[key] == nil && reader[key + "s"] == nil {
            log.add(reader.node.mark, "the case has no `\(key)`", remedy: "add `\(key):`, or `\(key)s:` for a matrix")
        }
        return []
    }

    private mutating func find(_ word: PlacedText, in names: [String], _ what: String) -> Int? {
        if let index = names.firstIndex(of: word.text) { return index }
        log.add(
            word.mark, "unknown \(what) `\(word.text)`", remedy: PolicyBundle.remedy(for: word.text, among: names))
        return nil
    }

    // MARK: - Context

    private mutating func context(_ reader: SuiteMapping, _ action: String, _ resource: Resource) -> RequestContext {
        var context = RequestContext(time: reader.instant("now", &log) ?? now)
        guard let node = reader["context"], let stated = SuiteMapping(node, as: SuiteGrammar.context, &log) else {
            return context
        }
        context.time = stated.instant("now", &log) ?? context.time
        context.ip = stated.text("ip", &log)?.text
        context.requestID = stated.text("request_id", &log)?.text
        context.reason = stated.text("reason", &log)?.text
        for item in stated.items("approvals", &log) {
            guard let approval = SuiteMapping(item, as: SuiteGrammar.approval, &log),
                let approver = approval.text("approver", &log)
            else { continue }
            guard let time = approval.instant("time", &log) ?? context.time else {
                log.add(item.mark, "the approval has no `time`", remedy: "add `time:`, or `now:` to the case")
                continue
            }
            context.approvals.append(
                Approval(
                    approver: approver.text, roles: roles(approval),
                    action: approval.text("action", &log)?.text ?? action,
                    resourceID: approval.text("resource_id", &log)?.text ?? resource.id, time: time))
        }
        if let item = stated["emergency"], let emergency = SuiteMapping(item, as: SuiteGrammar.emergency, &log),
            let reason = emergency.text("reason", &log), let since = emergency.instant("since", &log),
            let until = emergency.instant("until", &log)
        {
            context.emergency = Emergency(reason: reason.text, since: since, until: until)
        }
        return context
    }

    // MARK: - Expectations

    /// The expectation for one cell: the one for all, or that of its subject and action.
    private mutating func expectation(
        _ node: YAMLNode, _ subjects: [String], _ subject: String, _ action: String, _ type: String, _ isMatrix: Bool
    ) -> (Mark, Expectation)? {
        guard isMatrix, isBySubject(node, subjects) else {
            return expectation(node, type).map { (node.mark, $0) }
        }
        guard let row = node.mapping?.first(where: { $0.key == subject }) else {
            log.add(node.mark, "nothing is expected for `\(subject)`", remedy: "add `\(subject):` below `expect`")
            return nil
        }
        guard row.value.mapping != nil, row.value["decision"] == nil else {
            return expectation(row.value, type).map { (row.value.mark, $0) }
        }
        guard let cell = row.value[action] else {
            log.add(
                row.keyMark, "nothing is expected for `\(action)` of `\(subject)`",
                remedy: "add `\(action):` below `\(subject)`")
            return nil
        }
        return expectation(cell, type).map { (cell.mark, $0) }
    }

    private func isBySubject(_ node: YAMLNode, _ subjects: [String]) -> Bool {
        node.mapping?.contains { subjects.contains($0.key) } ?? false
    }

    /// Rows and cells that no request belongs to.
    private mutating func checkKeys(_ node: YAMLNode, _ subjects: [String], _ actions: [String]) {
        guard isBySubject(node, subjects), node["decision"] == nil else { return }
        for row in node.mapping ?? [] {
            if !subjects.contains(row.key) {
                log.add(
                    row.keyMark, "`\(row.key)` is not a subject of this case",
                    remedy: PolicyBundle.remedy(for: row.key, among: subjects))
            }
            for cell in row.value.mapping ?? [] where row.value["decision"] == nil && !actions.contains(cell.key) {
                log.add(
                    cell.keyMark, "`\(cell.key)` is not an action of this case",
                    remedy: PolicyBundle.remedy(for: cell.key, among: actions))
            }
        }
    }

    private mutating func expectation(_ node: YAMLNode, _ type: String) -> Expectation? {
        if node.string != nil { return decision(node).map { Expectation(isAllowed: $0) } }
        guard let reader = SuiteMapping(node, as: SuiteGrammar.expectation, &log), let word = reader["decision"],
            let isAllowed = decision(word)
        else { return nil }
        var expected = Expectation(isAllowed: isAllowed)
        if let word = reader.text("scope", &log) {
            expected.scope = Scope(written: word.text) ?? Scope(word.text)
            if expected.scope == nil {
                log.add(
                    word.mark, "unknown scope `\(word.text)`",
                    remedy: PolicyBundle.remedy(for: word.text, among: Scope.allCases.map(\.description)))
            }
        }
        if let word = reader.text("rule", &log) {
            expected.rule = word.text
            check(word, among: ruleIDs, "rule")
        }
        if let word = reader.text("reason", &log) {
            expected.reason = Reason(word.text)
            if expected.reason == nil {
                log.add(
                    word.mark, "unknown reason `\(word.text)`",
                    remedy: PolicyBundle.remedy(
                        for: word.text,
                        among: ["no-grant", "out-of-scope", "missing-fact", "tenant-mismatch"]
                            + ruleIDs.flatMap { ["denied:" + $0, "obligation:" + $0] }))
            }
        }
        expected.readable = names("readable", reader, bundle.classNames(ofType: type) ?? [], "field class")
        expected.writable = names("writable", reader, bundle.classNames(ofType: type) ?? [], "field class")
        expected.obligations = names("obligations", reader, ruleIDs, "obligation")
        return expected
    }

    private mutating func decision(_ node: YAMLNode) -> Bool? {
        switch node.string {
        case "allow": return true
        case "deny": return false
        default:
            log.add(
                node.mark, "`\(node.string ?? node.kind)` is no decision", remedy: "write `allow` or `deny`")
            return nil
        }
    }

    private mutating func names(
        _ key: String, _ reader: SuiteMapping, _ known: [String], _ what: String
    ) -> [String]? {
        guard let words = reader.texts(key, &log) else { return nil }
        for word in words { check(word, among: known, what) }
        return words.map(\.text).sorted()
    }

    private mutating func check(_ word: PlacedText, among known: [String], _ what: String) {
        if known.contains(word.text) { return }
        log.add(
            word.mark, "unknown \(what) `\(word.text)`", remedy: PolicyBundle.remedy(for: word.text, among: known))
    }
}
