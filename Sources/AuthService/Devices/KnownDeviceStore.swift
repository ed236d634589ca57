import Postgres
import SQLQuery
import WireFormat

/// All SQL about known devices. A global table.
struct KnownDeviceStore: Sendable {
    let database: Database
    let system: SystemScope

    /// The device of this token, when it is still known.
    func find(_ token: OpaqueToken, now: Instant) async throws -> KnownDevice? {
        let rows = try await database.query(
            system,
            "SELECT id, account FROM known_device WHERE token_hash = \(token.hash) AND expires_at > \(now)")
        return try rows.first.map { KnownDevice(id: try $0.get("id"), account: try $0.get("account")) }
    }

    /// Devices that are known no longer.
    func prune(now: Instant) async throws {
        try await database.execute(system, "DELETE FROM known_device WHERE expires_at < \(now)")
    }

    // MARK: Statements of other capabilities' transactions

    /// Known from now on, in place of the one used longest ago when there are too many.
    static func insert(_ device: KnownDevice, hash: [UInt8], now: Instant) -> [SQL] {
        [
            """
            INSERT INTO known_device (id, account, token_hash, created_at, last_used_at, expires_at)
            VALUES (\(device.id), \(device.account), \(hash), \(now), \(now), \(now.adding(KnownDevice.lifetime)))
            """,
            """
            DELETE FROM known_device WHERE account = \(device.account) AND id NOT IN (
                SELECT id FROM known_device WHERE account = \(device.account)
                ORDER BY last_used_at DESC, id DESC LIMIT \(KnownDevice.mostOfAccount))
            """,
        ]
    }

    /// Used again.
    static func touch(_ device: KnownDevice, now: Instant) -> SQL {
        """
        UPDATE known_device SET last_used_at = \(now), expires_at = \(now.adding(KnownDevice.lifetime))
        WHERE id = \(device.id)
        """
    }

    /// Whoever chose the devices may have been somebody else.
    static func forgetAll(of account: UUIDv7) -> SQL { "DELETE FROM known_device WHERE account = \(account)" }
}
