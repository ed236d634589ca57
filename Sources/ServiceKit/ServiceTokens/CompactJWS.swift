import WireFormat

/// The compact serialisation of a JWS (RFC 7515 §7.1), read strictly; `docs/decisions/0001-compact-jws.md` says why it
/// is our own.
package enum CompactJWS {
    /// A service token is below 1 KiB; a longer one is refused before anything is decoded.
    static let maximumLength = 4096

    /// The three parts. The payload and signature are decoded, the header is not: one reads it by its exact bytes.
    struct Parts {
        let header: Substring.UTF8View
        let payload: [UInt8]
        let signature: [UInt8]
        let signingInput: Substring.UTF8View
    }

    /// Splits and decodes; nil unless there are exactly three parts in the one spelling of base64url.
    static func split(_ text: String) -> Parts? {
        var text = text
        text.makeContiguousUTF8()
        let bytes = text.utf8
        guard bytes.count <= maximumLength, let first = bytes.firstIndex(of: UInt8(ascii: ".")) else { return nil }
        let afterFirst = bytes.index(after: first)
        guard let second = bytes[afterFirst...].firstIndex(of: UInt8(ascii: ".")) else { return nil }
        let afterSecond = bytes.index(after: second)
        guard let payload = Base64URL.decode(bytes[afterFirst..<second]),
            let signature = Base64URL.decode(bytes[afterSecond...])
        else { return nil }
        return Parts(
            header: bytes[..<first], payload: payload, signature: signature, signingInput: bytes[..<second])
    }

    /// The header of a service token in its one spelling: it has exactly these members, in this order.
    ///
    /// INVARIANT: `kid` holds letters, digits, `-` and `_` only (``ServiceKeyID``), so nothing needs an escape.
    static func headerSegment(kid: String) -> String {
        Base64URL.encode(Array(#"{"alg":"EdDSA","kid":"\#(kid)","typ":"svc+jwt"}"#.utf8))
    }

    /// The `kid` of a header that says `EdDSA` and `svc+jwt` and nothing else; nil for any other, `crit` included.
    static func kid(ofHeader segment: Substring.UTF8View) -> String? {
        guard let bytes = Base64URL.decode(segment), let header = (try? JSONValue.parse(bytes))?.object,
            header.count == 3, header["alg"]?.string == "EdDSA", header["typ"]?.string == "svc+jwt"
        else { return nil }
        return header["kid"]?.string
    }
}
