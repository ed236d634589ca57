import WireFormat

/// Somebody signed in with a browser: the cookie's row and the sign-in that it holds now.
struct BrowserSession: Sendable {
    let id: UUIDv7
    let session: SessionRecord
}
