/// What a `User-Agent` says about the caller's device, for the audit trail. It is what the caller claims, no more.
public struct DeviceInfo: Sendable, Hashable {
    /// Longer values are cut: real ones are below this, and the trail keeps them for years.
    static let maximumUserAgentLength = 256

    /// The header itself, without control characters, cut at 256 characters.
    public let userAgent: String
    /// `Windows`, `macOS`, `iPhone`, `iPad`, `Android`, `ChromeOS`, `Linux`, or `unknown`.
    public let device: String
    /// `Edge`, `Opera`, `Firefox`, `Chrome`, `Safari`, a tool such as `curl`, or `unknown`.
    public let browser: String

    /// Reads a `User-Agent`.
    public init(userAgent: String?) {
        let scalars = (userAgent ?? "").unicodeScalars.lazy
            .filter { $0.value >= 0x20 && $0.value != 0x7F }
            .prefix(Self.maximumUserAgentLength)
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars)
        self.userAgent = text
        self.device = Self.firstMatch(in: text, Self.devices)
        self.browser = Self.firstMatch(in: text, Self.browsers)
    }

    // The order matters: Chrome calls itself Safari too, Edge calls itself Chrome too, Android calls itself Linux too.
    private static let devices: [(mark: StaticString, name: String)] = [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Windows", "Windows"),
        ("Macintosh", "macOS"), ("Mac OS X", "macOS"), ("Linux", "Linux"),
    ]
    private static let browsers: [(mark: StaticString, name: String)] = [
        ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl"), ("Wget/", "wget"), ("python", "Python"),
        ("Python", "Python"), ("Go-http-client", "Go"), ("okhttp", "OkHttp"), ("bailiwick", "bailiwick"),
    ]

    private static func firstMatch(in text: String, _ table: [(mark: StaticString, name: String)]) -> String {
        let bytes = Array(text.utf8)
        return table.first { contains(bytes, $0.mark) }?.name ?? "unknown"
    }

    /// `String.contains` builds a searcher for each of twenty marks, which was 3 % of a read.
    private static func contains(_ text: [UInt8], _ mark: StaticString) -> Bool {
        let mark = UnsafeBufferPointer(start: mark.utf8Start, count: mark.utf8CodeUnitCount)
        guard text.count >= mark.count else { return false }
        return text.withUnsafeBufferPointer { text in
            (0...text.count - mark.count).contains { start in
                text[start] == mark[0] && mark.indices.allSatisfy { text[start + $0] == mark[$0] }
            }
        }
    }
}
