import ArgumentParser
import Foundation
import WireFormat

/// `bailiwick organisation`: what only the operator does.
struct OrganisationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "organisation", abstract: "Create organisations.", subcommands: [CreateCommand.self])

    /// `organisation create`.
    struct CreateCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Create an organisation and invite its owner.",
            discussion: "Prints the owner's invitation token, which is shown this once and works for a limited time.")

        @OptionGroup var place: KeysCommand.Place

        /// Its name.
        @Option(help: "The organisation's name.")
        var name: String

        /// Whom to invite.
        @Option(help: "The owner's e-mail address.")
        var ownerEmail: String

        func run() async throws {
            try await CommandLineReport.failures {
                let directory = place.directory()
                let client = try OperatorClient(directory: directory, endpoints: Endpoints(reading: directory))
                let made = try await client.createOrganisation(name: name, ownerEmail: ownerEmail)
                print(made.text)
            }
        }
    }
}
