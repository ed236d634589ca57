extension PolicyBundle {
    /// Decides by the table what somebody who acts alone asks; nil where it cannot tell, and the rules themselves must.
    func decideByTable(_ entry: ActionEntry, _ facts: Facts) -> Decision? {
        let table = table
        guard entry.region != DecisionTable.general, facts.subject.pointee.act.isEmpty else { return nil }
        var overlay = DecisionTable.nothing
        var number: Int?
        if !table.revisions.isEmpty, let tenant = facts.subject.pointee.tenant, let found = table.overlay(of: tenant) {
            number = found.number
            overlay = DecisionTable.place(entry.number, in: found.places)
            guard overlay != DecisionTable.general else { return nil }
        }

        var evaluator = Evaluator<Truth>(facts)
        var values = ColumnValues()
        let base = table.judge(entry.region, &evaluator, &values)
        guard base.outcome == .yes else { return denied(base, number) }
        var scope = base.scope
        if overlay != DecisionTable.nothing {
            let narrowing = table.judge(overlay, &evaluator, &values)
            guard narrowing.outcome == .yes else { return denied(narrowing, number) }
            scope = min(scope, narrowing.scope)
        }

        let access = entry.module.access.masks(&evaluator)
        var owed = ObligationJudge()
        if table.hasObligations(entry.region) || table.hasObligations(overlay) {
            owed = obligations(
                entry.action.rules, overlayRules(of: facts.subject.pointee.tenant, for: entry.name), nil,
                action: entry.name, resource: facts.record?.pointee.id, &evaluator)
            if let first = owed.unmet.first {
                return Decision(
                    isAllowed: false, reason: .obligation(id: first.id), scope: .none, rule: table.ids[base.rule],
                    revision: revision(ofOverlay: number), obligations: owed.unmet, fields: .none)
            }
        }
        return Decision(
            isAllowed: true, reason: nil, scope: scope, rule: table.ids[base.rule],
            revision: revision(ofOverlay: number), obligations: owed.accompanying, fields: entry.module.fields(access))
    }

    private func denied(_ finding: TableFinding, _ overlay: Int?) -> Decision {
        let rule = finding.denial.map { table.ids[$0] }
        let reason: Reason =
            if !finding.hasGrant {
                .noGrant
            } else if let rule {
                .denied(rule: rule)
            } else {
                finding.outcome == .no ? .outOfScope : .missingFact
            }
        return Decision(
            isAllowed: false, reason: reason, scope: .none, rule: rule, revision: revision(ofOverlay: overlay),
            fields: .none)
    }

    private func revision(ofOverlay number: Int?) -> String {
        if let number { table.revisions[number] } else { revision }
    }
}
