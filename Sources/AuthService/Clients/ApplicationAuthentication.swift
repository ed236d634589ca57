import Foundation
import ServiceKit
import WireFormat

/// How an application shows itself at the endpoints that it calls itself (RFC 6749 §2.3): with a secret in
/// `Authorization: Basic`, with an assertion that it signed (RFC 7523), or, when it can keep nothing secret, with its id.
struct ApplicationAuthentication: Sendable {
    /// The form fields that it takes.
    static let fields: Set<String> = ["client_id", "client_assertion", "client_assertion_type"]
    /// An id and a secret, percent-encoded, in base64.
    private static let longestHeader = 1024

    let parts: AuthParts

    private var store: ApplicationStore { ApplicationStore(database: parts.database, system: parts.system) }

    /// The application that sends this form.
    ///
    /// - Parameter endpoint: the path that is called, which an assertion may name as its audience.
    /// - Throws: 401 `invalid_client`, one answer for whatever is wrong.
    func application(_ call: Call, _ form: [String: String], endpoint: String) async throws -> Application {
        let now = parts.now()
        try await parts.limiter.admit(parts.rules.tokenByAddress, key: call.addressKey, now: now)
        let basic = try Self.basic(call)
        let assertion = try assertion(form, endpoint: endpoint, now: now)
        // Two proofs in one request are refused: whichever is looked at, the other would count for nothing.
        guard basic == nil || assertion == nil else { throw Problem.invalidApplication(call) }
        let named = form["client_id"].map { UUIDv7($0) }
        guard let id = basic?.id ?? assertion?.client ?? (named ?? nil), named == nil || named == .some(id),
            let application = try await store.find(id)
        else { throw Problem.invalidApplication(call) }
        switch application.authentication {
        case .none: guard basic == nil, assertion == nil else { throw Problem.invalidApplication(call) }
        case .secretBasic:
            guard let secret = basic?.secret, let hash = application.secretHash,
                ConstantTime.equal(secret.hash, hash)
            else { throw Problem.invalidApplication(call) }
        case .privateKeyJWT:
            guard let assertion, let keys = application.keys, assertion.isSigned(by: keys),
                try await store.use(assertion)
            else { throw Problem.invalidApplication(call) }
        }
        return application
    }

    /// Whether a call tries to prove itself by its header. A token in it is none of a client's proofs.
    static func triesBasic(_ call: Call) -> Bool {
        call.headers[.authorization]?.prefix(6).lowercased() == "basic "
    }

    /// `Authorization: Basic`, with id and secret percent-encoded (RFC 6749 §2.3.1); nil without it.
    private static func basic(_ call: Call) throws(Problem) -> (id: UUIDv7, secret: OpaqueToken)? {
        guard triesBasic(call), let header = call.headers[.authorization] else { return nil }
        guard header.utf8.count <= longestHeader,
            let decoded = Data(base64Encoded: String(header.dropFirst(6)))
        else { throw .invalidApplication(call) }
        let pair = decoded.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        guard pair.count == 2, let id = PercentEncoding.decode(pair[0], plusIsSpace: true).flatMap({ UUIDv7($0) }),
            let secret = PercentEncoding.decode(pair[1], plusIsSpace: true)
                .flatMap({ OpaqueToken($0, kind: .applicationSecret) })
        else { throw .invalidApplication(call) }
        return (id, secret)
    }

    private func assertion(
        _ form: [String: String], endpoint: String, now: Instant
    ) throws(Problem) -> ClientAssertion? {
        guard form["client_assertion"] != nil || form["client_assertion_type"] != nil else { return nil }
        let issuer = parts.issuer.issuer
        let audiences: Set<String> = [issuer, issuer + TokenRoutes.tokenPath, issuer + endpoint]
        guard form["client_assertion_type"] == ClientCommands.assertionType,
            let assertion = ClientAssertion(form["client_assertion"] ?? "", audiences: audiences, now: now)
        else { throw .invalidClient }
        return assertion
    }
}

extension Problem {
    /// Unknown, ended, or not proved (RFC 6749 §5.2): one answer, with a challenge to whoever tried `Basic`.
    static func invalidApplication(_ call: Call) -> Problem {
        var problem = oauth("invalid_client", status: 401, detail: "the client is unknown or did not prove itself")
        if ApplicationAuthentication.triesBasic(call) { problem.headers[.wwwAuthenticate] = "Basic realm=\"token\"" }
        return problem
    }
}
