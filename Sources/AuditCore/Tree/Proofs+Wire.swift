public import WireFormat

/// Hashes that one proof may have: a path in a tree of 2^64 leaves has no more.
private let mostHashes = 128

extension InclusionProof: WireBody, WireEncodable {
    /// Reads `{"index", "size", "path": ["hex", …]}`.
    public init(fields: inout FieldReader) {
        let index = fields.required("index", Int64.self, check: sizeComplaint)
        let size = fields.required("size", Int64.self, check: sizeComplaint)
        self.init(
            index: UInt64(clamping: index), size: UInt64(clamping: size),
            path: fields.required("path", [TreeHash].self, check: pathComplaint))
    }

    /// `{"index", "size", "path": ["hex", …]}`.
    public var wire: JSONValue {
        ["index": .integer(Int64(clamping: index)), "size": .integer(Int64(clamping: size)), "path": path.wire]
    }
}

extension ConsistencyProof: WireBody, WireEncodable {
    /// Reads `{"from", "to", "path": ["hex", …]}`.
    public init(fields: inout FieldReader) {
        let from = fields.required("from", Int64.self, check: sizeComplaint)
        let to = fields.required("to", Int64.self, check: sizeComplaint)
        self.init(
            from: UInt64(clamping: from), to: UInt64(clamping: to),
            path: fields.required("path", [TreeHash].self, check: pathComplaint))
    }

    /// `{"from", "to", "path": ["hex", …]}`.
    public var wire: JSONValue {
        ["from": .integer(Int64(clamping: from)), "to": .integer(Int64(clamping: to)), "path": path.wire]
    }
}

extension TreeHash: WireEncodable {
    /// 64 lower-case hexadecimal digits.
    public var wire: JSONValue { .string(hex) }
}

private func sizeComplaint(_ number: Int64) -> String? {
    number < 0 ? "must not be negative" : nil
}

private func pathComplaint(_ path: [TreeHash]) -> String? {
    path.count > mostHashes ? "has more than \(mostHashes) hashes" : nil
}
