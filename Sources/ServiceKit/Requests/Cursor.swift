import Crypto
public import WireFormat

/// Makes and reads the opaque cursors of lists. A cursor holds where the next page begins; its HMAC binds it to the
/// tenant, the subject and the query, so that it means nothing to anybody else and nothing in another list.
public struct CursorCodec: Sendable {
    /// The HMAC is cut to 128 bits (RFC 2104 §5): forging one would need 2^128 tries against a rate-limited route.
    static let tagLength = 16
    /// A position is a handful of sort keys; a longer one is not ours.
    static let maximumLength = 1024

    private let key: SymmetricKey

    /// With a key of at least 32 bytes that all copies of the service share.
    public init?(key: [UInt8]) {
        guard key.count >= 32 else { return nil }
        self.key = SymmetricKey(data: key)
    }

    /// With a key that only this process knows; its cursors end with it.
    public static func ephemeral() -> CursorCodec {
        CursorCodec(randomKey: SymmetricKey(size: .bits256))
    }

    private init(randomKey: SymmetricKey) {
        self.key = randomKey
    }

    /// A cursor for the position.
    public func encode(_ position: [String], tenant: TenantID, subject: UUIDv7, query: String) -> String {
        let payload = JSONValue.array(position.map { .string($0) }).bytes()
        return Base64URL.encode(tag(payload, tenant: tenant, subject: subject, query: query) + payload)
    }

    /// The position of a cursor that was made for the same tenant, subject and query; otherwise a 400 problem.
    public func decode(
        _ cursor: String, tenant: TenantID, subject: UUIDv7, query: String
    ) throws(Problem) -> [String] {
        let refused = Problem.invalidQuery("cursor", "is not a cursor of this list")
        guard cursor.utf8.count <= Self.maximumLength, let bytes = Base64URL.decode(cursor),
            bytes.count > Self.tagLength
        else { throw refused }
        let payload = Array(bytes[Self.tagLength...])
        let expected = tag(payload, tenant: tenant, subject: subject, query: query)
        guard ConstantTime.equal(Array(bytes[..<Self.tagLength]), expected),
            let values = (try? JSONValue.parse(payload))?.array
        else { throw refused }
        var position: [String] = []
        for value in values {
            guard let text = value.string else { throw refused }
            position.append(text)
        }
        return position
    }

    /// The id after which the page that a call asks for begins, for lists that are ordered by id; nil for the first page.
    ///
    /// - Throws: 400 for a cursor that is not one of this list, subject and tenant.
    public func lastID(_ call: Call, of query: String) throws -> UUIDv7? {
        let user = try call.user
        return try call.query.string("cursor").map { cursor throws(Problem) -> UUIDv7 in
            let position = try decode(cursor, tenant: user.tenant, subject: user.subject, query: query)
            guard position.count == 1, let id = UUIDv7(position[0]) else {
                throw .invalidQuery("cursor", "is not a cursor of this list")
            }
            return id
        }
    }

    private func tag(_ payload: [UInt8], tenant: TenantID, subject: UUIDv7, query: String) -> [UInt8] {
        var hmac = HMAC<SHA256>(key: key)
        // Lengths first: no two different inputs feed the same bytes.
        for part in [Array(tenant.text.utf8), Array(subject.text.utf8), Array(query.utf8), payload] {
            withUnsafeBytes(of: UInt64(part.count).bigEndian) { hmac.update(data: $0) }
            hmac.update(data: part)
        }
        return Array(hmac.finalize().prefix(Self.tagLength))
    }
}
