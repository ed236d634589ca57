import CLibPQ
import Glibc

extension Session {
    /// Connects, waiting no longer than `timeout`.
    static func connect(_ parameters: ConnectionParameters, timeout: Duration) throws -> OpaquePointer {
        guard let handle = parameters.start() else {
            throw PostgresError(.insufficientResources, "no memory for another database connection")
        }
        do {
            try finishConnecting(handle, parameters, deadline: .now + timeout)
            return handle
        } catch {
            PQfinish(handle)
            throw error
        }
    }

    private static func finishConnecting(
        _ handle: OpaquePointer, _ parameters: ConnectionParameters, deadline: ContinuousClock.Instant
    ) throws {
        var waitsFor = Int16(POLLOUT)
        if PQstatus(handle) == CONNECTION_BAD { throw connectFailure(handle, parameters) }
        while true {
            let left = (deadline - ContinuousClock.now).components
            let milliseconds = left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000
            guard milliseconds > 0 else {
                throw PostgresError(
                    .unavailable, "\(Self.subject(parameters)): no answer in time")
            }
            var event = pollfd(fd: PQsocket(handle), events: waitsFor, revents: 0)
            let ready = poll(&event, 1, Int32(clamping: milliseconds))
            if ready == 0 || (ready < 0 && errno == EINTR) { continue }
            switch PQconnectPoll(handle) {
            case PGRES_POLLING_OK: return
            case PGRES_POLLING_READING: waitsFor = Int16(POLLIN)
            case PGRES_POLLING_WRITING: waitsFor = Int16(POLLOUT)
            default: throw connectFailure(handle, parameters)
            }
        }
    }

    private static func subject(_ parameters: ConnectionParameters) -> String {
        "cannot connect to database `\(parameters.database)` as `\(parameters.user)` at \(parameters.place)"
    }

    /// libpq keeps no SQLSTATE of a failed connection, so the words decide; words in another language are taken for
    /// an outage, which is tried again.
    private static func connectFailure(_ handle: OpaquePointer, _ parameters: ConnectionParameters) -> PostgresError {
        let text = String(cString: PQerrorMessage(handle))
        let lines = text.split(separator: "\n").map { line -> Substring in
            guard let fatal = line.firstRange(of: "FATAL:  ") else {
                guard let failed = line.firstRange(of: " failed: ") else { return line }
                return line[failed.upperBound...]
            }
            return line[fatal.upperBound...]
        }
        // The hint on the second line ("Is the server running …?") says nothing to somebody who has the first.
        let cause = lines.first { !$0.hasPrefix("\t") } ?? "no reason given"
        let code: PostgresError.Code =
            if cause.contains("password authentication failed") || cause.contains("no password supplied")
                || cause.contains("no pg_hba.conf entry")
                || (cause.hasPrefix("role ") && cause.hasSuffix("does not exist"))
                || cause.contains("is not permitted to log in") || cause.contains("authentication failed")
            {
                .authenticationFailed
            } else if cause.hasPrefix("database ") && cause.hasSuffix("does not exist") {
                .databaseMissing
            } else if cause.contains("permission denied for database") {
                .insufficientPrivilege
            } else if cause.contains("SSL") || cause.contains("certificate") {
                .configuration
            } else {
                .unavailable
            }
        return PostgresError(code, "\(subject(parameters)): \(cause)")
    }
}
