import ServiceKit
import WireFormat

extension OrganisationSettings: WireBody, WireEncodable {
    init(fields: inout FieldReader) {
        factors = Self.group("factors", of: &fields) ?? Factors()
        sessions = Self.group("sessions", of: &fields) ?? Sessions()
        addresses = fields.required("addresses") {
            $0.count > Self.mostRanges ? "must have at most \(Self.mostRanges) ranges" : nil
        }
        let passwords: Passwords? = Self.group("passwords", of: &fields)
        minimumPasswordLength = passwords?.minimumLength ?? PasswordRules.fewestWithFactor
        signInMethods = fields.required("sign_in_methods", [SignInMethod].self) { methods in
            if Set(methods).count != methods.count { return "names one twice" }
            return Set(methods).isSubset(of: [.recoveryCode])
                ? "must have `password` or `passkey`: a recovery code is for the day when neither is at hand" : nil
        }
    }

    /// The group `passwords`.
    private struct Passwords: WireBody {
        let minimumLength: Int

        init(fields: inout FieldReader) {
            minimumLength = fields.required(
                "minimum_length",
                check: OrganisationSettings.outside(
                    PasswordRules.fewestWithFactor...OrganisationSettings.longestMinimum, unit: "characters"))
        }
    }

    /// A group, which has to be there: one that was forgotten would become as lax as can be.
    private static func group<Group: WireBody>(_ name: String, of fields: inout FieldReader) -> Group? {
        let group: Group? = fields.body(name)
        if group == nil { fields.fail(name, "is required") }
        return group
    }

    /// What is wrong with a number outside of a range.
    static func outside(_ range: ClosedRange<Int>, unit: String) -> (Int) -> String? {
        { range.contains($0) ? nil : "must be from \(range.lowerBound) to \(range.upperBound) \(unit)" }
    }

    var wire: JSONValue {
        [
            "factors": factors.wire, "sessions": sessions.wire, "addresses": addresses.wire,
            "passwords": ["minimum_length": minimumPasswordLength.wire],
            "sign_in_methods": JSONValue(signInMethods.map(\.rawValue)),
        ]
    }
}

extension OrganisationSettings.Factors: WireBody, WireEncodable {
    init(fields: inout FieldReader) {
        needsSecond = fields.required("second_factor")
        let names: [String] = fields.required("phishing_resistant_roles") { names in
            guard Role.list(names) != nil else { return "must be roles: \(Role.names)" }
            return Set(names).count == names.count ? nil : "names one twice"
        }
        phishingResistantRoles = Role.list(names) ?? []
        enforcedFrom = fields.optional("enforced_from")
    }

    var wire: JSONValue {
        [
            "second_factor": .bool(needsSecond),
            "phishing_resistant_roles": JSONValue(phishingResistantRoles.map(\.name)),
            "enforced_from": enforcedFrom.wire,
        ]
    }
}

extension OrganisationSettings.Sessions: WireBody, WireEncodable {
    init(fields: inout FieldReader) {
        let standard = OrganisationSettings.Sessions()
        idleMinutes = fields.required(
            "idle_minutes",
            check: OrganisationSettings.outside(
                OrganisationSettings.fewestIdleMinutes...standard.idleMinutes, unit: "minutes"))
        absoluteMinutes = fields.required(
            "absolute_minutes",
            check: OrganisationSettings.outside(
                OrganisationSettings.fewestAbsoluteMinutes...standard.absoluteMinutes, unit: "minutes"))
    }

    var wire: JSONValue {
        ["idle_minutes": idleMinutes.wire, "absolute_minutes": absoluteMinutes.wire]
    }
}

extension SignInMethod: WireValue {
    static var placeholder: SignInMethod { .password }

    init(wire: JSONValue) throws(WireValueError) {
        guard let method = SignInMethod(rawValue: try String(wire: wire)) else {
            throw WireValueError("must be `password`, `recovery_code` or `passkey`")
        }
        self = method
    }
}
