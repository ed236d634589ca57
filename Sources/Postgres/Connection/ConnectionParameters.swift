import CLibPQ
import Glibc
import WireFormat

/// What libpq is told, checked: complete without the process's environment, and never a plain connection to another
/// machine.
struct ConnectionParameters: Sendable {
    /// libpq's keywords; `password` among them, so it is never printed.
    private var values: [String: String]

    /// Encryption modes under which nobody on the way can read; `prefer` and `allow` fall back to plain text.
    private static let encryptedModes: Set<String> = ["require", "verify-ca", "verify-full"]

    /// Parses a URL or a list of `key=value`.
    init(url: String) throws {
        var failure: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url, &failure) else {
            // libpq's message may repeat the offending part of the URL, and that can be the password.
            PQfreemem(failure)
            throw PostgresError(
                .configuration,
                "the database URL cannot be read; write postgres://USER:PASSWORD@HOST:PORT/DATABASE or key=value pairs")
        }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        self.values = values
        try complete()
    }

    private mutating func complete() throws {
        for (keyword, what) in [("dbname", "database"), ("user", "user")] where (values[keyword] ?? "").isEmpty {
            throw PostgresError(.configuration, "the database URL names no \(what)")
        }
        // Every keyword that libpq would otherwise take from PG… variables.
        values["host"] = values["host"] ?? "/var/run/postgresql"
        values["port"] = values["port"] ?? "5432"
        values["sslmode"] = values["sslmode"] ?? (isLocal ? "prefer" : "verify-full")
        values["gssencmode"] = "disable"
        values["client_encoding"] = "UTF8"
        if !isLocal, !Self.encryptedModes.contains(values["sslmode"] ?? "") {
            throw PostgresError(
                .configuration,
                "the database at \(place) is on another machine, so sslmode must be require, verify-ca or verify-full")
        }
        if values["sslmode"] == "verify-full", values["sslrootcert"] == nil {
            values["sslrootcert"] = "/etc/ssl/certs/ca-certificates.crt"
        }
    }

    /// Whether every host is a Unix socket or loopback.
    var isLocal: Bool {
        let named = (values["host"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
        let addresses = (values["hostaddr"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
        return (named + addresses).allSatisfy { host in
            host.isEmpty || host.hasPrefix("/") || host.hasPrefix("@") || host == "localhost" || host == "::1"
                || Self.isLoopbackV4(host)
        }
    }

    /// `127.x.y.z` in numbers: a name such as `127.example.org` is another machine.
    private static func isLoopbackV4(_ host: Substring) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// Where the server is, for messages.
    var place: String { "\(values["host"] ?? ""):\(values["port"] ?? "")" }
    /// The user, for messages.
    var user: String { values["user"] ?? "" }
    /// The database, for messages.
    var database: String { values["dbname"] ?? "" }
    /// The password, for taking it out of messages.
    var password: Redacted<String>? { values["password"].map(Redacted.init) }

    /// The same server and user, another database.
    func with(database: String) -> ConnectionParameters {
        var copy = self
        copy.values["dbname"] = database
        return copy
    }

    /// Sets a keyword unless the URL did.
    mutating func setDefault(_ keyword: String, _ value: String) { values[keyword] = values[keyword] ?? value }

    /// Begins a connection without waiting for it; nil when libpq has no memory.
    func start() -> OpaquePointer? {
        let ordered = values.map { (strdup($0.key), strdup($0.value)) }
        defer {
            for (keyword, value) in ordered {
                free(keyword)
                free(value)
            }
        }
        let keywords = ordered.map { UnsafePointer($0.0) } + [nil]
        let contents = ordered.map { UnsafePointer($0.1) } + [nil]
        // 0: the database's name is only a name and is not parsed as another URL.
        return PQconnectStartParams(keywords, contents, 0)
    }
}
