/// The grammar of every kind of policy file. The first key of a file tells its kind.
public enum PolicyGrammar {
    /// `roles.yaml`.
    public static let roles = MappingGrammar(
        "roles file", "Which roles an organisation has, and which role holds which.",
        [
            description,
            KeyGrammar(
                "tenancy", .choice(["multiple", "single"]),
                "`single` for a program that serves one organisation: every entity then belongs to it."),
            KeyGrammar("roles", .named(.mapping(role)), required: true, "The roles by name."),
            KeyGrammar(
                "derived_roles", .named(.mapping(derivedRole)),
                "Roles that nobody is given: the holder of another role has them for the records that a condition names."
            ),
        ])

    /// A role.
    public static let role = MappingGrammar(
        "role", "A role that members of an organisation are given.",
        [
            description,
            KeyGrammar("inherits", .list(.name), "Roles whose grants it has as well."),
            KeyGrammar(
                "ceiling", .byAction(.choice(Scope.words)),
                """
                The most that it may ever hold, whatever grants say and whatever it inherits: the scope by action. The \
                most exact pattern counts; an action that none names is not held at all.
                """),
        ])

    /// A derived role.
    public static let derivedRole = MappingGrammar(
        "derived role", "A role that follows from a fact about the record.",
        [
            description,
            KeyGrammar("of", .list(.name), required: true, "Whoever has one of these roles can have it."),
            KeyGrammar(
                "when", .condition, required: true, "For which records, such as `inChain(\"direct\")`."),
        ])

    /// A module.
    public static let module = MappingGrammar(
        "module", "One kind of record: what is known about it, what can be done to it, and who may.",
        [
            KeyGrammar("module", .name, required: true, "Its name, which is the type of its resources."),
            description,
            KeyGrammar(
                "owner", .choice(PolicyBundle.owners), required: true,
                "The service that keeps these records: only its word about them counts."),
            KeyGrammar(
                "about", .name, "The attribute that names the person a record is about; `self` and `sub` need it."),
            KeyGrammar("import", .list(.name), "Shared files whose constants and variables it uses."),
            KeyGrammar("constants", .named(.anything), "Values by name, for conditions."),
            KeyGrammar("variables", .named(.condition), "Expressions by name, for conditions."),
            KeyGrammar(
                "attributes",
                .named(.either([.choice(AttributeType.words), .mapping(attribute)])),
                "What is known about a record. Only these can be used in conditions and field classes."),
            KeyGrammar("actions", .named(.mapping(action)), required: true, "What can be done."),
            KeyGrammar("grants", .list(.mapping(grant)), "Who may do what, over whom."),
            KeyGrammar("denials", .list(.mapping(denial)), "What nobody may do, whatever is granted."),
            KeyGrammar("obligations", .list(.mapping(obligation)), "What must happen besides."),
            KeyGrammar(
                "fields", .named(.mapping(fieldClass)),
                "Fields that are read and written under the same rules. A field in none is seen by nobody."),
        ])

    /// An attribute.
    public static let attribute = MappingGrammar(
        "attribute", "An attribute that needs more than a type.",
        [
            KeyGrammar("type", .choice(AttributeType.words + ["enum"]), required: true, "What it holds."),
            KeyGrammar("values", .list(.text), "The values of an `enum`."),
            KeyGrammar(
                "sealed", .flag,
                "Kept under the person's own key: usable when one record is checked, never to filter a list."),
            description,
        ])

    /// An action.
    public static let action = MappingGrammar(
        "action", "Something that can be done to a record.",
        [
            description,
            KeyGrammar(
                "listable", .flag,
                "Asked for many records at once, as a filter: its rules must then be expressible as one."),
        ])

    /// A grant.
    public static let grant = MappingGrammar(
        "grant", "Who may do what, over whom, and when.",
        [
            ruleID, description,
            KeyGrammar("roles", .list(.name), required: true, "For whoever has one of these roles."),
            actions,
            KeyGrammar("scope", .choice(Scope.ruleWords), required: true, "Over whom."),
            depth, when, from, until,
            KeyGrammar(
                "break_glass", .duration,
                """
                Only in an emergency that the person has declared, with a reason, for at most this long. Every use is \
                noted.
                """),
        ])

    /// A denial.
    public static let denial = MappingGrammar(
        "denial", "What is refused, whatever is granted.",
        [
            ruleID, description,
            KeyGrammar("roles", .list(.name), "For whoever has one of these roles; left out, for everybody."),
            actions,
            KeyGrammar("scope", .choice(Scope.ruleWords), "Over whom; left out, over everybody."),
            depth, when, from, until,
            KeyGrammar("reason", .text, required: true, "Why, for the person who is refused."),
        ])

    /// An obligation.
    public static let obligation = MappingGrammar(
        "obligation", "What must happen besides. A gating one refuses until it is met; `notify` goes with an allow.",
        [
            KeyGrammar("id", .ruleID, required: true, "Its name in answers."),
            description,
            KeyGrammar("actions", .list(.text), required: true, "Actions of this module; `*` stands for any ending."),
            KeyGrammar("roles", .list(.name), "For whoever has one of these roles; left out, for everybody."),
            KeyGrammar(
                "when", .condition,
                "In which case; left out, always. For a listable action it may not depend on the record."),
            KeyGrammar(
                "type", .either([.choice(ObligationRule.gatingTypes + ["notify"]), .name]), required: true,
                """
                `step_up`: signed in not longer ago than `max_age`, with one of `methods`. `approval`: another person \
                with a role of `by` has agreed, not longer ago than `valid_for`. `reason_required`: a reason is given. \
                `notify` and names of your own: the caller does it.
                """),
            KeyGrammar("max_age", .duration, "Of a `step_up`: how old the sign-in may be."),
            KeyGrammar("methods", .list(.text), "Of a `step_up`: `amr` values (RFC 8176), one of which it needs."),
            KeyGrammar("by", .list(.name), "Of an `approval`: who may approve."),
            KeyGrammar("valid_for", .duration, "Of an `approval`: how long it counts."),
            KeyGrammar("properties", .named(.anything), "Handed to the caller as they are."),
        ])

    /// A field class.
    public static let fieldClass = MappingGrammar(
        "field class", "Fields that are read and written under the same rules.",
        [
            description,
            KeyGrammar("fields", .list(.name), required: true, "The attributes in it; only `history` may have none."),
            KeyGrammar("sensitive", .flag, "Whether a read is put on the record before the answer leaves."),
            KeyGrammar("read", .list(.mapping(fieldRule)), "Who may read them."),
            KeyGrammar("write", .list(.mapping(fieldRule)), "Who may change them."),
        ])

    /// A line of a field class.
    public static let fieldRule = MappingGrammar(
        "field rule", "Who may read or write the fields of a class, over whom.",
        [
            KeyGrammar("roles", .list(.name), required: true, "For whoever has one of these roles."),
            KeyGrammar("scope", .choice(Scope.ruleWords), required: true, "Over whom."),
            depth, when, from, until,
        ])

    /// A file of shared constants and variables.
    public static let shared = MappingGrammar(
        "shared file", "Constants and variables for modules that import it.",
        [
            KeyGrammar("shared", .name, required: true, "Its name, for `import`."),
            description,
            KeyGrammar("constants", .named(.anything), "Values by name."),
            KeyGrammar("variables", .named(.condition), "Expressions by name."),
        ])

    /// A tenant's overlay.
    public static let overlay = MappingGrammar(
        "overlay", "What one organisation narrows. It is met with the base: it can never give more.",
        [
            KeyGrammar("overlay", .text, required: true, "The organisation's id."),
            description,
            KeyGrammar("modules", .named(.mapping(overlayModule)), required: true, "What is narrowed, by module."),
        ])

    /// One module of an overlay.
    public static let overlayModule = MappingGrammar(
        "overlay module", "What an overlay narrows in one module.",
        [
            KeyGrammar("import", .list(.name), "Shared files whose constants and variables it uses."),
            KeyGrammar("constants", .named(.anything), "Values by name, for conditions."),
            KeyGrammar("variables", .named(.condition), "Expressions by name, for conditions."),
            KeyGrammar(
                "grants", .list(.mapping(grant)),
                "For the actions that they name, these must allow as well; other actions stay as they are."),
            KeyGrammar("denials", .list(.mapping(denial)), "What is refused besides."),
            KeyGrammar("obligations", .list(.mapping(obligation)), "What must happen besides."),
        ])

    private static let description = KeyGrammar("description", .text, "For people; it decides nothing.")
    private static let ruleID = KeyGrammar(
        "id", .ruleID, "Its name in answers, logs and tests; without one it is called by its place.")
    private static let actions = KeyGrammar(
        "actions", .list(.text), required: true, "Actions of this module; `*` stands for any ending.")
    private static let depth = KeyGrammar(
        "depth", .choice(ChainDepth.allCases.map(\.rawValue)), "Of `scope: sub`: the nearest manager only, or any.")
    private static let when = KeyGrammar("when", .condition, "In which case; left out, always.")
    private static let from = KeyGrammar("from", .instant, "When it begins.")
    private static let until = KeyGrammar("until", .instant, "When it is over; that moment is outside.")
}
