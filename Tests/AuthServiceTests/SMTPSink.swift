import Foundation
import Glibc
import TestSupport

/// Other people's SMTP server (aiosmtpd from PyPI) in a process of its own, which keeps what it takes as files.
final class SMTPSink: Sendable {
    /// How the server behaves.
    enum Mode: String {
        /// Takes everything, without TLS.
        case plain
        /// Takes mail after STARTTLS only, with a certificate of its own.
        case startTLS = "starttls"
        /// Refuses every recipient for good (550).
        case refusing
        /// Has no room at present (452).
        case busy
        /// Takes the connection and says nothing.
        case silent
    }

    struct NotStarted: Error {}

    let port: Int
    let directory: String
    private let child: pid_t
    /// Closed when this process ends, and then the server ends as well.
    private let lifeline: Int32

    /// The authority of its certificate.
    var certificate: String { directory + "/certificate.pem" }

    /// Starts it on a free port; nothing else is installed than `scripts/setup` does.
    static func start(_ mode: Mode = .plain) async throws -> SMTPSink {
        let directory = FileManager.default.temporaryDirectory.path + "/bailiwick-smtp-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let (child, lifeline) = try spawn([
            PackageRoot.path + "/.venv/bin/python", "-c", script, mode.rawValue, directory,
        ])
        let portFile = directory + "/port"
        guard
            try await eventually(within: .seconds(60), { FileManager.default.fileExists(atPath: portFile) }),
            let text = try? String(contentsOfFile: portFile, encoding: .utf8), let port = Int(text)
        else { throw NotStarted() }
        return SMTPSink(port: port, directory: directory, child: child, lifeline: lifeline)
    }

    private init(port: Int, directory: String, child: pid_t, lifeline: Int32) {
        self.port = port
        self.directory = directory
        self.child = child
        self.lifeline = lifeline
    }

    deinit {
        close(lifeline)
        kill(child, SIGKILL)
        var status: Int32 = 0
        while waitpid(child, &status, 0) == -1, errno == EINTR {}
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// The script closes what it inherits first of all: among it may be the pipe of an `initdb` that another test runs,
    /// whose output would never end. Foundation's `Process` needs a descriptor of its own to stay open in the child.
    private static func spawn(_ arguments: [String]) throws -> (child: pid_t, lifeline: Int32) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw NotStarted() }
        _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
        defer { close(ends[0]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var words = arguments.map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var child = pid_t()
        guard posix_spawn(&child, arguments[0], &actions, nil, &words, environ) == 0 else {
            close(ends[1])
            throw NotStarted()
        }
        return (child, ends[1])
    }

    /// What it has taken so far: envelope (`from`, `to`, `tls`) in the first lines, an empty line, the message.
    func messages() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".mail") }.sorted()
            .map { try String(contentsOfFile: "\(directory)/\($0)", encoding: .utf8) }
    }

    private static let script = """
        import os
        os.closerange(3, 65536)
        import socket, ssl, subprocess, sys, threading
        from aiosmtpd.controller import Controller
        mode, directory = sys.argv[1], sys.argv[2]

        class Keep:
            count = 0
            async def handle_RCPT(self, server, session, envelope, address, options):
                if mode == 'refusing': return '550 no such user here'
                if mode == 'busy': return '452 no room at present'
                envelope.rcpt_tos.append(address)
                return '250 OK'
            async def handle_DATA(self, server, session, envelope):
                Keep.count += 1
                head = 'from %s\\nto %s\\ntls %s\\n\\n' % (
                    envelope.mail_from, ','.join(envelope.rcpt_tos), session.ssl is not None)
                path = os.path.join(directory, '%04d' % Keep.count)
                with open(path, 'wb') as file: file.write(head.encode() + envelope.original_content)
                os.rename(path, path + '.mail')
                return '250 taken'

        def announce(port):
            with open(directory + '/new', 'w') as file: file.write(str(port))
            os.rename(directory + '/new', directory + '/port')

        if mode == 'silent':
            listener = socket.create_server(('127.0.0.1', 0))
            announce(listener.getsockname()[1])
            held = []
            threading.Thread(target=lambda: [held.append(listener.accept()) for _ in range(9)], daemon=True).start()
        else:
            with socket.create_server(('127.0.0.1', 0)) as probe: port = probe.getsockname()[1]
            options = {}
            if mode == 'starttls':
                subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2',
                    '-keyout', directory + '/key.pem', '-out', directory + '/certificate.pem',
                    '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
                    check=True, stderr=subprocess.DEVNULL)
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(directory + '/certificate.pem', directory + '/key.pem')
                options = {'tls_context': context, 'require_starttls': True}
            Controller(Keep(), hostname='127.0.0.1', port=port, **options).start()
            announce(port)
        sys.stdin.read()  # until whoever started us is gone
        os._exit(0)
        """
}
