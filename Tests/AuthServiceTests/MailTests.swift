import Foundation
import Postgres
import SQLQuery
import ServiceKit
import TestSupport
import Testing
import WireFormat

@testable import AuthService

@Suite("Mail")
struct MailTests {
    private static let from = EmailAddress("noreply@bailiwick.example") ?? .placeholder
    private static let to = EmailAddress("ursula@example.org") ?? .placeholder
    private static let now = Instant(rfc3339: "1994-11-06T08:49:37Z") ?? .now()

    private func message(_ body: String = "first\n.second\nlast", to: EmailAddress = to) throws -> MailMessage {
        try MailMessage(to: to, subject: "A subject", body: body)
    }

    private func transport(
        _ sink: SMTPSink, tls: Bool = false, authorities: String? = nil, timeout: Int = 20
    ) -> SMTPTransport {
        SMTPTransport(
            server: .init(
                url: "smtp://127.0.0.1:\(sink.port)", needsTLS: tls, authorities: authorities, user: nil,
                password: nil, timeoutSeconds: timeout),
            from: Self.from)
    }

    private func failure(_ body: () async throws -> Void) async throws -> MailFailure? {
        do {
            try await body()
            return nil
        } catch let failure as MailFailure {
            return failure
        }
    }

    // MARK: The message

    @Test("a message is one of RFC 5322")
    func form() throws {
        let id = UUIDv7.generate()
        let bytes = try message().internetMessage(from: Self.from, id: id, at: Self.now)
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == """
                From: Bailiwick <noreply@bailiwick.example>\r
                To: <ursula@example.org>\r
                Subject: A subject\r
                Date: Sun, 06 Nov 1994 08:49:37 +0000\r
                Message-ID: <\(id.text)@bailiwick.example>\r
                MIME-Version: 1.0\r
                Content-Type: text/plain; charset=utf-8\r
                Content-Transfer-Encoding: 7bit\r
                Auto-Submitted: auto-generated\r
                \r
                first\r
                .second\r
                last\r

                """)
    }

    @Test("text beyond ASCII goes in base64, in short lines")
    func encoding() throws {
        let body = String(repeating: "žluťoučký kůň\n", count: 20)
        let text = String(
            decoding: try message(body).internetMessage(from: Self.from, id: .generate(), at: Self.now), as: UTF8.self)
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1)
        #expect(parts[0].contains("Content-Transfer-Encoding: base64"))
        let lines = parts[1].split(separator: "\r\n")
        #expect(lines.allSatisfy { $0.utf8.count <= 76 })
        let decoded = Data(base64Encoded: lines.joined()).map { String(decoding: $0, as: UTF8.self) }
        #expect(decoded == body.replacing("\n", with: "\r\n"))
    }

    @Test(
        "nothing becomes a header or another recipient",
        arguments: [
            "a@example.org\r\nBcc: b@example.org", "a@example.org\nb@example.org", "a@example.org\u{0}",
            "a@example.org>,<b@example.org", "a\u{85}@example.org", "a@example.org, b@example.org",
        ])
    func addresses(text: String) {
        guard let address = EmailAddress(text) else { return }
        #expect(throws: MailMessage.Refused.self) { try message(to: address) }
    }

    @Test(
        "a subject is one line, a body holds no carriage return",
        arguments: ["a\r\nBcc: b", "a\nb", "", "é", "a\u{7f}"])
    func subjects(text: String) {
        #expect(throws: MailMessage.Refused.self) { try MailMessage(to: Self.to, subject: text, body: "x") }
        #expect(throws: MailMessage.Refused.self) {
            try MailMessage(to: Self.to, subject: "x", body: "a\r\n.\r\nMAIL FROM:<b@example.org>")
        }
    }

    // MARK: The way to a server

    @Test("another's SMTP server takes what we send, whole, dots and all")
    func sending() async throws {
        let sink = try await SMTPSink.start()
        try await transport(sink).send(try message(), id: .generate(), at: Self.now)
        try await transport(sink).send(try message(), id: .generate(), at: Self.now)
        let messages = try sink.messages()
        #expect(messages.count == 2)
        #expect(messages[0].hasPrefix("from noreply@bailiwick.example\nto ursula@example.org\ntls False\n\n"))
        #expect(messages[0].hasSuffix("\r\n\r\nfirst\r\n.second\r\nlast\r\n"))
    }

    @Test("with TLS required nothing is said to a server without it, and a stranger's certificate is refused")
    func tls() async throws {
        let plain = try await SMTPSink.start()
        let refused = try await failure {
            try await transport(plain, tls: true).send(try message(), id: .generate(), at: Self.now)
        }
        #expect(refused?.isPermanent == false)
        #expect(try plain.messages().isEmpty)

        let sink = try await SMTPSink.start(.startTLS)
        let stranger = try await failure {
            try await transport(sink, tls: true).send(try message(), id: .generate(), at: Self.now)
        }
        #expect(stranger?.isPermanent == false)
        #expect(try sink.messages().isEmpty)
        try await transport(sink, tls: true, authorities: sink.certificate)
            .send(try message(), id: .generate(), at: Self.now)
        #expect(try sink.messages().first?.contains("\ntls True\n") == true)
    }

    @Test("a refusal for good is told from one for now; neither names the addressee")
    func refusals() async throws {
        for (mode, isPermanent) in [(SMTPSink.Mode.refusing, true), (.busy, false)] {
            let sink = try await SMTPSink.start(mode)
            let failure = try await failure {
                try await transport(sink).send(try message(), id: .generate(), at: Self.now)
            }
            #expect(failure?.isPermanent == isPermanent)
            #expect(failure?.description.contains("ursula") == false)
        }
    }

    @Test("a server that says nothing is given up at the time limit")
    func silence() async throws {
        let sink = try await SMTPSink.start(.silent)
        let start = ContinuousClock.now
        let failure = try await failure {
            try await transport(sink, timeout: 1).send(try message(), id: .generate(), at: Self.now)
        }
        #expect(failure?.isPermanent == false)
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    // MARK: The queue

    /// Takes mails, or fails with what it is given.
    private actor Transport: MailTransport {
        var failure: MailFailure?
        private(set) var sent: [MailMessage] = []

        init(failing failure: MailFailure? = nil) { self.failure = failure }

        func send(_ message: MailMessage, id: UUIDv7, at now: Instant) throws(MailFailure) {
            if let failure { throw failure }
            sent.append(message)
        }

        func recover() { failure = nil }
    }

    private func relay(_ fixture: IdentityFixture, _ transport: any MailTransport) -> MailRelay {
        MailRelay(
            store: MailStore(database: fixture.database, system: fixture.parts.system), secrets: fixture.parts.secrets,
            transport: transport, logger: TestDatabase.quiet, now: fixture.parts.now)
    }

    private func post(_ fixture: IdentityFixture, _ message: MailMessage, mostQueued: Int = 100) async throws {
        let postbox = Postbox(secrets: fixture.parts.secrets, mostQueued: mostQueued, linkBase: "https://id.example")
        let now = fixture.clock.now
        let letter = try await postbox.letter(message, now: now, expires: now.adding(.seconds(1800)))
        try await fixture.database.transaction(fixture.parts.system) { try await letter.post(in: $0) }
    }

    private func waiting(_ fixture: IdentityFixture) async throws -> Int {
        let rows = try await fixture.database.query(fixture.parts.system, "SELECT count(*) FROM mail")
        return try rows.first?.get(at: 0, as: Int.self) ?? 0
    }

    @Test("what commits is sent once, sealed until then; what is rolled back is not")
    func queue() async throws {
        let fixture = try await IdentityFixture.make()
        let transport = Transport()
        let message = try message("a link")
        try await post(fixture, message)
        struct Undo: Error {}
        let postbox = Postbox(secrets: fixture.parts.secrets, mostQueued: 100, linkBase: "")
        let letter = try await postbox.letter(
            message, now: fixture.clock.now, expires: fixture.clock.now.adding(.seconds(60)))
        await #expect(throws: Undo.self) {
            try await fixture.database.transaction(fixture.parts.system) { transaction in
                try await letter.post(in: transaction)
                throw Undo()
            }
        }
        let rows = try await fixture.database.query(fixture.parts.system, "SELECT message FROM mail")
        let sealed: [UInt8] = try #require(rows.first).get("message")
        #expect(!String(decoding: sealed, as: UTF8.self).contains("ursula"))

        // Two relays at once: one of them gets it.
        async let one = relay(fixture, transport).turn()
        async let other = relay(fixture, transport).turn()
        #expect(try await one + other == 1)
        #expect(await transport.sent == [message])
        #expect(try await waiting(fixture) == 0)
    }

    @Test("a full queue refuses clearly")
    func full() async throws {
        let fixture = try await IdentityFixture.make()
        try await post(fixture, message(), mostQueued: 2)
        try await post(fixture, message(), mostQueued: 2)
        let refusal = try await problem { try await post(fixture, message(), mostQueued: 2) }
        #expect(refusal == .mailQueueFull)
    }

    @Test("a server that is down is tried again, later each time, until the link's time is over")
    func retries() async throws {
        let fixture = try await IdentityFixture.make()
        let transport = Transport(failing: MailFailure(isPermanent: false, description: "down"))
        let relay = relay(fixture, transport)
        try await post(fixture, message())
        for delay in [10, 20, 40] {
            #expect(try await relay.turn() == 1)
            fixture.clock.advance(.seconds(delay - 1))
            #expect(try await relay.turn() == 0)
            fixture.clock.advance(.seconds(1))
        }
        await transport.recover()
        #expect(try await relay.turn() == 1)
        #expect(await transport.sent.count == 1)

        try await post(fixture, message())
        fixture.clock.advance(.seconds(1800))
        #expect(try await relay.turn() == 0)
        #expect(try await relay.store.prune(now: fixture.clock.now) == 1)
        #expect(await transport.sent.count == 1)
    }

    @Test("what a server refuses for good is given up at once")
    func permanent() async throws {
        let fixture = try await IdentityFixture.make()
        try await post(fixture, message())
        let relay = relay(fixture, Transport(failing: MailFailure(isPermanent: true, description: "550")))
        #expect(try await relay.turn() == 1)
        #expect(try await waiting(fixture) == 0)
    }

    @Test("in development a mail is a file of its owner")
    func files() async throws {
        let directory = FileManager.default.temporaryDirectory.path + "/bailiwick-mail-\(UUIDv7.generate())"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let id = UUIDv7.generate()
        try await FileMailTransport(directory: directory, from: Self.from).send(message(), id: id, at: Self.now)
        let path = "\(directory)/\(id.text).eml"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.contains("To: <ursula@example.org>\r\n"))
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["\(id.text).eml"])
    }

    // MARK: Settings

    @Test("mail settings that cannot be used stop the start with a clear line")
    func settings() throws {
        func wiring(_ environment: [String: String]) throws -> MailWiring? {
            try MailWiring(Settings(environment: environment), issuer: "https://id.example")
        }
        func refusal(_ environment: [String: String]) -> String? {
            do {
                _ = try wiring(environment)
                return nil
            } catch {
                return "\(error)"
            }
        }
        #expect(try wiring([:]) == nil)
        let server = ["BAILIWICK_MAIL_SERVER": "smtp://mail.example:587", "BAILIWICK_MAIL_FROM": "a@example.org"]
        #expect(try wiring(server)?.linkBase == "https://id.example")
        #expect(
            try wiring(server.merging(["BAILIWICK_LINK_URL": "https://people.example/"]) { $1 })?.linkBase
                == "https://people.example")
        #expect(refusal(server.merging(["BAILIWICK_MAIL_TLS": "off"]) { $1 })?.contains("BAILIWICK_MAIL_TLS") == true)
        #expect(
            refusal(server.merging(["BAILIWICK_MAIL_DIRECTORY": "/tmp"]) { $1 })?.contains("BAILIWICK_MAIL_DIRECTORY")
                == true)
        #expect(refusal(["BAILIWICK_MAIL_SERVER": "smtp://mail.example"])?.contains("BAILIWICK_MAIL_FROM") == true)
        #expect(refusal(["BAILIWICK_MAIL_SERVER": "http://mail.example"])?.contains("BAILIWICK_MAIL_SERVER") == true)
        #expect(
            refusal(server.merging(["BAILIWICK_MAIL_FROM": "a@b\r\nBcc: c@d"]) { $1 })?.contains("BAILIWICK_MAIL_FROM")
                == true)
        #expect(
            refusal(server.merging(["BAILIWICK_LINK_URL": "people.example"]) { $1 })?.contains("BAILIWICK_LINK_URL")
                == true)
    }
}
