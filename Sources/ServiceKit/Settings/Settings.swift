import Configuration
import Foundation
import WireFormat

/// Why the configuration stops the start. The text is one clear line.
public struct SettingsError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The name and the cause.
    public let description: String

    /// A cause.
    public init(_ description: String) {
        self.description = description
    }
}

/// The configuration of one process: environment (`BAILIWICK_…`) over file (`BAILIWICK_CONFIG`, a flat JSON object with
/// the names in lower case) over default. Read once, at the start, in the wiring.
public struct Settings: Sendable {
    /// The prefix of all our names in the environment.
    public static let prefix = "BAILIWICK_"
    /// What names the file; it is no setting itself.
    static let fileName = "BAILIWICK_CONFIG"
    /// Secrets are keys and URLs; a longer file is not one.
    static let maximumFileLength = 1 << 20

    private let declarations: [String: SettingDeclaration]
    private let reader: ConfigReader
    private let origins: [String: String]

    /// Reads and checks everything that is given.
    ///
    /// - Parameters:
    ///   - known: The settings that may be given; a name outside stops the start.
    ///   - environment: The process's own when nil.
    public init(
        known: [SettingDeclaration] = SettingDeclaration.catalogue,
        environment: [String: String]? = nil
    ) throws(SettingsError) {
        let environment = environment ?? ProcessInfo.processInfo.environment
        var declarations: [String: SettingDeclaration] = [:]
        for declaration in known { declarations[declaration.name] = declaration }
        self.declarations = declarations
        var origins: [String: String] = [:]
        var fromEnvironment: [String: String] = [:]
        for (name, value) in environment where name.hasPrefix(Self.prefix) && name != Self.fileName {
            let setting = String(name.dropFirst(Self.prefix.count))
            if let declaration = declarations[setting] {
                try Self.check(value, declaration, origin: name)
                guard origins[setting] == nil else { throw SettingsError("\(name): is also given as a file") }
                fromEnvironment[name] = value
                origins[setting] = "environment"
            } else if setting.hasSuffix("_FILE"), let declaration = declarations[String(setting.dropLast(5))],
                declaration.isSecret
            {
                guard origins[declaration.name] == nil else { throw SettingsError("\(name): is also given as a value") }
                let content = try Self.read(value, named: name)
                try Self.check(content, declaration, origin: "\(name) (\(value))")
                fromEnvironment[Self.prefix + declaration.name] = content
                origins[declaration.name] = "file \(value)"
            } else {
                throw SettingsError("\(name): no such setting\(Self.nearest(setting, declarations))")
            }
        }
        var fromFile: [AbsoluteConfigKey: ConfigValue] = [:]
        if let path = environment[Self.fileName] {
            for (setting, value) in try Self.fileValues(path, declarations) {
                fromFile[AbsoluteConfigKey(Self.components(setting))] = ConfigValue(
                    .string(value), isSecret: declarations[setting]?.isSecret ?? false)
                if origins[setting] == nil { origins[setting] = "file \(path)" }
            }
        }
        var fallbacks: [AbsoluteConfigKey: ConfigValue] = [:]
        for declaration in known {
            guard let fallback = declaration.fallback else { continue }
            fallbacks[AbsoluteConfigKey(Self.components(declaration.name))] = ConfigValue(
                .string(fallback), isSecret: declaration.isSecret)
            if origins[declaration.name] == nil { origins[declaration.name] = "default" }
        }
        self.origins = origins
        self.reader = ConfigReader(providers: [
            EnvironmentVariablesProvider(environmentVariables: fromEnvironment),
            InMemoryProvider(name: "file", values: fromFile), InMemoryProvider(name: "default", values: fallbacks),
        ])
    }

    /// The value of a setting, which must be given or have a default.
    public func value<Value>(_ key: SettingKey<Value>) throws(SettingsError) -> Value {
        guard let value = try optional(key) else {
            throw SettingsError("\(Self.prefix)\(key.name): is needed (\(key.about))")
        }
        return value
    }

    /// The value of a setting; nil when nobody gives one.
    public func optional<Value>(_ key: SettingKey<Value>) throws(SettingsError) -> Value? {
        guard declarations[key.name] != nil else {
            throw SettingsError("\(Self.prefix)\(key.name): is not declared by this program")
        }
        guard let text = text(key.name, isSecret: key.isSecret) else { return nil }
        guard let value = key.read(text) else {
            throw SettingsError("\(Self.prefix)\(key.name): must be \(key.expected)")
        }
        return value
    }

    /// The configuration in force, a line a setting, with secrets redacted and where each comes from.
    public var effective: [String] {
        declarations.values.sorted { $0.name < $1.name }
            .compactMap { declaration in
                guard let text = text(declaration.name, isSecret: declaration.isSecret) else { return nil }
                let shown = declaration.isSecret ? Redacted(text).description : text
                return "\(Self.prefix)\(declaration.name)=\(shown) (\(origins[declaration.name] ?? "default"))"
            }
    }

    private func text(_ name: String, isSecret: Bool) -> String? {
        reader.string(forKey: ConfigKey(Self.components(name)), isSecret: isSecret)
    }

    private static func components(_ name: String) -> [String] {
        ["bailiwick"] + name.lowercased().split(separator: "_").map(String.init)
    }

    private static func check(_ value: String, _ declaration: SettingDeclaration, origin: String) throws(SettingsError)
    {
        guard declaration.isValid(value) else { throw SettingsError("\(origin): must be \(declaration.expected)") }
    }

    private static func fileValues(
        _ path: String, _ declarations: [String: SettingDeclaration]
    ) throws(SettingsError) -> [String: String] {
        let members: [String: JSONValue]?
        do {
            members = try JSONValue.parse(Array(read(path, named: fileName, trimming: false).utf8)).object
        } catch let error as SettingsError {
            throw error
        } catch {
            throw SettingsError("\(path): not JSON: \(error)")
        }
        guard let members else { throw SettingsError("\(path): must be a JSON object") }
        var values: [String: String] = [:]
        for (name, value) in members {
            let setting = name.uppercased()
            guard name == name.lowercased(), let declaration = declarations[setting] else {
                throw SettingsError("\(path): no such setting `\(name)`\(nearest(setting, declarations))")
            }
            let text: String
            switch value {
            case .string(let string): text = string
            case .integer(let number): text = String(number)
            case .bool(let flag): text = String(flag)
            default: throw SettingsError("\(path): `\(name)` must be a string, a whole number or a boolean")
            }
            try check(text, declaration, origin: "\(path): `\(name)`")
            values[setting] = text
        }
        return values
    }

    private static func read(_ path: String, named name: String, trimming: Bool = true) throws(SettingsError) -> String
    {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SettingsError("\(name): the file \(path) cannot be read")
        }
        guard data.count <= maximumFileLength, let text = String(validating: data, as: UTF8.self) else {
            throw SettingsError("\(name): the file \(path) is too long or not UTF-8")
        }
        return trimming ? text.trimmingCharacters(in: .whitespacesAndNewlines) : text
    }

    /// Says which name was probably meant: one that differs in few letters.
    private static func nearest(_ name: String, _ declarations: [String: SettingDeclaration]) -> String {
        let closest = declarations.keys.map { ($0, distance(Array($0.utf8), Array(name.utf8))) }.min { $0.1 < $1.1 }
        guard let (known, distance) = closest, distance <= 3 else { return "" }
        return "; did you mean \(prefix)\(known)?"
    }

    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let substituted = diagonal + (a == b ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, diagonal + 1, row[j] + 1)
            }
        }
        return row[right.count]
    }
}
