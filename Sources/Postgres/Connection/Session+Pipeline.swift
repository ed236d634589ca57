import CLibPQ
import SQLQuery

extension Session {
    /// libpq ends the results of a statement with a null; more of them in a row mean that it waits for nothing.
    private static let toleratedSilences = 3

    /// What the answers to a pipeline are, in order.
    private enum Expected {
        case deallocation
        case preparation(text: String)
        case execution(text: String)
    }

    /// Sends all statements in one go, ended by one synchronisation point, and returns their results in order: one
    /// round trip. Outside an explicit transaction the server runs them as one transaction that the synchronisation
    /// point ends: it cannot be left open.
    ///
    /// A statement whose plan became invalid through a change of the schema is prepared anew and the pipeline run once
    /// more, if the failure undid everything.
    @discardableResult
    func run(_ statements: [Statement], cancellable: Bool) throws -> [ResultSet] {
        let wasIdle = transactionStatus == .idle
        do {
            return try runOnce(statements, cancellable: cancellable)
        } catch let failure as StalePlan {
            guard wasIdle, transactionStatus == .idle else { throw failure.error }
            do {
                return try runOnce(statements, cancellable: cancellable)
            } catch let failure as StalePlan {
                throw failure.error
            }
        }
    }

    private func runOnce(_ statements: [Statement], cancellable: Bool) throws -> [ResultSet] {
        if isBroken { throw lost("it broke earlier") }
        let started = ContinuousClock.now
        let expected = try send(statements)
        var cancel = Cancellation(isAllowed: cancellable)
        var results: [ResultSet] = []
        results.reserveCapacity(statements.count)
        let failure = try receive(expected, into: &results, until: patience.map { started + $0 }, cancel: &cancel)
        if cancel.wasSent { try settle() }
        guard let failure else { return results }
        if failure.sqlState == "57014", cancel.wasSent { throw CancellationError() }
        if failure.isStalePlan { throw StalePlan(error: failure.error(afterTimeout: false)) }
        let ranOut = statementTimeout > .zero && ContinuousClock.now - started >= statementTimeout
        throw failure.error(afterTimeout: ranOut)
    }

    // MARK: - Sending

    private func send(_ list: [Statement]) throws -> [Expected] {
        var expected: [Expected] = []
        // Before anything is sent: a value that cannot be sent must not leave half a pipeline behind.
        let parameters = try list.map { try EncodedParameters($0.binds) }
        // An aborted transaction refuses DEALLOCATE like everything else, so it waits for a quiet moment.
        if transactionStatus == .idle {
            for name in statements.abandoned {
                // A name of our own making, `s` and a number.
                try check(PQsendQueryParams(handle, "DEALLOCATE \(name)", 0, nil, nil, nil, nil, 0))
                expected.append(.deallocation)
            }
            statements.deallocated()
        }
        for (statement, parameters) in zip(list, parameters) {
            let types = statement.binds.map(EncodedParameters.type)
            let prepared: StatementCache.Prepared
            if let found = statements.find(statement.text, types: types) {
                prepared = found
            } else {
                prepared = statements.add(statement.text, types: types)
                let oids = prepared.types.map(\.rawValue)
                try check(PQsendPrepare(handle, prepared.name, statement.text, Int32(oids.count), oids))
                expected.append(.preparation(text: statement.text))
            }
            try execute(prepared, parameters)
            expected.append(.execution(text: statement.text))
        }
        try check(PQpipelineSync(handle))
        return expected
    }

    private func execute(_ prepared: StatementCache.Prepared, _ parameters: EncodedParameters) throws {
        let status = parameters.bytes.withUnsafeBufferPointer { bytes in
            let base = UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
            let values: [UnsafePointer<CChar>?] = parameters.offsets.map { offset in
                offset.flatMap { base?.advanced(by: $0) }
            }
            let binary: Int32 = 1
            return PQsendQueryPrepared(
                handle, prepared.name, Int32(values.count), values, parameters.lengths, parameters.formats, binary)
        }
        try check(status)
    }

    private func check(_ status: Int32) throws {
        // The statements before this one are in libpq's buffer and may be on their way: the connection is of no use.
        if status != 1 { throw lost("a statement could not be sent") }
    }

    // MARK: - Receiving

    /// Reads every answer up to the synchronisation point, so that the connection is in step whatever happened.
    private func receive(
        _ expected: [Expected], into results: inout [ResultSet], until deadline: ContinuousClock.Instant?,
        cancel: inout Cancellation
    ) throws -> ServerFailure? {
        var failure: ServerFailure?
        for step in expected {
            while let result = try nextResult(until: deadline, cancel: &cancel) {
                switch PQresultStatus(result) {
                case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
                    if case .execution = step { results.append(ResultSet(result)) } else { PQclear(result) }
                case PGRES_PIPELINE_ABORTED:
                    if case .preparation(let text) = step { statements.forget(text) }
                    PQclear(result)
                default:
                    let found = ServerFailure(result)
                    PQclear(result)
                    failure = failure ?? found
                    forget(step, after: found)
                }
            }
            if PQstatus(handle) != CONNECTION_OK { throw broken(failure) }
        }
        // The synchronisation point. Deferred constraints speak here, as an error of the implicit commit.
        var silences = 0
        while true {
            guard let result = try nextResult(until: deadline, cancel: &cancel) else {
                silences += 1
                if PQstatus(handle) != CONNECTION_OK || silences > Self.toleratedSilences { throw broken(failure) }
                continue
            }
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_PIPELINE_SYNC: return failure
            case PGRES_FATAL_ERROR: failure = failure ?? ServerFailure(result)
            default: throw lost("an answer came out of turn")
            }
            if PQstatus(handle) != CONNECTION_OK { throw broken(failure) }
        }
    }

    private func nextResult(
        until deadline: ContinuousClock.Instant?, cancel: inout Cancellation
    ) throws -> OpaquePointer? {
        while PQisBusy(handle) == 1 { try awaitInput(until: deadline, cancel: &cancel) }
        return PQgetResult(handle)
    }

    private func forget(_ step: Expected, after failure: ServerFailure) {
        if failure.sqlState == "26000" { return statements.forgetAll() }
        switch step {
        case .deallocation: break
        case .preparation(let text): statements.forget(text)
        case .execution(let text): if failure.isStalePlan { statements.abandon(text) }
        }
    }

    /// The error of a connection that broke: the server's last words when it had any.
    private func broken(_ failure: ServerFailure?) -> any Error {
        let lost = lost("the server closed it")
        guard let failure, failure.sqlState != nil else { return lost }
        return failure.error(afterTimeout: false)
    }

    /// One empty round trip. After `PQcancel` has returned, the signal is on the server's process; a statement that is
    /// sent now cannot be hit by it, because the process takes the signal before it reads on, and ignores it while idle.
    private func settle() throws {
        try check(PQpipelineSync(handle))
        var none = Cancellation(isAllowed: false)
        var results: [ResultSet] = []
        let deadline = patience.map { ContinuousClock.now + $0 }
        _ = try receive([], into: &results, until: deadline, cancel: &none)
    }
}

/// A plan that a change of the schema made invalid, or a statement that the server no longer holds.
private struct StalePlan: Error {
    let error: PostgresError
}
