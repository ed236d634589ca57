import HTTPTypes

/// The routes of one listener. Tests enumerate ``routes``; the dispatcher matches against it.
public struct RouteTable: Sendable {
    /// A longer path is nobody's: the longest pattern and its identifiers stay far below.
    static let maximumSegments = 16

    /// All routes, in the order in which they were given.
    public let routes: [Route]
    private let root: Node

    /// A mistake in the routes themselves, found at the start.
    public struct Mistake: Error, Sendable, CustomStringConvertible {
        /// What is wrong, and with which route.
        public let description: String
    }

    /// Builds the table; two routes of the same method and shape, and broken patterns, are mistakes.
    public init(_ routes: [Route]) throws(Mistake) {
        self.routes = routes
        var root = Node()
        for (index, route) in routes.enumerated() {
            guard route.path.first == "/" else { throw Mistake(description: "route `\(route.name)` must begin with /") }
            let segments = Self.split(route.path)
            guard segments.count <= Self.maximumSegments else {
                throw Mistake(description: "route `\(route.name)` has too many segments")
            }
            guard root.insert(segments[...], method: route.method, index: index) else {
                throw Mistake(description: "route `\(route.name)` stands twice, or its parameters clash with another's")
            }
        }
        self.root = root
    }

    /// What a request's method and path lead to.
    enum Match {
        case route(Route, parameters: [String: String])
        case methodNotAllowed(allowed: [HTTPRequest.Method])
        case undecodable
        case nothing
    }

    func match(_ method: HTTPRequest.Method, _ path: Substring) -> Match {
        guard path.utf8.first == UInt8(ascii: "/") else { return .nothing }
        let segments = Self.split(path)
        guard segments.count <= Self.maximumSegments else { return .nothing }
        var captured: [Substring] = []
        guard let node = root.find(segments[...], &captured) else { return .nothing }
        guard let entry = node.entries.first(where: { $0.method == method }) else {
            return .methodNotAllowed(allowed: node.entries.map(\.method))
        }
        if captured.isEmpty { return .route(routes[entry.index], parameters: [:]) }
        var parameters: [String: String] = [:]
        for (name, value) in zip(entry.names, captured) {
            guard let decoded = PercentEncoding.decode(value.utf8, plusIsSpace: false) else { return .undecodable }
            parameters[name] = decoded
        }
        return .route(routes[entry.index], parameters: parameters)
    }

    private static func split(_ path: some StringProtocol) -> [Substring] {
        // INVARIANT: the path begins with `/`, so the first piece is empty and is dropped; `/a/` has an empty last
        // segment and is another path than `/a`.
        Substring(path).split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { $0 }
    }
}

extension RouteTable {
    /// A node of the tree of segments. Literal segments win over parameters.
    struct Node: Sendable {
        struct Entry: Sendable {
            let method: HTTPRequest.Method
            let index: Int
            let names: [String]
        }

        private var literals: [Substring: Node] = [:]
        private var parameter: [Node] = []  // none or one; an array because a struct cannot hold itself
        private(set) var entries: [Entry] = []

        mutating func insert(
            _ segments: ArraySlice<Substring>, method: HTTPRequest.Method, index: Int, names: [String] = []
        ) -> Bool {
            guard let segment = segments.first else {
                guard !entries.contains(where: { $0.method == method }) else { return false }
                entries.append(Entry(method: method, index: index, names: names))
                return true
            }
            if segment.first == "{" {
                guard segment.last == "}", segment.count > 2 else { return false }
                let name = String(segment.dropFirst().dropLast())
                guard !names.contains(name) else { return false }
                if parameter.isEmpty { parameter = [Node()] }
                return parameter[0].insert(segments.dropFirst(), method: method, index: index, names: names + [name])
            }
            return literals[segment, default: Node()]
                .insert(segments.dropFirst(), method: method, index: index, names: names)
        }

        func find(_ segments: ArraySlice<Substring>, _ captured: inout [Substring]) -> Node? {
            guard let segment = segments.first else { return entries.isEmpty ? nil : self }
            if let next = literals[segment], let found = next.find(segments.dropFirst(), &captured) { return found }
            guard let next = parameter.first, !segment.isEmpty else { return nil }
            captured.append(segment)
            if let found = next.find(segments.dropFirst(), &captured) { return found }
            captured.removeLast()
            return nil
        }
    }
}
