/// The network extension: internet addresses and networks.
enum NetworkFunctions {
    static let all: [FunctionDeclaration] = addresses + networks

    private static let addresses: [FunctionDeclaration] = [
        .unary("ip", [.global(.string, returns: .ip), .member(.cidr, returns: .ip)]) {
            (a, _) throws(EvaluationError) in
            switch a {
            case .string(let text): return .ip(try IPAddress(parsing: text))
            case .cidr(let network): return .ip(network.address)
            default: return nil
            }
        },
        .unary("isIP", [.global(.string, returns: .bool)]) { (a, _) throws(EvaluationError) in
            guard case .string(let text) = a else { return nil }
            return .bool(IPAddress(strict: text) != nil)
        },
        .unary("ip.isCanonical", [.global(.string, returns: .bool)]) { (a, _) throws(EvaluationError) in
            guard case .string(let text) = a else { return nil }
            return .bool(try IPAddress(parsing: text).text.hasSameCodePoints(as: text))
        },
        .unary("family", [.member(.ip, returns: .int)]) { (a, _) throws(EvaluationError) in
            guard case .ip(let address) = a else { return nil }
            return .int(address.family.rawValue)
        },
        test("isUnspecified") { $0.isUnspecified },
        test("isLoopback") { $0.isLoopback },
        test("isGlobalUnicast") { $0.isGlobalUnicast },
        test("isLinkLocalMulticast") { $0.isLinkLocalMulticast },
        test("isLinkLocalUnicast") { $0.isLinkLocalUnicast },
    ]

    private static let networks: [FunctionDeclaration] = [
        .unary("cidr", [.global(.string, returns: .cidr)]) { (a, _) throws(EvaluationError) in
            guard case .string(let text) = a else { return nil }
            return .cidr(try IPNetwork(parsing: text))
        },
        .unary("isCIDR", [.global(.string, returns: .bool)]) { (a, _) throws(EvaluationError) in
            guard case .string(let text) = a else { return nil }
            return .bool(IPNetwork(strict: text) != nil)
        },
        .binary(
            "containsIP", [.member(.cidr, .ip, returns: .bool), .member(.cidr, .string, returns: .bool)]
        ) { (a, b, _) throws(EvaluationError) in
            switch (a, b) {
            case (.cidr(let network), .ip(let address)): return .bool(network.contains(address))
            case (.cidr(let network), .string(let text)): return .bool(network.contains(try IPAddress(parsing: text)))
            default: return nil
            }
        },
        .binary(
            "containsCIDR", [.member(.cidr, .cidr, returns: .bool), .member(.cidr, .string, returns: .bool)]
        ) { (a, b, _) throws(EvaluationError) in
            switch (a, b) {
            case (.cidr(let network), .cidr(let other)): return .bool(network.contains(other))
            case (.cidr(let network), .string(let text)): return .bool(network.contains(try IPNetwork(parsing: text)))
            default: return nil
            }
        },
        .unary("prefixLength", [.member(.cidr, returns: .int)]) { (a, _) throws(EvaluationError) in
            guard case .cidr(let network) = a else { return nil }
            return .int(Int64(network.prefixLength))
        },
        .unary("masked", [.member(.cidr, returns: .cidr)]) { (a, _) throws(EvaluationError) in
            guard case .cidr(let network) = a else { return nil }
            return .cidr(network.masked)
        },
    ]

    private static func test(_ name: String, _ holds: @escaping @Sendable (IPAddress) -> Bool) -> FunctionDeclaration {
        .unary(name, [.member(.ip, returns: .bool)]) { (a, _) throws(EvaluationError) in
            guard case .ip(let address) = a else { return nil }
            return .bool(holds(address))
        }
    }
}
