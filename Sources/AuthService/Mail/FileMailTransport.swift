import Foundation
import WireFormat

/// Writes mails as files, for development: `ID.eml`, readable by their owner alone, since their links let in.
struct FileMailTransport: MailTransport {
    let directory: String
    let from: EmailAddress

    func send(_ message: MailMessage, id: UUIDv7, at now: Instant) async throws(MailFailure) {
        let bytes = message.internetMessage(from: from, id: id, at: now)
        let path = "\(directory)/\(id.text).eml"
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw MailFailure(isPermanent: false, description: "\(directory): cannot be made")
        }
        // Under another name first, so that nobody reads half a mail.
        let draft = path + ".new"
        guard
            FileManager.default.createFile(
                atPath: draft, contents: Data(bytes), attributes: [.posixPermissions: 0o600]),
            rename(draft, path) == 0
        else { throw MailFailure(isPermanent: false, description: "\(path): cannot be written") }
    }
}
