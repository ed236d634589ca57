/// A path and query that may stand in a request line and in the claim `htu` as it is.
enum RequestTarget {
    /// The same limit as the server's.
    static let maximumLength = ServerLimits.maximumTargetLength

    static func isValid(_ target: String) -> Bool {
        let bytes = target.utf8
        guard bytes.first == UInt8(ascii: "/"), bytes.count <= maximumLength else { return false }
        return bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default:
                // RFC 3986: unreserved, sub-delims, `:`, `@`, `/`, `?`, `%`
                allowedPunctuation.contains(byte)
            }
        }
    }

    private static let allowedPunctuation = Set("-._~!$&'()*+,;=:@/?%".utf8)
}
