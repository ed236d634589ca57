/// One setting: `BAILIWICK_` and its name in the environment, its name in lower case in the file.
public struct SettingKey<Value: Sendable>: Sendable {
    /// The name, such as `PUBLIC_PORT`.
    public let name: String
    /// The value when nobody gives one, as text; nil when there is none.
    public let fallback: String?
    /// Whether it is never shown, and may also be given as a file by `…_FILE`.
    public let isSecret: Bool
    /// What it is for.
    public let about: String
    /// Reads the text; nil when the text is not such a value.
    let read: @Sendable (String) -> Value?
    /// What the text must be, for the error.
    let expected: String

    /// A setting.
    public init(
        _ name: String, fallback: String? = nil, isSecret: Bool = false, about: String, expected: String,
        read: @escaping @Sendable (String) -> Value?
    ) {
        self.name = name
        self.fallback = fallback
        self.isSecret = isSecret
        self.about = about
        self.expected = expected
        self.read = read
    }

    /// The same without its type, for ``Settings``' list of what is known.
    public var declaration: SettingDeclaration {
        SettingDeclaration(
            name: name, fallback: fallback, isSecret: isSecret, about: about, expected: expected,
            isValid: { [read] in read($0) != nil })
    }
}

/// A setting without its type.
public struct SettingDeclaration: Sendable {
    /// The name, such as `PUBLIC_PORT`.
    public let name: String
    /// The value when nobody gives one.
    public let fallback: String?
    /// Whether it is never shown.
    public let isSecret: Bool
    /// What it is for.
    public let about: String
    let expected: String
    let isValid: @Sendable (String) -> Bool
}

extension SettingKey where Value == String {
    /// A text that is not empty.
    public static func text(_ name: String, fallback: String? = nil, about: String) -> Self {
        Self(name, fallback: fallback, about: about, expected: "a text") { $0.isEmpty ? nil : $0 }
    }
}

extension SettingKey where Value == Int {
    /// A whole number within a range.
    public static func number(
        _ name: String, in range: ClosedRange<Int>, fallback: Int? = nil, about: String
    ) -> Self {
        Self(
            name, fallback: fallback.map(String.init), about: about,
            expected: "a whole number from \(range.lowerBound) to \(range.upperBound)"
        ) { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }
    }
}

extension SettingKey where Value == Bool {
    /// `true` or `false`.
    public static func flag(_ name: String, fallback: Bool, about: String) -> Self {
        Self(name, fallback: String(fallback), about: about, expected: "`true` or `false`") { Bool($0) }
    }
}
