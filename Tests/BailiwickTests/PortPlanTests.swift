import Glibc
import Testing

@testable import Bailiwick

@Suite("Ports of an installation")
struct PortPlanTests {
    @Test("are the contract's when nothing else is asked for")
    func contract() {
        let plan = PortPlan.standard
        #expect(Member.allCases.map(plan.publicPort) == [7001, 7002, 7003, 7004])
        #expect(Member.allCases.map(plan.internalPort) == [7101, 7102, 7103, 7104])
    }

    @Test("a free plan holds no port that somebody listens on")
    func free() throws {
        let plan = try PortPlan.free()
        #expect(plan.allPorts.count == 8)
        #expect(plan.allPorts.allSatisfy(PortPlan.isFree))

        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length)
                listen(descriptor, 1)
                getsockname(descriptor, generic, &length)
                return Int(in_port_t(bigEndian: pointer.pointee.sin_port))
            }
        }
        #expect(port > 0)
        #expect(!PortPlan.isFree(port))
    }
}
