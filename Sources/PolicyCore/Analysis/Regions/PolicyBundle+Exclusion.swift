package import WireFormat

extension PolicyBundle {
    /// Facts that an overlay's grant allows, when its condition excludes those of every grant that the base has for the
    /// same roles; nil when some request satisfies both, or may.
    package func factsBeyondBase(
        _ rule: RuleFacts, action: String
    ) -> (attributes: [String: JSONValue], time: Instant?)? {
        guard let tenant = rule.tenant, let entry = actions[action],
            let overlay = overlays[tenant]?.actions[action]?.grants, let base = entry.action.rules.grants
        else { return nil }
        let reader = RegionReader(sources: entry.module.sources)
        let attributes = entry.module.attributes
        var sample: (attributes: [String: JSONValue], time: Instant?)?
        for (role, row) in overlay.rows.enumerated() {
            let own = row.filter { $0.rule.path == rule.rule.path && $0.rule.mark == rule.rule.mark }
                .flatMap { reader.regions($0.predicate) }
            let given = base.rows[role].flatMap { reader.regions($0.predicate) }
            for region in own {
                if given.contains(where: { $0.intersection(region).sample(attributes) != nil }) { return nil }
                sample = sample ?? region.sample(attributes)
            }
        }
        return sample
    }
}
