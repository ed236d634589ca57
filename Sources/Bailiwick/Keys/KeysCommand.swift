import ArgumentParser
import Foundation
import KeyVault
import ServiceKit
import WireFormat

/// `bailiwick keys`: makes, rolls and lists the keys of an installation.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Make, roll and list the keys of an installation.",
        subcommands: [
            MakeCommand.self, ListCommand.self, RollServiceCommand.self, RollVaultCommand.self,
            RollPepperCommand.self,
        ])

    /// The data directory of all of these.
    struct Place: ParsableArguments {
        /// Where cluster and keys are kept.
        @Option(help: "Where cluster and keys are kept.")
        var dataDirectory: String?

        /// The directory by option, environment or default.
        func directory() -> DataDirectory {
            let environment = ProcessInfo.processInfo.environment
            let named = dataDirectory ?? environment["BAILIWICK_DATA_DIRECTORY"]
            return named.map(DataDirectory.init)
                ?? .standard(environment: environment, checkout: FileManager.default.currentDirectoryPath)
        }

        /// The operator's client for what runs there.
        func `operator`() throws -> OperatorClient {
            let directory = directory()
            return try OperatorClient(directory: directory, endpoints: Endpoints(reading: directory))
        }
    }

    /// `keys make`.
    struct MakeCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "make", abstract: "Make every key that is missing; never replace one.")

        @OptionGroup var place: Place

        func run() async throws {
            try await CommandLineReport.failures {
                let directory = place.directory()
                try directory.create()
                try KeyChest(directory: directory).makeMissing()
                print("keys of \(directory.path) are complete")
            }
        }
    }

    /// `keys list`.
    struct ListCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the ids of the keys; never a key itself.")

        @OptionGroup var place: Place

        func run() async throws {
            try await CommandLineReport.failures {
                for line in try KeyChest(directory: place.directory()).listing() { print(line) }
            }
        }
    }

    /// `keys roll-service`.
    struct RollServiceCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "roll-service",
            abstract: "Give a service a new key for its service tokens; running services take it up.",
            discussion: """
                First every registry learns the new public key, beside the old one; then the service signs with it. \
                The old key stays in the registry until `--forget` names it.
                """)

        @OptionGroup var place: Place

        /// Whose key.
        @Argument(help: "auth, policy, hr, audit or bailiwick.")
        var service: String

        /// A retired key.
        @Option(help: "Instead of making a key, remove this retired one from the registry.")
        var forget: String?

        func run() async throws {
            try await CommandLineReport.failures {
                guard let name = ServiceName(service), ServiceName.all.contains(name) else {
                    throw CommandFailure("no service `\(service)`; one of auth, policy, hr, audit, bailiwick")
                }
                let chest = KeyChest(directory: place.directory())
                if let forget {
                    try chest.forget(kid: forget, of: name)
                    print("\(forget) is no longer trusted")
                } else {
                    print("\(service) signs with \(try await chest.roll(name)); the former key is still trusted")
                }
            }
        }
    }

    /// `keys roll-pepper`.
    struct RollPepperCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "roll-pepper", abstract: "Make a new key under password hashes, in the running AuthService.",
            discussion: """
                New hashes have it at once. Older ones open as before and are made anew at their owners' next sign-ins; \
                prints how many accounts have one.
                """)

        @OptionGroup var place: Place

        func run() async throws {
            try await CommandLineReport.failures {
                let client = try place.operator()
                print(try await client.rollPepper().text)
            }
        }
    }

    /// `keys roll-vault`.
    struct RollVaultCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "roll-vault",
            abstract:
                "Add a new key-encryption key; services wrap with it from their next start, and can open with both.")

        @OptionGroup var place: Place

        func run() async throws {
            try await CommandLineReport.failures {
                let file = try KeyFile.addKey(at: place.directory().keyEncryptionKey)
                print("\(file.currentID) wraps from now on; \(file.ids.count) keys can open")
            }
        }
    }
}
