import ServiceKit
import TestSupport
import Testing
import WireFormat

@testable import AuthService

@Suite("Alerts")
struct AlertTests {
    private func alerts(_ fixture: IdentityFixture, _ tenant: TenantID) async throws -> [String] {
        try await fixture.events(tenant).filter { $0["action"]?.string == Alert.action }.compactMap {
            $0["reason"]?.string
        }
    }

    @Test("an account's first device is no alarm, a second one is, and a known one is not")
    func devices() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let first = try await fixture.tokens(of: owner)
        #expect(try await alerts(fixture, owner.tenant) == [])
        _ = try await fixture.tokens(of: owner, device: first.newDevice)
        #expect(try await alerts(fixture, owner.tenant) == [])
        let other = try await fixture.tokens(of: owner)
        #expect(other.device?.raisesAlert == true)
        #expect(try await alerts(fixture, owner.tenant) == ["new-device"])
        let event = try #require(try await fixture.events(owner.tenant).last)
        #expect(event["actor"]?["id"]?.string == owner.member.text)
        #expect(event["resource"]?["id"]?.string == (try fixture.accessToken(other).session.text))
    }

    @Test("ten wrong passwords in a row raise one alert in every organisation of the account, nine none")
    func passwords() async throws {
        let wrong = "not the words of anybody"
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        for attempt in 1...AccountStore.failuresBeforeLock {
            #expect(try await alerts(fixture, owner.tenant) == [], "after \(attempt - 1)")
            _ = try await problem { _ = try await fixture.challenge(owner.email, password: wrong) }
        }
        #expect(try await alerts(fixture, owner.tenant) == ["many-failures"])
        _ = try await problem { _ = try await fixture.challenge(owner.email, password: wrong) }
        #expect(try await alerts(fixture, owner.tenant) == ["many-failures"])
    }

    @Test("a challenge whose codes are used up raises an alert")
    func codes() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let challenge = try await fixture.challenge(owner.email)
        let code = owner.totp.code(step: fixture.step + 1000)
        for _ in 0..<SignInStore.mostAttempts {
            #expect(try await alerts(fixture, owner.tenant) == [])
            #expect(try await problem { _ = try await fixture.complete(challenge, code: code) } == .invalidCode)
        }
        #expect(try await alerts(fixture, owner.tenant) == ["many-failures"])
        #expect(try await problem { _ = try await fixture.complete(challenge, code: code) } == .invalidChallenge)
        #expect(try await alerts(fixture, owner.tenant) == ["many-failures"])
    }
}
