import WireFormat

/// Reads the members of an object on the wire; a member that nobody asked for is an error (fail closed).
struct WireMembers {
    private let members: [String: JSONValue]
    private let what: String

    init(_ value: JSONValue, of what: String, allowed: [String]) throws(WireShapeError) {
        guard let members = value.object else { throw WireShapeError("\(what) is not an object") }
        if let unknown = members.keys.first(where: { !allowed.contains($0) }) {
            throw WireShapeError("\(what) has an unknown member `\(unknown)`")
        }
        self.members = members
        self.what = what
    }

    subscript(_ name: String) -> JSONValue? { members[name] }

    func value(_ name: String) throws(WireShapeError) -> JSONValue {
        guard let value = members[name] else { throw WireShapeError("\(what) has no `\(name)`") }
        return value
    }

    func string(_ name: String) throws(WireShapeError) -> String {
        guard let text = members[name]?.string else { throw WireShapeError("\(what) has no string `\(name)`") }
        return text
    }

    func optionalString(_ name: String) throws(WireShapeError) -> String? {
        guard let value = members[name] else { return nil }
        guard let text = value.string else { throw WireShapeError("`\(name)` of \(what) is not a string") }
        return text
    }

    func bool(_ name: String) throws(WireShapeError) -> Bool {
        guard let flag = members[name]?.bool else { throw WireShapeError("\(what) has no boolean `\(name)`") }
        return flag
    }

    func flag(_ name: String) throws(WireShapeError) -> Bool {
        guard members[name] != nil else { return false }
        return try bool(name)
    }

    func array(_ name: String) throws(WireShapeError) -> [JSONValue] {
        guard let items = members[name]?.array else { throw WireShapeError("\(what) has no array `\(name)`") }
        return items
    }

    func strings(_ name: String) throws(WireShapeError) -> [String] {
        var texts: [String] = []
        for item in try array(name) {
            guard let text = item.string else {
                throw WireShapeError("`\(name)` of \(what) holds something else than strings")
            }
            texts.append(text)
        }
        return texts
    }

    func scope() throws(WireShapeError) -> Scope {
        let name = try string("scope")
        guard let scope = Scope(name) else { throw WireShapeError("\(what) has an unknown scope `\(name)`") }
        return scope
    }

    func obligations() throws(WireShapeError) -> [Obligation] {
        var obligations: [Obligation] = []
        for item in try array("obligations") { obligations.append(try Obligation(wire: item)) }
        return obligations
    }

    func reason() throws(WireShapeError) -> Reason? {
        guard let code = try optionalString("reason") else { return nil }
        guard let reason = Reason(code) else { throw WireShapeError("\(what) has an unknown reason `\(code)`") }
        return reason
    }
}
