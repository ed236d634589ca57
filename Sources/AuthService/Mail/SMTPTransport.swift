import CLibCurl
import Dispatch
import WireFormat

/// Gives mails to an SMTP server, by libcurl. Its calls block, so they run on a queue of their own, one after the other.
struct SMTPTransport: MailTransport {
    /// How to reach the server.
    struct Server: Sendable {
        /// `smtp://host:port` or `smtps://host:port`.
        let url: String
        /// Whether `smtp` must go over to TLS (STARTTLS) before anything is said.
        let needsTLS: Bool
        /// PEM file of the authorities; nil for those of the system.
        let authorities: String?
        /// The account there, when it wants one.
        let user: String?
        let password: Redacted<String>?
        /// For everything from the connection to the server's last word.
        let timeoutSeconds: Int
    }

    let server: Server
    let from: EmailAddress
    private let queue = DispatchQueue(label: "bailiwick.auth.mail", qos: .utility)

    init(server: Server, from: EmailAddress) {
        self.server = server
        self.from = from
    }

    func send(_ message: MailMessage, id: UUIDv7, at now: Instant) async throws(MailFailure) {
        let upload = SMTPUpload(
            server: server, from: from.reveal(), to: message.to.reveal(),
            bytes: message.internetMessage(from: from, id: id, at: now))
        let failure = await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: upload.run()) }
        }
        if let failure { throw failure }
    }
}

/// One message on its way, on one connection.
struct SMTPUpload: Sendable {
    let server: SMTPTransport.Server
    let from: String
    let to: String
    let bytes: [UInt8]

    /// libcurl's own state, made before its first use and never given back (curl_global_init(3)).
    private static let isReady = bw_curl_start() == CURLE_OK

    /// Blocks until the server has taken the message; nil when it has.
    func run() -> MailFailure? {
        // EmailAddress and MailMessage take no such text; this is where it would do harm.
        guard MailMessage.isHeaderText(from), MailMessage.isHeaderText(to) else {
            return MailFailure(isPermanent: true, description: "an address holds a control character")
        }
        guard Self.isReady, let handle = curl_easy_init() else {
            return MailFailure(isPermanent: false, description: "libcurl does not start")
        }
        defer { curl_easy_cleanup(handle) }
        guard let recipients = curl_slist_append(nil, "<\(to)>") else {
            return MailFailure(isPermanent: false, description: "there is no memory")
        }
        defer { curl_slist_free_all(recipients) }
        let source = Source(bytes)
        return withExtendedLifetime(source) {
            let set = configure(handle, recipients, source)
            let code = set == CURLE_OK ? curl_easy_perform(handle) : set
            guard code != CURLE_OK else { return nil }
            let reply = bw_curl_response_code(handle)
            return MailFailure(
                isPermanent: (500...599).contains(reply) && code != CURLE_LOGIN_DENIED,
                description: "\(String(cString: curl_easy_strerror(code))) (reply \(reply))")
        }
    }

    private func configure(
        _ handle: UnsafeMutableRawPointer, _ recipients: UnsafeMutablePointer<curl_slist>, _ source: Source
    ) -> CURLcode {
        // The path is what EHLO says; our host's name is nobody's business.
        let domain = from.split(separator: "@").last ?? "localhost"
        var texts: [(CURLoption, String)] = [
            (CURLOPT_URL, "\(server.url)/\(domain)"), (CURLOPT_PROTOCOLS_STR, "smtp,smtps"),
            (CURLOPT_MAIL_FROM, "<\(from)>"),
        ]
        if let authorities = server.authorities { texts.append((CURLOPT_CAINFO, authorities)) }
        if let user = server.user { texts.append((CURLOPT_USERNAME, user)) }
        if let password = server.password { texts.append((CURLOPT_PASSWORD, password.reveal())) }
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_UPLOAD, 1), (CURLOPT_NOSIGNAL, 1), (CURLOPT_TIMEOUT, server.timeoutSeconds),
            (CURLOPT_CONNECTTIMEOUT, server.timeoutSeconds),
            (CURLOPT_USE_SSL, Int((server.needsTLS ? CURLUSESSL_ALL : CURLUSESSL_NONE).rawValue)),
            (CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
        ]
        for (option, text) in texts {
            let code = bw_curl_set_text(handle, option, text)
            guard code == CURLE_OK else { return code }
        }
        for (option, number) in numbers {
            let code = bw_curl_set_number(handle, option, number)
            guard code == CURLE_OK else { return code }
        }
        let code = bw_curl_set_list(handle, CURLOPT_MAIL_RCPT, recipients)
        guard code == CURLE_OK else { return code }
        return bw_curl_set_reader(
            handle,
            { buffer, size, count, context in
                guard let buffer, let context else { return 0 }
                return Unmanaged<Source>.fromOpaque(context).takeUnretainedValue().read(
                    into: buffer, most: size * count)
            }, Unmanaged.passUnretained(source).toOpaque())
    }

    /// What libcurl reads from, on the thread that performs.
    private final class Source {
        private let bytes: [UInt8]
        private var position = 0

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        func read(into buffer: UnsafeMutablePointer<CChar>, most: Int) -> Int {
            let count = min(most, bytes.count - position)
            bytes.withUnsafeBytes { bytes in
                UnsafeMutableRawBufferPointer(start: buffer, count: count)
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[position..<position + count]))
            }
            position += count
            return count
        }
    }
}
