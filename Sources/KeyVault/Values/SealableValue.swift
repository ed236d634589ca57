public import WireFormat

/// A type whose values can be sealed. A type that is `WireValue` and `WireEncodable` needs only to declare it.
public protocol SealableValue: Sendable {
    /// The value as bytes.
    var sealableBytes: [UInt8] { get }

    /// Reads what `sealableBytes` wrote.
    init(sealableBytes: [UInt8]) throws(KeyVaultError)
}

extension SealableValue where Self: WireValue & WireEncodable {
    /// The value as canonical JSON.
    public var sealableBytes: [UInt8] { wire.bytes() }

    /// Reads canonical JSON.
    public init(sealableBytes: [UInt8]) throws(KeyVaultError) {
        do {
            try self.init(wire: JSONValue.parse(sealableBytes))
        } catch {
            throw KeyVaultError(.wrongType, "the opened bytes are no \(Self.self)")
        }
    }
}

extension JSONValue: SealableValue {}
extension Day: SealableValue {}
extension Instant: SealableValue {}
extension Int64: SealableValue {}
extension Bool: SealableValue {}

extension String: SealableValue {
    /// The text as UTF-8.
    public var sealableBytes: [UInt8] { Array(utf8) }

    /// Reads UTF-8.
    public init(sealableBytes: [UInt8]) throws(KeyVaultError) {
        guard let text = String(validating: sealableBytes, as: UTF8.self) else {
            throw KeyVaultError(.wrongType, "the opened bytes are no text")
        }
        self = text
    }
}

extension Array: SealableValue where Element == UInt8 {
    /// The bytes themselves.
    public var sealableBytes: [UInt8] { self }

    /// The bytes themselves.
    public init(sealableBytes: [UInt8]) throws(KeyVaultError) { self = sealableBytes }
}
