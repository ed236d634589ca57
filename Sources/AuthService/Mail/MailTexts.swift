/// What our mails say. Short, in plain text, with at most one link, and with nothing in it that a stranger chose.
enum MailTexts {
    /// A notice that could not be delivered for a day is no news.
    static let noticeLifetime: Duration = .seconds(86_400)

    /// An invitation. It does not name whoever invites: that is a stranger's word until it is accepted.
    static func invitation(to email: EmailAddress, link: String) throws(MailMessage.Refused) -> MailMessage {
        try MailMessage(
            to: email, subject: "You are invited",
            body: """
                An organisation that uses Bailiwick invites this address to become a member.

                Accept it here within 30 minutes:

                \(link)

                The link works once. If it is too late, ask your administrator to send a new one, which voids this one.
                If you expect no invitation, do nothing: nobody becomes a member without this link.
                """)
    }

    /// A link to set a new password.
    static func reset(to email: EmailAddress, link: String) throws(MailMessage.Refused) -> MailMessage {
        try MailMessage(
            to: email, subject: "Set a new password",
            body: """
                Somebody, probably you, asked for a new password for this address.

                Set it here within 30 minutes:

                \(link)

                The link works once. If you did not ask, do nothing: your password stays as it is.
                """)
    }

    /// The password was changed by a link.
    static func passwordChanged(to email: EmailAddress) throws(MailMessage.Refused) -> MailMessage {
        try MailMessage(
            to: email, subject: "Your password was changed",
            body: """
                The password of your account was changed by a link that was sent to this address. You were signed out
                everywhere. Your second factor is the same as before.

                If that was not you, somebody can read your mail: secure your mailbox, then set a new password, and tell
                your organisation's administrator.
                """)
    }
}
