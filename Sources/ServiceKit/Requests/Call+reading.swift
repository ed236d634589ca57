public import WireFormat

extension Call {
    /// The body as JSON: well-formed, bounded in depth, without duplicate members.
    public func json() throws(Problem) -> JSONValue {
        guard case .json(let limit) = bodyRule else { throw .internalError }
        guard !body.isEmpty else { throw .malformedBody("a JSON body is needed") }
        do {
            return try JSONValue.parse(body, limits: JSONLimits(bytes: limit, depth: JSONLimits.standard.depth))
        } catch {
            throw .malformedBody(error.description, pointer: error.pointer)
        }
    }

    /// The body as a value; unknown fields, wrong types and missing fields are a 422 problem with their pointers.
    public func decode<Body: WireBody>(_ type: Body.Type = Body.self) throws(Problem) -> Body {
        let value = try json()
        do {
            return try Body.decode(from: value)
        } catch {
            throw .invalidFields(error.errors)
        }
    }

    /// The body as a form (`application/x-www-form-urlencoded`); no field may stand twice, unknown ones are refused.
    public func form(allowed: Set<String>) throws(Problem) -> [String: String] {
        guard case .form = bodyRule else { throw .internalError }
        var fields: [String: String] = [:]
        for pair in body.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: true) {
            let separator = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            guard let name = PercentEncoding.decode(pair[..<separator], plusIsSpace: true), !name.isEmpty,
                let value = PercentEncoding.decode(pair[separator...].dropFirst(), plusIsSpace: true)
            else { throw .malformedBody("the form is not percent-encoded UTF-8 without NUL") }
            let pointer = JSONPointer.appending(String(name.prefix(64)), to: "")
            guard allowed.contains(name) else { throw .invalidField(pointer, "the field is unknown") }
            guard fields.updateValue(value, forKey: name) == nil else {
                throw .invalidField(pointer, "the field stands twice")
            }
        }
        return fields
    }

    /// A path parameter.
    public func parameter(_ name: String) throws(Problem) -> String {
        guard let value = parameters[name] else { throw .internalError }
        return value
    }

    /// A path parameter that is a UUIDv7. What is not one names nothing, so it is a 404 problem.
    public func uuid(_ name: String) throws(Problem) -> UUIDv7 {
        guard let uuid = UUIDv7(try parameter(name)) else { throw .notFound("`\(name)` is not a UUIDv7 in lower case") }
        return uuid
    }

    /// The version that the caller saw: 428 without `If-Match`, 400 when it is not one strong entity tag.
    public func ifMatch() throws(Problem) -> ETag {
        guard let header = headers[.ifMatch] else { throw .preconditionRequired }
        guard let tag = ETag(header: header) else {
            throw .badRequest("`If-Match` must be one strong entity tag", code: "invalid-if-match")
        }
        return tag
    }

    /// The version that the caller saw, which must be the present one: 428 without `If-Match`, 412 when stale.
    public func ifMatch(current: ETag) throws(Problem) {
        guard try ifMatch() == current else { throw .stale }
    }

    /// The caller's `Idempotency-Key`; nil when absent, a 400 problem when it is not 8 to 128 visible characters.
    public func idempotencyKey() throws(Problem) -> IdempotencyKey? {
        guard let header = headers[.idempotencyKey] else { return nil }
        guard let key = IdempotencyKey(header) else {
            throw .badRequest(
                "`Idempotency-Key` must be 8 to 128 visible ASCII characters", code: "invalid-idempotency-key")
        }
        return key
    }

    /// The caller's `Idempotency-Key`, which must be there.
    public func requiredIdempotencyKey() throws(Problem) -> IdempotencyKey {
        guard let key = try idempotencyKey() else {
            throw .badRequest("`Idempotency-Key` is needed here", code: "idempotency-key-required")
        }
        return key
    }
}
