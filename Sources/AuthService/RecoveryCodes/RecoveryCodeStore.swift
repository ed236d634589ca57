import IdentityCore
import KeyVault
import Postgres
import SQLQuery
import WireFormat

/// All SQL about recovery codes. A global table.
enum RecoveryCodeStore {
    /// New codes; whatever the account had before is void.
    static func replace(_ digests: [[UInt8]], by session: Session<AAL2, Fresh5m>) -> [SQL] {
        ["DELETE FROM recovery_code WHERE account = \(session.account)"]
            + digests.map { "INSERT INTO recovery_code (account, digest) VALUES (\(session.account), \($0))" }
    }

    /// Affects one row, once for each code, however many try at a time.
    static func use(_ digest: [UInt8], of account: UUIDv7, now: Instant) -> SQL {
        """
        UPDATE recovery_code SET used_at = \(now)
        WHERE account = \(account) AND digest = \(digest) AND used_at IS NULL
        """
    }

    /// A row when the account has this code, not used yet.
    static func unused(_ digest: [UInt8], of account: UUIDv7) -> SQL {
        "SELECT account FROM recovery_code WHERE account = \(account) AND digest = \(digest) AND used_at IS NULL"
    }

    /// How many are left.
    static func remaining(of account: UUIDv7) -> SQL {
        "SELECT count(*) AS remaining FROM recovery_code WHERE account = \(account) AND used_at IS NULL"
    }
}

extension IdentitySecrets {
    /// The keyed digests that stand in for an account's codes.
    func recoveryDigests(_ codes: [RecoveryCode], account: UUIDv7) async throws -> [[UInt8]] {
        let opener = try await vault.opener(scope: system)
        return codes.map { opener.index($0.digestInput(account), column: "recovery_code.digest") }
    }
}
