import HTTPTypes
import WireFormat

/// The header fields that every answer has.
enum CommonHeaders {
    /// A year, as browsers' preload lists ask for.
    private static let strictTransportSecurity = "max-age=31536000; includeSubDomains"

    static func add(to response: inout HTTPResponse, reply: Reply, requestID: RequestID, sendsHSTS: Bool) {
        response.headerFields[.requestID] = requestID.text
        response.headerFields[.date] = HTTPDate.shared.text(at: .now())
        response.headerFields[.xContentTypeOptions] = "nosniff"
        if response.headerFields[.cacheControl] == nil { response.headerFields[.cacheControl] = "no-store" }
        if sendsHSTS { response.headerFields[.strictTransportSecurity] = strictTransportSecurity }
        // RFC 9110 §8.6: none in an answer that can have no body.
        if reply.status != .noContent, reply.status != .notModified {
            response.headerFields[.contentLength] = String(reply.body.count)
        }
    }
}
