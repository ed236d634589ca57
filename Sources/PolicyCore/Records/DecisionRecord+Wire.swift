public import WireFormat

extension DecisionRecord: WireEncodable {
    /// The version of the shape.
    static let version: Int64 = 1

    /// `{"version", "revision", "engine", "time_zones", "request", "read", "sealed", "decision"}`; `request` as
    /// `DecisionRequest(json:)` reads it, `decision` as AuthZEN answers it. Its canonical text is the same whenever and
    /// wherever the record is made.
    public var wire: JSONValue {
        [
            "version": .integer(Self.version), "revision": .string(revision), "engine": .string(engineVersion),
            "time_zones": .string(timeZones), "request": request.wire, "read": JSONValue(read),
            "sealed": JSONValue(sealed), "decision": decision.wire,
        ]
    }

    /// Reads the object.
    /// - Throws: For anything that this version does not know.
    public init(wire: JSONValue) throws(WireShapeError) {
        let members = try WireMembers(
            wire, of: "record",
            allowed: ["version", "revision", "engine", "time_zones", "request", "read", "sealed", "decision"])
        guard members["version"]?.integer == Self.version else { throw WireShapeError("record has an unknown version") }
        let asked = try members.value("request").bytes()
        let request: DecisionRequest
        do throws(JSONParseError) {
            request = try DecisionRequest(json: asked)
        } catch {
            throw WireShapeError("`request` of record: \(error)")
        }
        self.init(
            revision: try members.string("revision"), engineVersion: try members.string("engine"),
            timeZones: try members.string("time_zones"), request: request, read: try members.strings("read"),
            sealed: try members.strings("sealed"), decision: try Decision(wire: try members.value("decision")))
    }
}
