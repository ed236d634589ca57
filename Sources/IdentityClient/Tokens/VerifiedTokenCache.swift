import Synchronization

/// Tokens whose signature and claims have been verified, by their exact bytes: every request of a session carries the
/// same token for minutes. What can change (time, revocation) is judged anew on every request.
///
/// Bounded by two generations: when the younger is full it becomes the older one, and the older one is forgotten.
/// Looking up and adding take constant time, and a flood of tokens only costs verifications.
final class VerifiedTokenCache: Sendable {
    /// Each entry has about 3 KB; both generations stay under 30 MB.
    static let standardGeneration = 5_000

    private struct Generations {
        var young: [String: AccessTokenClaims] = [:]
        var old: [String: AccessTokenClaims] = [:]
    }

    private let generations = Mutex(Generations())
    private let size: Int

    init(generation size: Int = VerifiedTokenCache.standardGeneration) {
        self.size = size
    }

    func claims(of compact: String) -> AccessTokenClaims? {
        generations.withLock { generations in
            if let found = generations.young[compact] { return found }
            guard let found = generations.old.removeValue(forKey: compact) else { return nil }
            insert(found, compact, &generations)
            return found
        }
    }

    func remember(_ claims: AccessTokenClaims, of compact: String) {
        generations.withLock { insert(claims, compact, &$0) }
    }

    func forget(_ compact: String) {
        generations.withLock { generations in
            generations.young[compact] = nil
            generations.old[compact] = nil
        }
    }

    /// Forgets everything: a signing key was withdrawn.
    func clear() {
        generations.withLock { $0 = Generations() }
    }

    var count: Int { generations.withLock { $0.young.count + $0.old.count } }

    private func insert(_ claims: AccessTokenClaims, _ compact: String, _ generations: inout Generations) {
        if generations.young.count >= size {
            generations.old = generations.young
            generations.young = [:]
        }
        generations.young[compact] = claims
    }
}
