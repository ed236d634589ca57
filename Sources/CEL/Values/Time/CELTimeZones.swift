import Foundation
import Synchronization

/// Time zones by IANA name or fixed offset. The rules are those built into Foundation, not the machine's files, so one
/// version of the program always answers alike.
public enum CELTimeZones {
    /// The version of the IANA data in use, such as `2025b`.
    public static var dataVersion: String { TimeZone.timeZoneDataVersion }

    /// Most zones kept; the world has some 600 names, an organisation uses a few.
    private static let cacheLimit = 128
    /// Longest name: the longest of IANA's has 32 bytes.
    private static let nameLimit = 48

    private static let cache = Mutex<[String: TimeZone]>([:])

    /// How many seconds clocks there are ahead of UTC at that instant; fails for a name that is no zone.
    static func offset(of zone: String, at timestamp: Timestamp) throws(EvaluationError) -> Int64 {
        if let fixed = fixedOffset(zone) { return fixed }
        guard let zone = named(zone) else {
            throw EvaluationError(
                .invalidArgument,
                "\(Value.excerpt(zone)) is no time zone; write one such as `Europe/Berlin` or `+02:00`"
            )
        }
        return Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(timestamp.seconds))))
    }

    /// `±hh:mm` or `hh:mm`, in seconds.
    private static func fixedOffset(_ text: String) -> Int64? {
        if text == "UTC" { return 0 }
        var reader = ASCIIReader(text)
        let isNegative = reader.skip("-")
        if !isNegative { _ = reader.skip("+") }
        guard let hours = reader.number(digits: 1...2), hours < 24, reader.skip(":"),
            let minutes = reader.number(digits: 2...2), minutes < 60, reader.isAtEnd
        else { return nil }
        return (hours * 3600 + minutes * 60) * (isNegative ? -1 : 1)
    }

    private static func named(_ name: String) -> TimeZone? {
        if let known = cache.withLock({ $0[name] }) { return known }
        guard isIANAName(name), let zone = TimeZone(identifier: name) else { return nil }
        cache.withLock { cache in
            // All at once: which names come is up to policies, so nothing is gained by remembering their age.
            if cache.count >= cacheLimit { cache.removeAll(keepingCapacity: true) }
            cache[name] = zone
        }
        return zone
    }

    /// The names of three letters that IANA has.
    private static let shortNames: Set<String> = [
        "CET", "EET", "EST", "GMT", "HST", "MET", "MST", "PRC", "ROC", "ROK", "UCT", "WET",
    ]

    /// Foundation also takes forms that IANA does not have: `GMT+0830`, and abbreviations in a meaning that surprises
    /// (its `BST` is Bangladesh).
    private static func isIANAName(_ name: String) -> Bool {
        guard name.utf8.count <= nameLimit, name.utf8.count != 3 || shortNames.contains(name),
            !name.hasPrefix("GMT+"), !name.hasPrefix("GMT-"), name != "Etc/Unknown"
        else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "_"), UInt8(ascii: "-"),
                UInt8(ascii: "+"):
                true
            default: false
            }
        }
    }
}
