/// What a member with exactly one role may do, before any record is looked at.
package struct RoleStanding: Sendable, Hashable {
    /// A grant that also asks for something else than the scope.
    package struct Conditional: Sendable, Hashable {
        /// The grant's id.
        package let rule: String
        /// Over whom, when it counts.
        package let scope: Scope
        /// What it asks for, in words.
        package let demand: String
    }

    /// The widest scope without any condition; `none` for nothing.
    package var scope: Scope
    /// Grants with a condition that reach further, widest first.
    package var conditional: [Conditional]
    /// Denials that may take something away, by id.
    package var denials: [String]
    /// Obligations that may go with it, by id.
    package var obligations: [String]

    /// Nothing at all.
    package static let nothing = RoleStanding(scope: .none, conditional: [], denials: [], obligations: [])

    /// Whether it can come to anything at all.
    package var isEmpty: Bool { scope == .none && conditional.isEmpty }
}

extension PolicyBundle {
    /// What a member with exactly this role may do; nil for a role or an action that the bundle does not know.
    /// - Parameter tenant: Whose overlay narrows it; nil for the base alone.
    package func standing(of role: String, for action: String, tenant: String? = nil) -> RoleStanding? {
        guard let number = roles.numbers[role], let entry = actions[action] else { return nil }
        var standing = standing(number, entry.action.rules)
        if let overlay = overlayRules(of: tenant, for: action) {
            let narrowing = self.standing(number, overlay)
            if overlay.grants != nil {
                let (ours, theirs) = (standing, narrowing)
                standing.scope = min(ours.scope, theirs.scope)
                // A conditional grant of one layer counts as far as the other layer lets it.
                let reach = { (other: RoleStanding) in max(other.scope, other.conditional.first?.scope ?? .none) }
                standing.conditional =
                    Self.capped(ours.conditional, reach(theirs)) + Self.capped(theirs.conditional, reach(ours))
                standing.conditional = standing.conditional.filter { $0.scope > standing.scope }
                    .sorted { $0.scope > $1.scope }
            }
            standing.denials += narrowing.denials
            standing.obligations += narrowing.obligations
        }
        if standing.isEmpty {
            standing.denials = []
            standing.obligations = []
        }
        return standing
    }

    private static func capped(
        _ grants: [RoleStanding.Conditional], _ cap: Scope
    ) -> [RoleStanding.Conditional] {
        grants.map { RoleStanding.Conditional(rule: $0.rule, scope: min($0.scope, cap), demand: $0.demand) }
    }

    private func standing(_ role: Int, _ rules: ActionRules) -> RoleStanding {
        var scope = rules.grants?.scopes[role] ?? .none
        var conditional = rules.grants?.conditional[role] ?? []
        let denials = rules.denials.rows[role] + rules.denials.forEveryone
        let beaten = denials.filter { !$0.isConditional }.map(\.scope).max() ?? .none
        // Scopes contain one another: an unconditional denial leaves nothing of a grant that reaches no further.
        if beaten >= scope { scope = .none }
        conditional = conditional.filter { $0.scope > max(scope, beaten) }
        return RoleStanding(
            scope: scope,
            conditional: conditional.map {
                RoleStanding.Conditional(rule: $0.rule.id, scope: $0.scope, demand: Self.demand($0))
            },
            denials: denials.map(\.rule.id),
            obligations: rules.obligations.filter { obligation in
                obligation.roles.isEmpty || obligation.roles.contains { roles.held[role].contains($0) }
            }.map(\.id))
    }

    private static func demand(_ held: HeldRule) -> String {
        held.predicate.parts.compactMap { part in
            switch part {
            case .reach, .and: nil
            case .condition(let condition): condition.text
            case .during(let validity):
                [validity.from.map { "from \($0)" }, validity.until.map { "until \($0)" }].compactMap(\.self)
                    .joined(separator: " ")
            case .emergency: "break-glass"
            }
        }.joined(separator: "; ")
    }
}
