import Foundation
import MarkedYAML
import PolicyCore
import Testing
import WireFormat

/// Seeded damage to policy files and requests: every outcome is an answer or an error with its place, never a crash or a
/// hang. A seed that fails is a case to keep.
@Suite struct FuzzTests {
    /// xorshift64*: the same damage on every machine.
    struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state ^= state >> 12
            state ^= state << 25
            state ^= state >> 27
            return state &* 0x2545_F491_4F6C_DD1D
        }
    }

    static let fragments = [
        "\"", "'", "\\", "{", "}", "[", "]", ":", ",", "&a ", "*a", "!!str ", "|", ">", "- ", "\n", "\t", "\0", "%",
        "@",
        "9223372036854775808", "-1", "1e999", "null", "~", "true", "<<: *a", "? ", "resource.", "(((((((((", "&& ||",
        ".exists(x, x)", "matches('(a*)*b')", "\u{FEFF}", "\u{202E}", "when: ", "roles: [", "overlay: x", "shared: y",
    ]

    static func damaged(_ bytes: [UInt8], _ generator: inout Generator) -> [UInt8] {
        var bytes = bytes
        for _ in 0...Int.random(in: 0...4, using: &generator) {
            let place = Int.random(in: 0...bytes.count, using: &generator)
            let end = min(bytes.count, place + Int.random(in: 0...12, using: &generator))
            switch Int.random(in: 0...4, using: &generator) {
            case 0: bytes.removeSubrange(place..<end)
            case 1: bytes.insert(contentsOf: Array(bytes[place..<end]), at: place)
            case 2: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
            default:
                let fragment = fragments[Int.random(in: 0..<fragments.count, using: &generator)]
                bytes.insert(contentsOf: Array(fragment.utf8), at: place)
            }
        }
        return bytes
    }

    @Test(arguments: 0..<8)
    func damagedPoliciesAreAnsweredOrRefusedWithAPlace(_ part: UInt64) throws {
        var generator = Generator(state: 0x9E37_79B9 + part)
        let module = Fixtures.module(
            grants: "  - {id: a, roles: [manager], actions: [view], scope: sub, when: resource.country in [\"DE\"]}\n",
            denials: "  - {actions: [\"*\"], when: resource.level > 3 && !resource.remote, reason: no}\n",
            fields: "  basic: {fields: [id], read: [{roles: [hr], scope: all}]}\n")
        for _ in 0..<150 {
            let roles = PolicyFile(
                path: "roles.yaml",
                bytes: Bool.random(using: &generator)
                    ? Array(Fixtures.roles.utf8) : Self.damaged(Array(Fixtures.roles.utf8), &generator))
            let file = PolicyFile(path: "employee.yaml", bytes: Self.damaged(Array(module.utf8), &generator))
            do throws(PolicyLoadErrors) {
                let bundle = try PolicyBundle.load(files: [roles, file])
                _ = bundle.check(
                    DecisionRequest(
                        subject: Fixtures.subject(["manager"]), action: "employee.view",
                        resource: Fixtures.record("ben", chain: ["ann"], ["country": "DE"])))
                _ = bundle.lint()
            } catch {
                #expect(!error.errors.isEmpty)
                #expect(error.errors.allSatisfy { $0.mark.line > 0 && $0.mark.column > 0 })
            }
        }
    }

    @Test(arguments: 0..<4)
    func damagedRequestsAreAnsweredOrRefusedWithAPlace(_ part: UInt64) throws {
        var generator = Generator(state: 0xC0FF_EE00 + part)
        let bundle = try Fixtures.bundle(grants: DecisionJSONTests.grants, fields: DecisionJSONTests.fields)
        let request = Array(DecisionJSONTests.request().utf8)
        for _ in 0..<1000 {
            let damaged = Self.damaged(request, &generator)
            do throws(JSONParseError) {
                let answer = try bundle.answer(json: damaged)
                #expect((try? JSONValue.parse(answer)) != nil)
            } catch {
                #expect(error.offset <= damaged.count)
            }
        }
    }

    @Test func hugeAndDeepInputsEndInAnError() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: PolicyLoadErrors.self) { try PolicyBundle.load(files: [PolicyFile(path: "a", text: deep)]) }
        #expect(throws: JSONParseError.self) { try DecisionRequest(json: Array(deep.utf8)) }
        let bomb =
            "a: &a [x, x]\n"
            + (1...40).map { "a\($0): &a\($0) [*a\($0 == 1 ? "" : "\($0 - 1)"), *a\($0 == 1 ? "" : "\($0 - 1)")]\n" }
            .joined()
        #expect(throws: PolicyLoadErrors.self) { try PolicyBundle.load(files: [PolicyFile(path: "a", text: bomb)]) }
        let long = "\"" + String(repeating: "x", count: 1 << 20) + "\" == resource.name"
        let module = Fixtures.module(
            grants: "  - {roles: [hr], actions: [view], scope: all, when: '\(long)'}\n")
        #expect(throws: PolicyLoadErrors.self) {
            try PolicyBundle.load(files: [
                PolicyFile(path: "roles.yaml", text: Fixtures.roles), PolicyFile(path: "m.yaml", text: module),
            ])
        }
    }
}
