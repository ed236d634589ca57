import Glibc

/// Which port each listener of an installation has: the services' public ones from `base + 1`, their internal ones
/// from `base + 101`, in the order of `Member.allCases`.
struct PortPlan: Sendable, Hashable {
    /// The first of the hundred and five ports that an installation keeps.
    let base: Int

    /// The contract's ports, 7001 to 7004 and 7101 to 7104.
    static let standard = PortPlan(base: 7000)

    /// So many ports from `base` on belong to one installation.
    private static let span = 105

    /// Attempts at finding a free range: each fails only when somebody else holds one of eight ports.
    private static let attempts = 200

    /// The plan that starts at `base`.
    init(base: Int) { self.base = base }

    /// A plan whose ports are all free now. Another program may take one before we do; then the service that needs
    /// it says so and stops.
    static func free() throws -> PortPlan {
        for _ in 0..<attempts {
            let plan = PortPlan(base: Int.random(in: 100...300) * 100)
            if plan.allPorts.allSatisfy(isFree) { return plan }
        }
        throw CommandFailure("no free range of \(span) ports between 10000 and 30100")
    }

    /// The port for frontends and other companies.
    func publicPort(of member: Member) -> Int { base + 1 + member.position }

    /// The port for the other services.
    func internalPort(of member: Member) -> Int { base + 101 + member.position }

    /// Every port of the plan.
    var allPorts: [Int] { Member.allCases.flatMap { [publicPort(of: $0), internalPort(of: $0)] } }

    /// Whether a listener on 127.0.0.1 could have the port now.
    static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var reuse: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
