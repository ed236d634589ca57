import Crypto
import WireFormat

/// Which key an envelope is under. Written in its header and authenticated with it.
enum KeyReference: Sendable, Hashable {
    /// The tenant's own data key, of this version.
    case tenantData(version: Int32)
    /// The data key of this person.
    case person(UUIDv7)
    /// The tenant's key of this version that wraps person keys.
    case personWrapping(version: Int32)
    /// A key-encryption key of the file provider, by the first 16 bytes of its id's SHA-256.
    case keyEncryption(fingerprint: [UInt8])

    static let byteCount = 17

    static func keyEncryption(id: String) -> KeyReference {
        .keyEncryption(fingerprint: Array(SHA256.hash(data: Array(id.utf8)).prefix(16)))
    }

    /// One byte for the kind and 16 for the key.
    var bytes: [UInt8] {
        switch self {
        case .tenantData(let version): [1] + Self.encode(version)
        case .person(let id): [2] + id.bytes
        case .personWrapping(let version): [3] + Self.encode(version)
        case .keyEncryption(let fingerprint): [4] + fingerprint
        }
    }

    init?(bytes: ArraySlice<UInt8>) {
        guard bytes.count == Self.byteCount, let kind = bytes.first else { return nil }
        let body = bytes.dropFirst()
        switch kind {
        case 1:
            guard let version = Self.version(body) else { return nil }
            self = .tenantData(version: version)
        case 2:
            guard let id = UUIDv7(bytes: body) else { return nil }
            self = .person(id)
        case 3:
            guard let version = Self.version(body) else { return nil }
            self = .personWrapping(version: version)
        case 4:
            self = .keyEncryption(fingerprint: Array(body))
        default:
            return nil
        }
    }

    private static func encode(_ version: Int32) -> [UInt8] {
        [UInt8](repeating: 0, count: 12) + withUnsafeBytes(of: version.bigEndian) { Array($0) }
    }

    private static func version(_ body: ArraySlice<UInt8>) -> Int32? {
        guard body.prefix(12).allSatisfy({ $0 == 0 }) else { return nil }
        let version = body.suffix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard version > 0, version <= UInt32(Int32.max) else { return nil }
        return Int32(version)
    }
}
