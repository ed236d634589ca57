import Crypto
import HTTPTypes
import WireFormat

/// The header fields that change what a message means; their digest is the claim `hdg` (DESIGN §4).
enum MeaningfulHeaders {
    /// Of a request, in the order in which they are hashed.
    static let request: [HTTPField.Name] = [.authorization, .contentType, .idempotencyKey, .ifMatch, .requestID]
    /// Of a response.
    static let response: [HTTPField.Name] = [.contentType, .eTag]

    /// SHA-256 over a line `name:value` for each field that is there. A field that stands twice counts as its values
    /// joined by commas, which is also how it is read.
    static func digest(of fields: HTTPFields, names: [HTTPField.Name]) -> String {
        digest(names: names) { fields[$0] }
    }

    static func digest(names: [HTTPField.Name], value: (HTTPField.Name) -> String?) -> String {
        var lines: [UInt8] = []
        lines.reserveCapacity(1024)
        for name in names {
            guard let value = value(name) else { continue }
            lines.append(contentsOf: name.canonicalName.utf8)
            lines.append(UInt8(ascii: ":"))
            lines.append(contentsOf: value.utf8)
            lines.append(UInt8(ascii: "\n"))
        }
        return BodyDigest.of(lines)
    }
}

/// The claim `bdg`: SHA-256 of a whole body in base64url.
enum BodyDigest {
    /// Of no bytes; most requests have no body.
    static let empty = hash([])

    static func of(_ bytes: [UInt8]) -> String {
        bytes.isEmpty ? empty : hash(bytes)
    }

    private static func hash(_ bytes: [UInt8]) -> String {
        Base64URL.encode(Array(SHA256.hash(data: bytes)))
    }
}
