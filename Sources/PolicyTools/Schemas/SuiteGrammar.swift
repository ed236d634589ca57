public import PolicyCore

/// The grammar of test suites, which lie beside the policies.
public enum SuiteGrammar {
    /// A suite: the file.
    public static let suite = MappingGrammar(
        declaring: "test suite", for: "What the policies must decide. It is no part of the bundle.",
        keys: [
            KeyGrammar(declaring: "tests", .text, required: true, meaning: "The name of the suite."),
            description, now,
            KeyGrammar(declaring: "subjects", .named(.mapping(subject)), meaning: "People and programs, by name."),
            KeyGrammar(declaring: "resources", .named(.mapping(resource)), meaning: "Records, by name."),
            KeyGrammar(
                declaring: "cases", .list(.mapping(testCase)), required: true, meaning: "What is asked, and the answer."
            ),
        ])

    /// Who asks.
    public static let subject = MappingGrammar(
        declaring: "test subject", for: "Somebody who asks.",
        keys: [
            description,
            KeyGrammar(declaring: "id", .text, meaning: "The member's id; left out, the name."),
            KeyGrammar(declaring: "tenant", .text, meaning: "The organisation."),
            KeyGrammar(declaring: "employee_id", .text, meaning: "The employee that the member is linked to."),
            KeyGrammar(declaring: "roles", .list(.name), meaning: "The roles held."),
            KeyGrammar(declaring: "amr", .list(.text), meaning: "How the person signed in (RFC 8176)."),
            KeyGrammar(declaring: "auth_time", .instant, meaning: "When the person signed in."),
            KeyGrammar(declaring: "act", .list(.mapping(hop)), meaning: "Who acts for the person, nearest first."),
        ])

    /// Who acts for a subject.
    public static let hop = MappingGrammar(
        declaring: "test hop", for: "Somebody who acts for a subject.",
        keys: [
            KeyGrammar(declaring: "id", .text, required: true, meaning: "The member, client or agent."),
            KeyGrammar(declaring: "roles", .list(.name), meaning: "The roles held."),
        ])

    /// What is asked about.
    public static let resource = MappingGrammar(
        declaring: "test resource", for: "A record.",
        keys: [
            description,
            KeyGrammar(declaring: "type", .name, required: true, meaning: "Its module."),
            KeyGrammar(declaring: "id", .text, meaning: "Its id; left out, one that does not exist yet."),
            KeyGrammar(declaring: "tenant", .text, meaning: "The organisation."),
            KeyGrammar(declaring: "subject_id", .text, meaning: "The person that it is about."),
            KeyGrammar(declaring: "manager_chain", .list(.text), meaning: "That person's managers, nearest first."),
            KeyGrammar(declaring: "attributes", .named(.anything), meaning: "What is known about it."),
        ])

    /// A case, or a matrix of cases.
    public static let testCase = MappingGrammar(
        declaring: "test case", for: "One question, or every subject × action × resource of a matrix.",
        keys: [
            KeyGrammar(declaring: "name", .text, required: true, meaning: "What it shows."),
            description, now,
            KeyGrammar(declaring: "subject", .name, meaning: "Who asks."),
            KeyGrammar(declaring: "action", .text, meaning: "What is to be done, such as `employee.view`."),
            KeyGrammar(declaring: "resource", .name, meaning: "To which record."),
            KeyGrammar(declaring: "subjects", .list(.name), meaning: "Of a matrix: who asks."),
            KeyGrammar(declaring: "actions", .list(.text), meaning: "Of a matrix: what is to be done."),
            KeyGrammar(declaring: "resources", .list(.name), meaning: "Of a matrix: to which records."),
            KeyGrammar(declaring: "context", .mapping(context), meaning: "In which circumstances."),
            KeyGrammar(
                declaring: "expect", .either([outcome, .named(.either([outcome, .byAction(outcome)]))]),
                required: true, meaning: "The answer. Of a matrix: by subject, then by action."),
        ])

    /// The circumstances.
    public static let context = MappingGrammar(
        declaring: "test context", for: "The circumstances of a case.",
        keys: [
            now,
            KeyGrammar(declaring: "ip", .text, meaning: "The client's address."),
            KeyGrammar(declaring: "request_id", .text, meaning: "The request's id."),
            KeyGrammar(declaring: "reason", .text, meaning: "Why the person does it."),
            KeyGrammar(declaring: "approvals", .list(.mapping(approval)), meaning: "Who has agreed, as verified."),
            KeyGrammar(declaring: "emergency", .mapping(emergency), meaning: "A declared emergency, as verified."),
        ])

    /// An approval.
    public static let approval = MappingGrammar(
        declaring: "test approval", for: "The agreement of another person.",
        keys: [
            KeyGrammar(declaring: "approver", .text, required: true, meaning: "The member who agreed."),
            KeyGrammar(declaring: "roles", .list(.name), meaning: "The approver's roles; left out, none."),
            KeyGrammar(declaring: "action", .text, meaning: "To what; left out, to the action that is asked for."),
            KeyGrammar(declaring: "resource_id", .text, meaning: "On which record; left out, on the one asked about."),
            KeyGrammar(declaring: "time", .instant, meaning: "When; left out, at the time of the request."),
        ])

    /// An emergency.
    public static let emergency = MappingGrammar(
        declaring: "test emergency", for: "An emergency that the person has declared.",
        keys: [
            KeyGrammar(declaring: "reason", .text, required: true, meaning: "Why."),
            KeyGrammar(declaring: "since", .instant, required: true, meaning: "When it was declared."),
            KeyGrammar(declaring: "until", .instant, required: true, meaning: "When it is over."),
        ])

    /// The answer in full.
    public static let expectation = MappingGrammar(
        declaring: "test expectation", for: "What the answer must say; what is left out may be anything.",
        keys: [
            KeyGrammar(declaring: "decision", .choice(decisions), required: true, meaning: "Allowed, or not."),
            KeyGrammar(
                declaring: "scope", .choice(Scope.allCases.map(\.description) + ["sub"]),
                meaning: "The scope in the answer; `sub` is `sub(any)`."),
            KeyGrammar(declaring: "rule", .text, meaning: "The rule that decided, such as `employee/own-people`."),
            KeyGrammar(declaring: "reason", .text, meaning: "Why not, such as `no-grant`."),
            KeyGrammar(declaring: "readable", .list(.name), meaning: "Exactly the field classes that may be read."),
            KeyGrammar(declaring: "writable", .list(.name), meaning: "Exactly the field classes that may be written."),
            KeyGrammar(
                declaring: "obligations", .list(.text),
                meaning: "Exactly the obligations, such as `employee/fresh-login`."),
        ])

    /// The words for an answer.
    public static let decisions = ["allow", "deny"]

    private static let outcome = ValueGrammar.either([.choice(decisions), .mapping(expectation)])
    private static let description = KeyGrammar(
        declaring: "description", .text, meaning: "For people; it decides nothing.")
    private static let now = KeyGrammar(
        declaring: "now", .instant, meaning: "The time of the request; left out, that of the suite.")
}
