import Foundation
import Mustache
import ServiceKit

/// The templates and what belongs to them, read once at the start. Values are escaped by the templates (`{{…}}`).
struct PageTemplates: Sendable {
    /// A file that pages name.
    struct Asset: Sendable {
        let type: String
        let bytes: [UInt8]
    }

    /// Why the start stops.
    struct Mistake: Error, Sendable, CustomStringConvertible {
        let description: String
    }

    /// What pages name, by the name in the path.
    static let assetTypes = [
        "pages.css": "text/css; charset=utf-8", "passkey.js": "text/javascript; charset=utf-8",
        "icon.svg": "image/svg+xml",
    ]
    private static let parts = ["head", "foot"]

    let assets: [String: Asset]
    private let library: MustacheLibrary

    /// Reads `Templates` and `Assets` in `folder`; a missing or broken one stops the start.
    init(folder: String) throws {
        func file(_ path: String) throws -> Data {
            guard let data = FileManager.default.contents(atPath: folder + "/" + path) else {
                throw Mistake(description: "\(folder)/\(path): is missing beside the executable")
            }
            return data
        }
        var library = MustacheLibrary()
        for name in Page.Template.allCases.map(\.rawValue) + Self.parts {
            let text = String(decoding: try file("Templates/\(name).mustache"), as: UTF8.self)
            try library.register(text, named: name)
        }
        self.library = library
        var assets: [String: Asset] = [:]
        for (name, type) in Self.assetTypes {
            assets[name] = Asset(type: type, bytes: Array(try file("Assets/\(name)")))
        }
        self.assets = assets
    }

    /// A page as an answer. Nobody keeps it, and no other site learns where it was.
    func reply(_ page: Page) -> Reply {
        var fields = page.fields
        fields["title"] = page.title
        if let alert = page.alert { fields["alert"] = alert }
        let html = library.render(fields, withTemplate: page.template.rawValue) ?? ""
        var reply = Reply.text(html, type: "text/html; charset=utf-8", status: page.status)
        for field in page.headers { reply.headers[field.name] = field.value }
        reply.headers[.cacheControl] = "no-store"
        reply.headers[.contentSecurityPolicy] = page.securityPolicy
        reply.headers[.frameOptions] = "DENY"
        // Not `no-referrer`: with it browsers send `Origin: null` from our own forms (Fetch §3.2).
        reply.headers[.referrerPolicy] = "same-origin"
        return reply
    }

    /// Sends the browser elsewhere by GET, whatever it came with (RFC 9700 §4.12).
    static func redirect(to location: String) -> Reply {
        Reply(
            status: .seeOther,
            headers: [.location: location, .cacheControl: "no-store", .referrerPolicy: "same-origin"])
    }
}
