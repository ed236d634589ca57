public import WireFormat

/// How a `Database` connects and what it may use.
public struct DatabaseConfiguration: Sendable {
    /// `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=…` or `key=value` pairs, as libpq reads them. A Unix socket
    /// is `postgres://USER:PASSWORD@/DATABASE?host=/directory`. Beyond loopback and Unix sockets `sslmode` must be
    /// `require`, `verify-ca` or `verify-full` (the default there).
    public var url: Redacted<String>
    /// How many connections the pool opens at most; each has a thread of its own and a process of the server.
    public var poolSize: Int
    /// How many tasks may wait for a connection; one more is refused at once, so a queue cannot grow without end.
    public var waitLimit: Int
    /// How long a task waits for a connection before it is refused.
    public var acquireTimeout: Duration
    /// How long one attempt to connect may take.
    public var connectTimeout: Duration
    /// What the server allows one statement; zero for no limit.
    public var statementTimeout: Duration
    /// What the server allows a transaction to sit idle before it ends the session; zero for no limit.
    public var idleInTransactionTimeout: Duration
    /// What the server allows a statement to wait for a lock; zero for no limit of its own.
    public var lockTimeout: Duration
    /// A connection older than this is replaced, so that a failover or a rebalancing is taken up.
    public var maximumConnectionAge: Duration
    /// How many prepared statements a connection keeps, the least recently used going first.
    public var statementCacheSize: Int
    /// What `pg_stat_activity` shows, and the pool's name in metrics.
    public var applicationName: String
    /// The schema to search; nil leaves the role's own setting, which is right for the services.
    public var schema: String?

    /// With the defaults below; each can be changed afterwards.
    public init(url: Redacted<String>, applicationName: String = "bailiwick", poolSize: Int = 8) {
        self.url = url
        self.applicationName = applicationName
        self.poolSize = poolSize
        // 64 waiters a connection: at 1 ms a statement the last one waits about 64 ms, far inside the timeout.
        self.waitLimit = 64 * poolSize
        self.acquireTimeout = .seconds(2)
        self.connectTimeout = .seconds(3)
        self.statementTimeout = .seconds(5)
        self.idleInTransactionTimeout = .seconds(10)
        self.lockTimeout = .zero
        self.maximumConnectionAge = .seconds(3600)
        self.statementCacheSize = 256
        self.schema = nil
    }

    /// Checks the URL without connecting; throws a `PostgresError` of code `configuration`.
    public func validate() throws { _ = try parameters() }

    /// The same configuration for another database of the same server.
    public func database(_ name: String) throws -> DatabaseConfiguration {
        var copy = self
        copy.databaseName = name
        return copy
    }

    private var databaseName: String?

    func parameters() throws -> ConnectionParameters {
        var parameters = try ConnectionParameters(url: url.reveal())
        if let databaseName { parameters = parameters.with(database: databaseName) }
        parameters.setDefault("application_name", applicationName)
        // A server that went away without a word is noticed within about 25 s of silence.
        parameters.setDefault("keepalives_idle", "10")
        parameters.setDefault("keepalives_interval", "5")
        parameters.setDefault("keepalives_count", "3")
        return parameters
    }

    /// Session settings by name, in PostgreSQL's spelling.
    var settings: [(name: String, value: String)] {
        var settings = [
            ("statement_timeout", Self.milliseconds(statementTimeout)),
            ("idle_in_transaction_session_timeout", Self.milliseconds(idleInTransactionTimeout)),
            ("lock_timeout", Self.milliseconds(lockTimeout)),
            // Compilation pays for reports of seconds, not for statements of microseconds.
            ("jit", "off"),
            // Every statement narrows by tenant and key, so one plan serves all values; planning anew costs more than
            // running.
            ("plan_cache_mode", "force_generic_plan"),
        ]
        if let schema { settings.append(("search_path", schema)) }
        return settings.map { (name: $0.0, value: $0.1) }
    }

    private static func milliseconds(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        return String(seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    }
}
