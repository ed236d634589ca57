import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import WireFormat

/// What a frontend would use: JSON over HTTP with an access token.
struct APIClient: Sendable {
    /// An answer with its body read as JSON where it is.
    struct Answer: Sendable {
        /// HTTP status.
        let status: Int
        /// The header fields, names in lower case.
        let headers: [String: String]
        /// The body; null when it is empty or no JSON.
        let json: JSONValue
        /// The body as it came.
        let bytes: [UInt8]
    }

    /// A body with its media type.
    enum Body: Sendable {
        case json(JSONValue)
        case form([(String, String)])
        case csv([UInt8])
        case raw([UInt8], media: String)
    }

    /// An answer larger than this is not one of ours: a page of 200 employees is about 200 KiB.
    private static let answerLimit = 8 << 20

    /// The connection pool; the caller shuts it down.
    let http: HTTPClient
    /// `User-Agent` of every request.
    let device: String

    /// Sends one request and reads its answer whole.
    ///
    /// - Parameter timeout: until the last byte of the answer.
    func send(
        _ method: HTTPMethod, _ url: String, token: String? = nil, body: Body? = nil,
        headers: [(String, String)] = [], timeout: Duration = .seconds(30)
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = method
        request.headers.add(name: "User-Agent", value: device)
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        switch body {
        case .json(let value):
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: value.bytes()))
        case .form(let fields):
            request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
            let text = fields.map { "\(Self.escaped($0.0))=\(Self.escaped($0.1))" }.joined(separator: "&")
            request.body = .bytes(ByteBuffer(string: text))
        case .csv(let bytes):
            request.headers.add(name: "Content-Type", value: "text/csv")
            request.body = .bytes(ByteBuffer(bytes: bytes))
        case .raw(let bytes, let media):
            request.headers.add(name: "Content-Type", value: media)
            request.body = .bytes(ByteBuffer(bytes: bytes))
        case nil: break
        }
        let (seconds, attoseconds) = timeout.components
        let response = try await http.execute(
            request, timeout: .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000))
        let bytes = Array(try await response.body.collect(upTo: Self.answerLimit).readableBytesView)
        let named = response.headers.map { ($0.name.lowercased(), $0.value) }
        return Answer(
            status: Int(response.status.code), headers: Dictionary(named, uniquingKeysWith: { first, _ in first }),
            json: (try? JSONValue.parse(bytes, limits: JSONLimits(bytes: Self.answerLimit, depth: 32))) ?? .null,
            bytes: bytes)
    }

    /// The items of a list, all pages of it.
    func everything(_ url: String, token: String) async throws -> [JSONValue] {
        var items: [JSONValue] = []
        var cursor: String?
        repeat {
            let next = cursor.map { "&cursor=" + Self.escaped($0) } ?? ""
            let page = try await send(.GET, "\(url)?limit=200\(next)", token: token).with(status: 200).json
            items += page["items"]?.array ?? []
            cursor = page["next_cursor"]?.string
        } while cursor != nil
        return items
    }

    /// RFC 3986's unreserved characters stand for themselves.
    static func escaped(_ text: String) -> String {
        text.utf8.reduce(into: "") { escaped, byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                escaped.unicodeScalars.append(Unicode.Scalar(byte))
            default: escaped += "%" + Hex.encode([byte]).uppercased()
            }
        }
    }
}
