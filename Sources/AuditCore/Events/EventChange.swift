public import WireFormat

/// A sensitive value in a form that may enter the log.
public enum ProtectedValue: Sendable, Hashable {
    /// A keyed digest of 32 bytes (`KeyVault`'s index): shows whether two values are equal, to the tenant only.
    case digest([UInt8])
    /// An envelope of `KeyVault` under the person's key: erasing that key erases the value and leaves the log whole.
    case sealed([UInt8])
}

/// One field before and after. A change of a sensitive field can only hold `ProtectedValue`s.
public struct EventChange: Sendable, Hashable {
    /// One side of a change.
    public enum Value: Sendable, Hashable {
        /// A value of a field that is not sensitive.
        case plain(JSONValue)
        /// A value of a sensitive field.
        case protected(ProtectedValue)
    }

    /// The field's name.
    public let field: String
    /// Whether the field is of a sensitive class.
    public let isSensitive: Bool
    /// What it was; nil when there was nothing.
    public let before: Value?
    /// What it became; nil when nothing was left.
    public let after: Value?

    private init(field: String, isSensitive: Bool, before: Value?, after: Value?) {
        self.field = field
        self.isSensitive = isSensitive
        self.before = before
        self.after = after
    }

    /// A change of a field that anybody who reads the log may see.
    public static func plain(_ field: String, before: JSONValue?, after: JSONValue?) -> EventChange {
        EventChange(field: field, isSensitive: false, before: before.map(Value.plain), after: after.map(Value.plain))
    }

    /// A change of a sensitive field.
    public static func sensitive(_ field: String, before: ProtectedValue?, after: ProtectedValue?) -> EventChange {
        EventChange(
            field: field, isSensitive: true, before: before.map(Value.protected), after: after.map(Value.protected))
    }
}

extension EventChange.Value: WireEncodable {
    /// `{"plain": …}`, `{"digest": "base64url"}` or `{"sealed": "base64url"}`.
    public var wire: JSONValue {
        switch self {
        case .plain(let value): ["plain": value]
        case .protected(.digest(let bytes)): ["digest": .string(Base64URL.encode(bytes))]
        case .protected(.sealed(let bytes)): ["sealed": .string(Base64URL.encode(bytes))]
        }
    }
}

extension EventChange.Value: WireValue {
    /// Stands for a value that could not be read.
    public static var placeholder: EventChange.Value { .plain(.null) }

    /// Reads an object with exactly one of `plain`, `digest`, `sealed`.
    public init(wire: JSONValue) throws(WireValueError) {
        guard let members = wire.object, members.count == 1, let (form, value) = members.first else {
            throw WireValueError("must be an object with one of plain, digest, sealed")
        }
        switch form {
        case "plain":
            self = .plain(value)
        case "digest":
            guard let text = value.string, let bytes = Base64URL.decode(text), bytes.count == TreeHash.byteCount else {
                throw WireValueError("must be \(TreeHash.byteCount) bytes as base64url", at: "/digest")
            }
            self = .protected(.digest(bytes))
        case "sealed":
            guard let text = value.string, let bytes = Base64URL.decode(text), !bytes.isEmpty,
                bytes.count <= EventLimits.sealedBytes
            else {
                throw WireValueError("must be 1 to \(EventLimits.sealedBytes) bytes as base64url", at: "/sealed")
            }
            self = .protected(.sealed(bytes))
        default:
            throw WireValueError("must be an object with one of plain, digest, sealed")
        }
    }
}

extension EventChange: WireBody, WireEncodable {
    /// Reads the change; a plain value of a sensitive field is refused, and so is a protected one of another field.
    public init(fields: inout FieldReader) {
        field = fields.required("field", check: identifierComplaint)
        let sensitive = fields.optional("sensitive", Bool.self) ?? false
        let check = { (value: Value) -> String? in
            if case .plain = value { return sensitive ? "must not hold a sensitive value in plain" : nil }
            return sensitive ? nil : "must be plain, or the change be marked sensitive"
        }
        isSensitive = sensitive
        before = fields.optional("before", check: check)
        after = fields.optional("after", check: check)
    }

    /// The change as JSON; what is absent is left out.
    public var wire: JSONValue {
        var members: [String: JSONValue] = ["field": .string(field)]
        if isSensitive { members["sensitive"] = true }
        members["before"] = before?.wire
        members["after"] = after?.wire
        return .object(members)
    }
}
