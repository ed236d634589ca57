public import MarkedYAML
public import PolicyCore

/// A test suite: what policies must answer.
public struct PolicySuite: Sendable {
    /// Its name.
    public let name: String
    /// The file that it was read from.
    public let path: String
    /// Every request with its answer, matrices written out.
    public let cases: [SuiteCase]
    /// Who asks, by name, in the order of the file.
    public let subjects: [(name: String, subject: Subject)]
    /// What is asked about, by name, in the order of the file.
    public let resources: [(name: String, resource: Resource)]
}

/// One request with the answer that it must have.
public struct SuiteCase: Sendable {
    /// What must hold, in words; of a matrix with subject, action and resource.
    public let name: String
    /// The file that it was read from.
    public let path: String
    /// Where it stands; of a matrix the place of this answer.
    public let mark: Mark
    /// The name of the subject.
    public let subject: String
    /// The name of the resource.
    public let resource: String
    /// The request.
    public let request: DecisionRequest
    /// What must come out.
    public let expected: Expectation
}

/// What an answer must be. Nil stands for anything.
public struct Expectation: Sendable, Hashable {
    /// Whether it is allowed.
    public var isAllowed: Bool
    /// The scope of the answer.
    public var scope: Scope?
    /// The rule that decides.
    public var rule: String?
    /// Why not.
    public var reason: Reason?
    /// The field classes that may be read, sorted.
    public var readable: [String]?
    /// The field classes that may be written, sorted.
    public var writable: [String]?
    /// The ids of the answer's obligations, sorted.
    public var obligations: [String]?

    /// A yes or a no.
    public init(isAllowed: Bool) { self.isAllowed = isAllowed }
}

/// Everything that is wrong with test suites, in reading order; never empty.
public struct SuiteLoadErrors: Error, Sendable, Hashable, CustomStringConvertible {
    /// The errors, by path and place.
    public let errors: [PlacedError]

    init(_ errors: [PlacedError]) { self.errors = errors.sorted(by: PlacedError.inReadingOrder) }

    /// One error a line.
    public var description: String { errors.map(\.description).joined(separator: "\n") }
}

extension PolicySuite {
    /// Reads the suites among the files of a directory of policies; files of other kinds are passed over.
    ///
    /// What a suite names must be known to the bundle: a slip in a role or an attribute would make every expected deny
    /// come true.
    /// - Throws: Everything that is wrong, in reading order.
    public static func load(files: [PolicyFile], for bundle: PolicyBundle) throws(SuiteLoadErrors) -> [PolicySuite] {
        var suites: [PolicySuite] = []
        var errors: [PlacedError] = []
        for file in files.sorted(by: { $0.path < $1.path }) {
            do throws(PlacedError) {
                let node = try YAMLNode.parse(file.bytes, path: file.path)
                guard node["tests"] != nil else { continue }
                var reader = SuiteReader(path: file.path, bundle: bundle)
                if let suite = reader.read(node) { suites.append(suite) }
                errors += reader.log.errors
            } catch {
                errors.append(error)
            }
        }
        guard errors.isEmpty else { throw SuiteLoadErrors(errors) }
        return suites
    }
}
