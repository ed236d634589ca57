import Foundation
import WireFormat

/// The mails of an installation without a mail server: files of the directory `mail`, read as their addressees would.
struct MailFolder: Sendable {
    /// The service sends within a second; a machine under load takes longer.
    static let patience = Duration.seconds(30)
    /// Between two looks.
    private static let pause = Duration.milliseconds(50)

    /// Where the files are.
    let path: String

    /// The token of the newest link to `page` that was mailed to `email`, waited for.
    ///
    /// - Parameter former: a token that was read before and is not meant.
    func token(of page: String, to email: String, after former: String? = nil) async throws -> String {
        let deadline = ContinuousClock.now + Self.patience
        while ContinuousClock.now < deadline {
            if let token = newest(page, to: email), token != former { return token }
            try await Task.sleep(for: Self.pause)
        }
        throw CommandFailure(
            "no mail with a link to `\(page)` for \(email) in `\(path)`; with BAILIWICK_MAIL_SERVER mails leave by it")
    }

    /// Names are UUIDv7s, so their order is that of time.
    private func newest(_ page: String, to email: String) -> String? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        for name in names.sorted(by: >) where name.hasSuffix(".eml") {
            let content = FileManager.default.contents(atPath: "\(path)/\(name)") ?? Data()
            let lines = String(decoding: content, as: UTF8.self).split(separator: "\r\n")
            guard lines.contains("To: <\(email)>") else { continue }
            let mark = "/\(page)?token="
            if let link = lines.first(where: { $0.contains(mark) }), let range = link.range(of: mark) {
                return String(link[range.upperBound...])
            }
        }
        return nil
    }
}
