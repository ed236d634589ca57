/// Reads the fields of one object and collects everything that is wrong with them, so that a caller can mend a body in
/// one go. Fields that nobody asked for are errors.
public struct FieldReader: Sendable {
    private let members: [String: JSONValue]
    private let pointer: String
    private var known: Set<String> = []

    /// What is wrong so far.
    public private(set) var errors: [FieldError] = []

    /// A reader of `value`, which stands at `pointer` in its body.
    public init(_ value: JSONValue, at pointer: String = "") {
        self.pointer = pointer
        if case .object(let members) = value {
            self.members = members
        } else {
            members = [:]
            errors.append(FieldError(pointer: pointer, detail: "must be an object, not \(value.kind)"))
        }
    }

    /// Whether the object has the field, `null` included: tells "set to nothing" from "left alone".
    public func has(_ name: String) -> Bool { members[name] != nil }

    /// The field `name`, which must be there and not null.
    ///
    /// - Parameter check: what is wrong with a value that has the right type, or nil.
    public mutating func required<T: WireValue>(
        _ name: String, _ type: T.Type = T.self, check: (T) -> String? = { _ in nil }
    ) -> T {
        known.insert(name)
        guard let member = members[name], !member.isNull else {
            fail(name, "is required")
            return T.placeholder
        }
        return read(member, name, check: check) ?? T.placeholder
    }

    /// The field `name`, or nil when it is absent or null.
    public mutating func optional<T: WireValue>(
        _ name: String, _ type: T.Type = T.self, check: (T) -> String? = { _ in nil }
    ) -> T? {
        known.insert(name)
        guard let member = members[name], !member.isNull else { return nil }
        return read(member, name, check: check)
    }

    /// The field `name`, an object that is a body itself.
    public mutating func body<B: WireBody>(_ name: String, _ type: B.Type = B.self) -> B? {
        known.insert(name)
        guard let member = members[name], !member.isNull else { return nil }
        var reader = FieldReader(member, at: JSONPointer.appending(name, to: pointer))
        let body = B(fields: &reader)
        errors += reader.finished()
        return body
    }

    /// The field `name`, an array of bodies; empty when absent.
    public mutating func bodies<B: WireBody>(_ name: String, _ type: B.Type = B.self, most: Int) -> [B] {
        let place = JSONPointer.appending(name, to: pointer)
        let values = optional(name, [JSONValue].self) { $0.count > most ? "must have at most \(most) elements" : nil }
        return (values ?? []).enumerated().map { index, value in
            var reader = FieldReader(value, at: JSONPointer.appending(index, to: place))
            let body = B(fields: &reader)
            errors += reader.finished()
            return body
        }
    }

    /// Records that the field `name` is wrong.
    public mutating func fail(_ name: String, _ detail: String) {
        errors.append(FieldError(pointer: JSONPointer.appending(name, to: pointer), detail: detail))
    }

    private mutating func read<T: WireValue>(_ member: JSONValue, _ name: String, check: (T) -> String?) -> T? {
        do throws(WireValueError) {
            let value = try T(wire: member)
            if let complaint = check(value) { fail(name, complaint) }
            return value
        } catch {
            errors.append(
                FieldError(pointer: JSONPointer.appending(name, to: pointer) + error.pointer, detail: error.detail))
            return nil
        }
    }

    func finished() -> [FieldError] {
        let strange = members.keys.filter { !known.contains($0) }.sorted()
        return errors
            + strange.map { FieldError(pointer: JSONPointer.appending($0, to: pointer), detail: "is not a field here") }
    }
}

/// A request body, or an object inside one.
public protocol WireBody: Sendable {
    /// Reads every field; mistakes are collected by the reader.
    init(fields: inout FieldReader)
}

extension WireBody {
    /// The body that `value` holds.
    ///
    /// - Throws: `FieldErrors` with everything that is missing, wrong or unknown.
    public static func decode(from value: JSONValue) throws(FieldErrors) -> Self {
        var reader = FieldReader(value)
        let body = Self(fields: &reader)
        let errors = reader.finished()
        guard errors.isEmpty else { throw FieldErrors(errors) }
        return body
    }
}
