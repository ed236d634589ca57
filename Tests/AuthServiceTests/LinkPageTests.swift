import HTTPTypes
import Postgres
import SQLQuery
@_spi(Authenticated) import ServiceKit
import TestSupport
import Testing
import WireFormat

@testable import AuthService

@Suite("The pages behind mailed links")
struct LinkPageTests {
    private struct Story {
        let fixture: IdentityFixture
        let owner: IdentityFixture.Person
        let pages: LinkPageRoutes

        static func make() async throws -> Story {
            let fixture = try await IdentityFixture.make()
            return Story(
                fixture: fixture, owner: try await fixture.organisation(),
                pages: LinkPageRoutes(
                    parts: fixture.parts,
                    answers: PageAnswers(templates: try PageTemplates(folder: AuthService.pagesFolder), fixture.parts)))
        }

        func resetToken() async throws -> String {
            let commands = PasswordResetCommands(parts: fixture.parts)
            try await commands.grant(commands.ask(.decode(from: ["email": .string(owner.email)]), fixture.call()))
            return try await fixture.mailedToken(.reset, to: owner.email).text
        }

        func post(
            _ fields: [(String, String)], site: String? = "same-origin", origin: String? = IdentityFixture.linkBase
        ) -> Call {
            var headers: HTTPFields = [:]
            headers[.origin] = origin
            headers[.fetchSite] = site
            let body = fields.map { "\($0.0)=\($0.1.replacing(" ", with: "+"))" }.joined(separator: "&")
            return Call(
                method: .post, headers: headers, body: Array(body.utf8), bodyRule: .form, clientIP: "192.0.2.1",
                logger: TestDatabase.quiet)
        }

        func get(_ query: String) throws -> Call {
            Call(query: try QueryParameters.parse(query[...], allowed: ["token"]), logger: TestDatabase.quiet)
        }
    }

    private static let new = "orbit walnut canteen thistle"

    private func text(_ reply: Reply) -> String { String(decoding: reply.body, as: UTF8.self) }

    @Test("any number of GETs use nothing up, and the form's POST sets the password once")
    func scanner() async throws {
        let story = try await Story.make()
        let token = try await story.resetToken()
        for _ in 0..<20 {
            let shown = try story.pages.shown(story.get("token=\(token)"), kind: .reset) { value in
                LinkPage(title: value)
            }
            #expect(shown.status == .ok)
        }
        let fields = [("token", token), ("password", Self.new)]
        let done = try await story.pages.reset(story.post(fields))
        #expect(done.status == .ok && text(done).contains("The password is set"))
        let again = try await story.pages.reset(story.post(fields))
        #expect(again.status == .unauthorized && text(again).contains("role=\"alert\""))
        #expect(!text(again).contains("<form"))
        _ = try await story.fixture.challenge(story.owner.email, password: Self.new)
    }

    @Test("a form from another site, or from nowhere, changes nothing and leaves the link good")
    func foreign() async throws {
        let story = try await Story.make()
        let token = try await story.resetToken()
        let fields = [("token", token), ("password", Self.new)]
        for (site, origin) in [
            ("cross-site", "https://evil.example"), ("same-site", "https://other.people.example"),
            ("cross-site", nil), ("none", nil), (nil, nil), (nil, "null"), (nil, "https://evil.example"),
            ("same-origin", "https://evil.example"), ("cross-site", IdentityFixture.linkBase), ("same-origin", "null"),
            ("same-origin", nil), (nil, IdentityFixture.linkBase),
            (nil, IdentityFixture.linkBase + ".evil.example"),
        ] as [(String?, String?)] {
            let reply = try await story.pages.reset(story.post(fields, site: site, origin: origin))
            #expect(reply.status == .forbidden, "\(site ?? "-") \(origin ?? "-")")
            #expect(try await story.pages.accept(story.post(fields, site: site, origin: origin)).status == .forbidden)
            #expect(try await story.pages.confirm(story.post(fields, site: site, origin: origin)).status == .forbidden)
        }
        let reply = try await story.pages.reset(story.post(fields))
        #expect(reply.status == .ok)
    }

    @Test("a page is kept nowhere, runs nothing, is framed nowhere and passes its address on to nobody")
    func headers() async throws {
        let story = try await Story.make()
        let token = OpaqueToken.generate(.reset).text
        let replies = [
            try story.pages.shown(story.get("token=\(token)"), kind: .reset) { LinkPage(title: $0) },
            try story.pages.shown(story.get(""), kind: .reset) { LinkPage(title: $0) },
            try await story.pages.reset(story.post([("token", token), ("password", Self.new)])),
            try await story.pages.reset(story.post([], site: nil, origin: nil)),
        ]
        for reply in replies {
            let csp = reply.headers[.contentSecurityPolicy] ?? ""
            #expect(csp.hasPrefix("default-src 'none'") && csp.contains("frame-ancestors 'none'"))
            #expect(!csp.contains("unsafe"))
            #expect(reply.headers[.cacheControl] == "no-store")
            #expect(reply.headers[.referrerPolicy] == "same-origin")
            #expect(reply.headers[.contentType] == "text/html; charset=utf-8")
            for mark in ["<script", "<style", "style=", "onload", "javascript:", "http://", "https://"] {
                #expect(!text(reply).contains(mark), "\(mark)")
            }
            #expect(text(reply).contains("<html lang=\"en\">") && text(reply).contains("<h1>"))
        }
    }

    @Test("what came from outside is escaped, and what is no token is not shown at all")
    func escaping() async throws {
        let story = try await Story.make()
        let evil = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
        let shown = try story.pages.shown(story.get("token=\(evil)"), kind: .reset) { LinkPage(title: $0) }
        #expect(shown.status == .badRequest && !text(shown).contains("script"))
        // A token of another kind is none here.
        let other = OpaqueToken.generate(.invitation).text
        let wrong = try story.pages.shown(story.get("token=\(other)"), kind: .reset) { LinkPage(title: $0) }
        #expect(wrong.status == .badRequest)
        let posted = try await story.pages.accept(story.post([("token", evil), ("password", "short")]))
        #expect(!text(posted).contains("<script"))
        let page = story.pages.answers.templates.reply(LinkPage(title: "<b>", alert: "\"><img src=x>").page())
        #expect(text(page).contains("&lt;b&gt;") && !text(page).contains("<img"))
        let unknown = try await story.pages.reset(story.post([("token", other), ("admin", "true")]))
        #expect(unknown.status == .unprocessableContent)
    }

    @Test("a refused password is told in the form, whose label, hint and alert a screen reader finds")
    func refused() async throws {
        let story = try await Story.make()
        let token = try await story.resetToken()
        let reply = try await story.pages.reset(story.post([("token", token), ("password", "short")]))
        #expect(reply.status == .unprocessableContent)
        for part in [
            "<p id=\"alert\" role=\"alert\" tabindex=\"-1\" autofocus>The password must have at least 8 characters.</p>",
            "<label for=\"field\">New password</label>", "aria-invalid=\"true\"", "aria-describedby=\"hint alert\"",
            "name=\"token\" value=\"\(token)\"", "autocomplete=\"new-password\"",
        ] {
            #expect(text(reply).contains(part), "\(part)")
        }
        let done = try await story.pages.reset(story.post([("token", token), ("password", Self.new)]))
        #expect(done.status == .ok)
    }

    @Test("an invitation is accepted by forms alone: a password, the picture of a secret, a code")
    func invitation() async throws {
        let story = try await Story.make()
        let fixture = story.fixture
        let (member, invitation) = try await fixture.invite(
            "new@example.org", in: story.owner.tenant, roles: [.employee])
        let accepted = try await story.pages.accept(
            story.post([("token", invitation.token.text), ("password", Self.new)]))
        let page = text(accepted)
        #expect(accepted.status == .ok && page.contains("<svg") && !page.contains("style="))
        let secret = try #require(page.firstMatch(of: /<code>([A-Z2-7]+)<\/code>/)).1
        let enrolment = try #require(page.firstMatch(of: /name="enrolment" value="([^"]+)"/)).1
        let totp = TOTP(secret: try #require(IdentityFixture.base32(String(secret))))
        let right = totp.code(step: fixture.step)
        let wrong = right == "000000" ? "000001" : "000000"
        let refused = try await story.pages.confirm(story.post([("enrolment", String(enrolment)), ("code", wrong)]))
        #expect(refused.status == .unauthorized && text(refused).contains("name=\"enrolment\""))
        let done = try await story.pages.confirm(story.post([("enrolment", String(enrolment)), ("code", right)]))
        #expect(done.status == .ok && text(done).contains("You are a member now"))
        _ = try await fixture.tokens(
            of: .init(email: "new@example.org", tenant: story.owner.tenant, member: member.id, totp: totp),
            password: Self.new)
    }

    @Test("the origin of a base URL is its scheme, host and port")
    func origins() {
        #expect(WebOrigin.of("https://People.example/some/path") == "https://people.example")
        #expect(WebOrigin.of("http://127.0.0.1:7001") == "http://127.0.0.1:7001")
    }
}
