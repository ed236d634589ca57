import CLibPQ

extension Session {
    /// Runs statements by the simple protocol, several in one text. Only for text of our own files.
    func script(_ text: String) throws {
        if isBroken { throw lost("it broke earlier") }
        guard PQexitPipelineMode(handle) == 1 else { throw lost("it is in the middle of something") }
        defer { _ = PQenterPipelineMode(handle) }
        guard PQsendQuery(handle, text) == 1 else { throw lost("a script could not be sent") }
        var failure: ServerFailure?
        var cancel = Cancellation(isAllowed: false)
        while true {
            while PQisBusy(handle) == 1 { try awaitInput(until: nil, cancel: &cancel) }
            guard let result = PQgetResult(handle) else { break }
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: continue
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                throw lost("COPY with the client is not supported in a script")
            default: failure = failure ?? ServerFailure(result)
            }
        }
        guard PQstatus(handle) == CONNECTION_OK else { throw lost("the server closed it") }
        if let failure { throw failure.error(afterTimeout: false) }
    }
}
