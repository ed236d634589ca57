import ArgumentParser
import Foundation
import WireFormat

/// `bailiwick organisation`: what only the operator does.
struct OrganisationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "organisation", abstract: "Create organisations.",
        subcommands: [CreateCommand.self, InviteOwnerCommand.self])

    /// `organisation create`.
    struct CreateCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Create an organisation and invite its owner.",
            discussion: """
                The invitation goes to the owner by mail, and its link is good for 30 minutes. Without a mail server it is a \
                file in the directory `mail` of the data directory.
                """)

        @OptionGroup var place: KeysCommand.Place

        /// Its name.
        @Option(help: "The organisation's name.")
        var name: String

        /// Whom to invite.
        @Option(help: "The owner's e-mail address.")
        var ownerEmail: String

        func run() async throws {
            try await CommandLineReport.failures {
                let client = try place.operator()
                let made = try await client.createOrganisation(name: name, ownerEmail: ownerEmail)
                print(made.text)
            }
        }
    }

    /// `organisation invite-owner`.
    struct InviteOwnerCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "invite-owner", abstract: "Mail the first owner's invitation anew, which voids the former.",
            discussion: "Only until an owner has joined; from then on owners invite others.")

        @OptionGroup var place: KeysCommand.Place

        /// Which organisation.
        @Option(help: "The organisation's id.")
        var organisation: String

        /// Whom to invite.
        @Option(help: "The owner's e-mail address.")
        var ownerEmail: String

        func run() async throws {
            try await CommandLineReport.failures {
                let client = try place.operator()
                print(try await client.inviteOwner(of: organisation, ownerEmail: ownerEmail).text)
            }
        }
    }
}
