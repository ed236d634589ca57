import Testing

@testable import Bailiwick

@Suite("The environment of a service")
struct ServiceEnvironmentTests {
    private let environment = ServiceEnvironment(
        directory: DataDirectory(path: "/data"), endpoints: Endpoints(ports: PortPlan(base: 9000), processIDs: [:]),
        policies: "/policies",
        inherited: [
            "PATH": "/bin", "BAILIWICK_LOG_LEVEL": "debug", "BAILIWICK_HR_DATABASE_URL": "postgres://secret@/hr",
            "BAILIWICK_MIGRATION_URL": "postgres://owner@/x", "BAILIWICK_DATA_DIRECTORY": "/data", "AWS_SECRET": "x",
            "BAILIWICK_MAIL_USER": "somebody",
        ])

    @Test("tells it its own ports, database and key, and everybody's addresses", arguments: Member.allCases)
    func own(member: Member) {
        let variables = environment.variables(for: member)
        #expect(variables["BAILIWICK_PUBLIC_PORT"] == "\(9001 + member.position)")
        #expect(variables["BAILIWICK_INTERNAL_PORT"] == "\(9101 + member.position)")
        #expect(variables["BAILIWICK_DATABASE_URL_FILE"] == "/data/secrets/database-\(member.rawValue).url")
        #expect(variables["BAILIWICK_SERVICE_KEY_FILE"] == "/data/secrets/service-\(member.rawValue).json")
        #expect(variables["BAILIWICK_PEERS_AUDIT"] == "http://127.0.0.1:9104")
        #expect(variables["BAILIWICK_ISSUER"] == "http://127.0.0.1:9001")
    }

    @Test("leaves the operator's mail server alone")
    func mailServer() {
        let environment = ServiceEnvironment(
            directory: DataDirectory(path: "/data"), endpoints: Endpoints(ports: PortPlan(base: 9000), processIDs: [:]),
            policies: "/policies",
            inherited: ["BAILIWICK_MAIL_SERVER": "smtp://mail.example", "BAILIWICK_MAIL_FROM": "a@example.org"])
        let variables = environment.variables(for: .auth)
        #expect(variables["BAILIWICK_MAIL_DIRECTORY"] == nil)
        #expect(variables["BAILIWICK_MAIL_FROM"] == "a@example.org")
    }

    @Test("keeps from it what belongs to others", arguments: Member.allCases)
    func others(member: Member) {
        let variables = environment.variables(for: member)
        #expect(variables["BAILIWICK_LOG_LEVEL"] == "debug")
        #expect(variables["AWS_SECRET"] == nil)
        #expect(variables["BAILIWICK_HR_DATABASE_URL"] == nil)
        #expect(variables["BAILIWICK_MIGRATION_URL"] == nil)
        #expect((variables["BAILIWICK_KEK_FILE"] != nil) == (member == .auth || member == .hr))
        #expect((variables["BAILIWICK_CHECKPOINT_KEY_FILE"] != nil) == (member == .audit))
        #expect((variables["BAILIWICK_MAIL_USER"] != nil) == (member == .auth))
        #expect((variables["BAILIWICK_MAIL_DIRECTORY"] == "/data/mail") == (member == .auth))
        #expect((variables["BAILIWICK_POLICY_DIRECTORY"] != nil) == (member == .policy))
    }
}
