public import Logging
public import ServiceKit
public import ServiceLifecycle
public import WireFormat

/// Verifies users' access tokens: strict form (RFC 7515, RFC 9068), signature by AuthService's present keys, issuer,
/// audience and times, and the revocation feed.
///
/// Run it as a service; until the keys and the whole backlog of revocations are in, and whenever the copy is older than
/// ten seconds, every token gets a 503. It keeps verified tokens (not decisions) in bounded memory.
public final class AccessTokenAuthority: AccessTokenVerifier, Service {
    private let rules: AccessTokenRules
    private let source: any IdentitySource
    private let logger: Logger
    private let now: @Sendable () -> Instant
    private let cache: VerifiedTokenCache
    private let ledger = RevocationLedger()
    private let directory: SigningKeyDirectory

    /// How long one poll may wait for news. With ``RevocationLedger/oldest`` of 10 s two polls may fail in a row.
    static let pollWait: Duration = .seconds(3)
    /// After a failed poll or fetch; short, since every token gets a 503 once the copy is old.
    static let retryPause: Duration = .milliseconds(250)
    /// How often notices that no living token can fall under are forgotten.
    static let pruneInterval: Duration = .seconds(30)

    /// An authority that learns from `source`.
    ///
    /// - Parameter now: the wall clock; tests give their own.
    public init(
        rules: AccessTokenRules, source: any IdentitySource, logger: Logger,
        now: @escaping @Sendable () -> Instant = { Instant.now() }
    ) {
        let cache = VerifiedTokenCache()
        self.rules = rules
        self.source = source
        self.logger = logger
        self.now = now
        self.cache = cache
        directory = SigningKeyDirectory(source: source, logger: logger, onWithdrawal: { cache.clear() })
    }

    /// The verified token.
    ///
    /// - Throws: 401 `invalid-token`, `token-expired` or `token-revoked`; 503 `revocations-stale` or `keys-unavailable`
    ///   when nobody can say.
    public func verify(_ compact: String) async throws(Problem) -> AccessToken {
        // First, since a stale copy answers nothing at all, not even that a token is malformed.
        guard ledger.isFresh(at: .now) else { throw Self.stale }
        do throws(TokenRejection) {
            let token: AccessToken
            if let claims = cache.claims(of: compact) {
                token = try claims.token(at: now(), leeway: rules.leeway)
            } else {
                let parsed = try CompactToken(compact)
                guard try await key(parsed.keyID).verifies(signature: parsed.signature, of: parsed.signingInput) else {
                    throw .malformed("its signature does not verify")
                }
                let claims = try AccessTokenClaims(parsed.payload, compact: compact, rules: rules)
                token = try claims.token(at: now(), leeway: rules.leeway)
                cache.remember(claims, of: compact)
            }
            guard
                !ledger.isRevoked(
                    tenant: token.tenant, member: token.subject, session: token.session, issuedAt: token.issuedAt)
            else { throw .revoked }
            return token
        } catch {
            if error.kind != .unavailable { cache.forget(compact) }
            throw error.problem
        }
    }

    /// Whether keys are loaded and the revocation feed is whole and fresh: part of `/health/ready`.
    public func isReady() async -> Bool {
        guard ledger.isFresh(at: .now) else { return false }
        return await directory.isLoaded
    }

    /// Follows the revocation feed and refreshes the keys until the process shuts down.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.followRevocations() }
                group.addTask { await self.refreshKeys() }
                await group.waitForAll()
            }
        }
    }

    private func key(_ id: String) async throws(TokenRejection) -> RSAVerificationKey {
        switch await directory.key(id) {
        case .key(let key): return key
        case .unknown: throw .malformed("its `kid` is unknown")
        case .unavailable: throw .keysUnavailable
        }
    }

    private func followRevocations() async {
        var isFailing = false
        var pruned = ContinuousClock.now
        while !Task.isCancelled {
            let asked = ContinuousClock.now
            do {
                // Without a copy nothing is answered, so the first look does not wait for news.
                let wait = ledger.isFresh(at: asked) ? Self.pollWait : .zero
                let page = try await source.revocations(after: ledger.position, wait: wait)
                ledger.apply(page, asked: asked, now: now())
                if isFailing { logger.notice("the revocation feed is back") }
                isFailing = false
                if asked - pruned >= Self.pruneInterval {
                    ledger.prune(now: now(), longestLifetime: rules.longestLifetime + rules.leeway + rules.leeway)
                    pruned = asked
                }
                // A feed that answers at once with nothing would otherwise be asked in a tight loop.
                if page.notices.isEmpty, asked.duration(to: .now) < Self.retryPause {
                    try await Task.sleep(for: Self.retryPause)
                }
            } catch {
                if Task.isCancelled { return }
                // One line a failure, not one a retry.
                if !isFailing { logger.warning("the revocation feed does not answer", metadata: ["error": "\(error)"]) }
                isFailing = true
                try? await Task.sleep(for: Self.retryPause)
            }
        }
    }

    private func refreshKeys() async {
        while !Task.isCancelled {
            let pause = await directory.refresh() ? SigningKeyDirectory.refreshInterval : Self.retryPause
            try? await Task.sleep(for: pause)
        }
    }

    private static let stale = Problem.unavailable(
        "revocations-stale", detail: "it cannot be known at present whether this access token was revoked")
}
