public import WireFormat

/// What is asked about: the facts that the service owning its type has stated. What was not stated is missing, and a
/// missing fact never allows.
public struct Resource: Sendable, Hashable {
    /// The module, such as `employee`.
    public var type: String
    /// The record; nil for one that does not exist yet.
    public var id: String?
    /// The organisation it belongs to.
    public var tenant: String?
    /// The person the record is about: an employee, or a member where the module's `about` attribute is one.
    ///
    /// May be left out when the module's `about` attribute is stated; when both are and differ, the fact is missing.
    public var subjectID: String?
    /// The managers of that person, nearest first; empty for somebody without one, nil when not known.
    public var managerChain: [String]?
    /// The attributes of the module's schema. `null` is a missing fact. What the schema does not declare is ignored.
    public var attributes: [String: JSONValue] {
        get { stated.dictionary }
        set { stated = AttributeList(newValue) }
    }
    /// The same as decisions look them up.
    var stated: AttributeList

    /// Creates a resource.
    public init(
        type: String, id: String? = nil, tenant: String? = nil, subjectID: String? = nil,
        managerChain: [String]? = nil, attributes: [String: JSONValue] = [:]
    ) {
        self.type = type
        self.id = id
        self.tenant = tenant
        self.subjectID = subjectID
        self.managerChain = managerChain
        stated = AttributeList(attributes)
    }

    /// The stated value of an attribute; `id` is also the record's own.
    func value(of attribute: String) -> JSONValue? { value(of: attribute, TextKey(attribute)) }

    /// The same with the name's key. Inlined, like those below, because a call would copy the whole record.
    @inline(__always)
    func value(of attribute: String, _ key: TextKey) -> JSONValue? {
        if let value = stated.value(of: attribute, key) {
            if case .null = value { return nil }
            return value
        }
        if attribute == "id", let id { return .string(id) }
        return nil
    }

    /// The person the record is about, where the module names `attribute` for it.
    @inline(__always)
    func person(about attribute: String?) -> String? {
        guard let attribute else { return subjectID }
        if stated.isEmpty && attribute == "id" { return agreed(id) }
        return agreed(value(of: attribute)?.string)
    }

    @inline(__always)
    private func agreed(_ named: String?) -> String? {
        guard let subjectID else { return named }
        guard let named else { return subjectID }
        return sameBytes(subjectID, named) ? subjectID : nil
    }
}

/// Whether two strings are the same bytes. `==` on strings also holds for canonically equivalent ones, which SQL and
/// every other program would tell apart.
func sameBytes(_ left: String, _ right: String) -> Bool {
    guard left.utf8.count == right.utf8.count else { return false }
    return left.withContiguousUTF8 { leftBytes in
        right.withContiguousUTF8 { rightBytes in leftBytes.hasSameBytes(as: rightBytes) }
    }
}
