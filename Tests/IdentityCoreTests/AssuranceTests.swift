import IdentityCore
import Testing
import WireFormat

@Suite("Assurance")
struct AssuranceTests {
    private static let now = Instant(seconds: 1_800_000_000)

    private func facts(_ amr: [String], age: Int64 = 0, lives: Int64 = 60) -> SessionFacts {
        SessionFacts(
            id: .generate(), account: .generate(), tenant: TenantID(.generate()), member: .generate(), amr: amr,
            authenticatedAt: Self.now.adding(.seconds(-age)), livesUntil: Self.now.adding(.seconds(lives)))
    }

    @Test(
        "what was used gives the level",
        arguments: [
            ([], .oneFactor), (["pwd"], .oneFactor), (["pwd", "otp"], .oneFactor), (["swk"], .oneFactor),
            (["pwd", "otp", "mfa"], .twoFactors), (["pwd", "recovery", "mfa"], .twoFactors),
            (["hwk", "user", "mfa"], .phishingResistant), (["swk", "user", "mfa"], .phishingResistant),
        ] as [([String], AssuranceLevel)])
    func levels(amr: [String], level: AssuranceLevel) {
        #expect(AssuranceLevel(amr: amr) == level)
        #expect(AssuranceLevel(acr: level.acr) == level)
    }

    @Test("a session of two factors within five minutes is proved, and nothing less is")
    func proof() throws {
        let two = ["pwd", "otp", "mfa"]
        for good in [facts(two), facts(two, age: 299), facts(["hwk", "user", "mfa"])] {
            #expect(try Session<AAL2, Fresh5m>(proving: good, at: Self.now).facts == good)
        }
        for bad in [
            facts(["pwd"]), facts([]), facts(two, age: 300), facts(two, age: 100_000), facts(two, lives: 0),
            facts(two, lives: -1),
        ] {
            let refusal = #expect(throws: InsufficientAuthentication.self) {
                try Session<AAL2, Fresh5m>(proving: bad, at: Self.now)
            }
            #expect(refusal?.demand.acrValues == ["urn:bailiwick:acr:aal2", "phr"])
            #expect(refusal?.demand.maximumAge == .seconds(300))
        }
        _ = try Session<AAL1, AnyAge>(proving: facts(["pwd"], age: 40_000), at: Self.now)
        #expect(throws: InsufficientAuthentication.self) {
            try Session<PhishingResistant, AnyAge>(proving: facts(two), at: Self.now)
        }
    }

    @Test(
        "`acr_values` name what will do, in any order; unknown names are not",
        arguments: [
            ("urn:bailiwick:acr:aal2", .twoFactors), ("phr urn:bailiwick:acr:aal2", .twoFactors),
            ("phr", .phishingResistant),
            ("other phr", .phishingResistant), ("urn:bailiwick:acr:aal1", .oneFactor), ("other", nil), ("", nil),
            ("PHR", nil), (" ", nil),
        ] as [(String, AssuranceLevel?)])
    func acrValues(text: String, level: AssuranceLevel?) {
        #expect(AuthenticationDemand(acrValues: text)?.level == level)
    }
}
