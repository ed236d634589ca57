import ArgumentParser
import AsyncHTTPClient
import Foundation
import Logging
import WireFormat

/// `bailiwick demo`: plays the main job on two invented organisations and checks every step.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Play the main job with demo data, checking every step.",
        discussion: """
            Starts an installation of its own on free ports, and removes it afterwards unless --keep is given. Exits 0 \
            only if every step held.
            """)

    @OptionGroup var options: InstallationOptions

    /// Where the organisations' CSV files are.
    @Option(help: "Folder that holds the demo organisations.")
    var demoFolder = "demo"

    /// Leave everything running.
    @Flag(help: "Keep everything running after the last step, until Ctrl-C.")
    var keep = false

    /// Bring one organisation into a running installation and stop there.
    @Option(help: "Only bring this organisation into the installation that runs on --data-directory; print it as JSON.")
    var populate: String?

    func run() async throws {
        // The steps tell what happens; the services' own lines are in their log.
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = .critical
            return handler
        }
        try await CommandLineReport.failures {
            if let populate { try await bring(populate) } else { try await play() }
        }
    }

    private func bring(_ folder: String) async throws {
        let installation = try Installation(options)
        let endpoints = try installation.currentEndpoints()
        let client = try OperatorClient(directory: installation.directory, endpoints: endpoints)
        let onboarding = Onboarding(
            endpoints: endpoints, api: APIClient(http: .shared, device: Self.device), operator: client,
            demoFolder: demoFolder, mails: MailFolder(path: installation.directory.mail))
        let organisation = try await onboarding.bring(folder)
        let personas = organisation.personas.mapValues { persona in
            [
                "employee": .string(persona.employee), "token": .string(persona.token), "email": .string(persona.email),
                "password": .string(persona.password), "member": .string(persona.member),
            ] as JSONValue
        }
        print(JSONValue.object(personas).text)
    }

    private func play() async throws {
        let output = LineOutput()
        var options = options
        let folder = FileManager.default.temporaryDirectory.path + "/bailiwick-demo-\(getpid())"
        if options.dataDirectory == nil { options.dataDirectory = folder + "/data" }
        if options.portBase == nil { options.portBase = 0 }
        // The demo edits a policy: it works on a copy.
        let copy = folder + "/policies"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { if !keep { try? FileManager.default.removeItem(atPath: folder) } }
        try Self.copyContents(of: options.policies ?? "policies", to: copy)
        options.policies = copy

        let installation = try Installation(options)
        let log = folder + "/services.log"
        output.write("Bailiwick demo: everything real, on 127.0.0.1 ports from \(installation.ports.base + 1)")
        output.write("  services log to \(log)")
        let failed = Failures()
        try await installation.run {
            let services = try LineOutput(appendingTo: log)
            try await Supervisor(installation: installation, output: services).run { endpoints in
                let names = try await perform(installation, endpoints, output)
                await failed.add(names)
                if keep {
                    for line in installation.welcome(endpoints) { output.write(line) }
                    try await Task.sleep(for: .seconds(Self.keptFor))
                }
            }
        }
        let names = await failed.names
        guard let names else { throw CommandFailure("the demo did not get to its end; see \(log)") }
        guard names.isEmpty else {
            throw CommandFailure("\(names.count) steps did not hold: \(names.joined(separator: "; "))")
        }
        output.write(
            """

            All steps held. Where to look next:
              make up                    the same services in the foreground, on ports 7001 to 7004
              policies/README.md         how to write a policy; edits take effect at once
              docs/architecture.md       how it works
              docs/openapi/              what each service offers
            """)
    }

    /// Copies what the files say, and not whose they are: the checkout may be another user's.
    private static func copyContents(of source: String, to target: String) throws {
        guard let names = FileManager.default.enumerator(atPath: source) else {
            throw CommandFailure("no policy directory at `\(source)`; name it with --policies")
        }
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        for case let name as String in names {
            if let content = FileManager.default.contents(atPath: "\(source)/\(name)"), name.hasSuffix(".yaml") {
                try content.write(to: URL(fileURLWithPath: "\(target)/\(name)"))
            } else if !name.contains(".") {
                try FileManager.default.createDirectory(
                    atPath: "\(target)/\(name)", withIntermediateDirectories: true)
            }
        }
    }

    /// Nobody looks at a demo for longer than a working day.
    private static let keptFor = 8 * 3600

    private static let device = "BailiwickDemo/1.0 (Linux; desktop)"

    private func perform(
        _ installation: Installation, _ endpoints: Endpoints, _ output: LineOutput
    ) async throws -> [String] {
        let client = try OperatorClient(directory: installation.directory, endpoints: endpoints)
        let onboarding = Onboarding(
            endpoints: endpoints, api: APIClient(http: .shared, device: Self.device), operator: client,
            demoFolder: demoFolder, mails: MailFolder(path: installation.directory.mail))
        var play = Screenplay(output: output)
        play.heading("Two organisations come in from CSV files")
        var organisations: [Onboarding.Organisation] = []
        for folder in ["harbourlight", "fennelgrey"] {
            await play.step("0", "\(Onboarding.names[folder] ?? folder) is created, imported, and its people sign up") {
                let organisation = try await onboarding.bring(folder)
                organisations.append(organisation)
                let count = organisation.imported["created"]?.integer ?? 0
                let rejected = organisation.imported["rejected_count"]?.integer ?? 0
                return
                    "\(count) employees imported, \(rejected) lines rejected, \(organisation.personas.count) members "
                    + "with password and authenticator"
            }
        }
        if organisations.count == 2 {
            var job = MainJob(
                installation: installation, endpoints: endpoints, api: onboarding.api, operator: client,
                harbourlight: organisations[0], fennelgrey: organisations[1], demoFolder: demoFolder)
            try await job.run(&play)
        }
        return play.failed
    }
}

/// Which steps failed; nil until the last was played.
private actor Failures {
    private(set) var names: [String]?

    func add(_ names: [String]) { self.names = names }
}
