import WireFormat

/// What listens where, as `endpoints.json` in the data directory tells scripts and tests.
struct Endpoints: Sendable, Hashable {
    /// The ports of the services.
    let ports: PortPlan
    /// The process ids, by service.
    let processIDs: [String: Int32]

    /// The address for frontends.
    func publicURL(_ member: Member) -> String { "http://127.0.0.1:\(ports.publicPort(of: member))" }

    /// The address for the other services.
    func internalURL(_ member: Member) -> String { "http://127.0.0.1:\(ports.internalPort(of: member))" }

    /// The file's content.
    var json: JSONValue {
        .object([
            "port_base": .integer(Int64(ports.base)),
            "services": .object(
                Dictionary(
                    uniqueKeysWithValues: Member.allCases.map { member in
                        (
                            member.rawValue,
                            [
                                "public": .string(publicURL(member)), "internal": .string(internalURL(member)),
                                "pid": .integer(Int64(processIDs[member.rawValue] ?? 0)),
                            ] as JSONValue
                        )
                    })),
        ])
    }
}
