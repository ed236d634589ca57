public import Logging
import WireFormat

/// Writes each log event as one line of JSON. Line breaks and control characters are escaped, so that nothing a caller
/// sends can look like a second line; `Redacted` values describe themselves as redacted.
public struct JSONLineLogHandler: LogHandler {
    /// A longer text is cut: a line must stay one write, and no caller fills the log.
    static let maximumTextLength = 8 << 10

    /// The least level that is written.
    public var logLevel: Logger.Level
    /// What every line of this logger carries.
    public var metadata: Logger.Metadata = [:]
    /// What the context adds.
    public var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let sink: LogSink

    /// - Parameter label: The logger's name; it is the member `logger`.
    public init(label: String, level: Logger.Level, sink: LogSink = .standardError) {
        self.label = label
        self.logLevel = level
        self.sink = sink
    }

    /// Makes every logger of the process write JSON lines to standard error. Once, at the start.
    public static func bootstrap(level: Logger.Level) {
        LoggingSystem.bootstrap { label in JSONLineLogHandler(label: label, level: level) }
    }

    /// What every line of this logger carries, by name.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes the event.
    public func log(event: LogEvent) {
        var line = LogLine()
        line.member("time", Instant.now().rfc3339)
        line.member("level", event.level.rawValue)
        line.member("logger", label)
        line.member("message", event.message.description)
        var names = Set<String>(["time", "level", "logger", "message"])
        // The nearest wins: the event's own, then the logger's, then the context's.
        for source in [event.metadata, metadata, metadataProvider?.get()] {
            guard let source, !source.isEmpty else { continue }
            for (name, value) in source.sorted(by: { $0.key < $1.key }) where names.insert(name).inserted {
                line.member(name, value)
            }
        }
        sink.write(line.finish())
    }
}

/// One line of JSON in the making.
struct LogLine {
    private var bytes: [UInt8] = []

    init() {
        bytes.reserveCapacity(512)
    }

    mutating func member(_ name: String, _ text: String) {
        begin(name)
        append(text)
    }

    mutating func member(_ name: String, _ value: Logger.MetadataValue) {
        begin(name)
        append(value)
    }

    mutating func finish() -> [UInt8] {
        bytes.append(UInt8(ascii: "}"))
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    private mutating func begin(_ name: String) {
        bytes.append(bytes.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
        append(name)
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func append(_ value: Logger.MetadataValue) {
        switch value {
        case .string(let text): append(text)
        case .stringConvertible(let value): append(value.description)
        case .array(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                append(value)
            }
            bytes.append(UInt8(ascii: "]"))
        case .dictionary(let values):
            bytes.append(UInt8(ascii: "{"))
            for (index, entry) in values.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                append(entry.key)
                bytes.append(UInt8(ascii: ":"))
                append(entry.value)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private mutating func append(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var written = 0
        for scalar in text.unicodeScalars {
            guard written < JSONLineLogHandler.maximumTextLength else {
                bytes.append(contentsOf: "…".utf8)
                break
            }
            written += 1
            switch scalar.value {
            case 0x22: bytes.append(contentsOf: #"\""#.utf8)
            case 0x5C: bytes.append(contentsOf: #"\\"#.utf8)
            case 0x0A: bytes.append(contentsOf: #"\n"#.utf8)
            case 0x0D: bytes.append(contentsOf: #"\r"#.utf8)
            case 0x09: bytes.append(contentsOf: #"\t"#.utf8)
            // C0, DEL and C1 controls move terminals; U+2028 and U+2029 are line breaks to some readers; U+202A to
            // U+202E and U+2066 to U+2069 reorder what a person sees.
            case 0...0x1F, 0x7F...0x9F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069:
                let hex = String(scalar.value, radix: 16)
                bytes.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - hex.utf8.count) + hex).utf8)
            default: bytes.append(contentsOf: UTF8.encode(scalar)?.map { $0 } ?? [])
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
