import ServiceKit
import WireFormat

/// The pages behind the links of our mails. GET shows a form and looks nothing up, so that programs which follow links in
/// mails use nothing up and learn nothing; POST sends the form's token on.
struct LinkPageRoutes: Sendable {
    /// Where the code of a new authenticator goes.
    static let confirmation = "confirm-invitation"

    let parts: AuthParts
    let answers: PageAnswers

    var routes: [Route] {
        [
            show(PasswordReset.page, kind: .reset, resetPage),
            take(PasswordReset.page, reset),
            show(Invitation.page, kind: .invitation, invitationPage),
            take(Invitation.page, accept),
            take(Self.confirmation, confirm),
        ]
    }

    private func show(
        _ page: String, kind: OpaqueToken.Kind, _ filled: @escaping @Sendable (String) -> LinkPage
    ) -> Route {
        Route(
            .get, "/" + page, access: .open(because: "the link's token stands in for a token"), query: ["token"]
        ) { call in self.shown(call, kind: kind, filled) }
    }

    private func take(_ page: String, _ handler: @escaping @Sendable (Call) async throws -> Reply) -> Route {
        Route(
            .post, "/" + page, access: .open(because: "the link's token stands in for a token"),
            body: .form(limit: SignInRoutes.bodyLimit), timeLimit: SignInRoutes.timeLimit, handler: handler)
    }

    // MARK: Showing

    /// The form with the token of the link, which nobody has looked at yet.
    func shown(
        _ call: Call, kind: OpaqueToken.Kind, _ page: (String) -> LinkPage
    ) -> Reply {
        guard let token = call.query.string("token"), OpaqueToken(token, kind: kind) != nil else {
            let broken = LinkPage(
                title: "The link is not whole", alert: "Open the link of the mail again, with all of its characters.")
            return answers.templates.reply(broken.page(status: .badRequest))
        }
        return answers.templates.reply(page(token).page())
    }

    @Sendable private func resetPage(_ token: String) -> LinkPage {
        LinkPage(
            title: "Set a new password",
            form: passwordForm(
                PasswordReset.page, token, label: "New password",
                hint: "15 characters or more, or 8 when you sign in with a second factor. Several words make a good "
                    + "one.",
                button: "Set the password"))
    }

    @Sendable private func invitationPage(_ token: String) -> LinkPage {
        LinkPage(
            title: "Accept the invitation",
            form: passwordForm(
                Invitation.page, token, label: "Password",
                hint: "Choose one of 8 characters or more. If you have an account with this address already, it is "
                    + "that one's.",
                button: "Accept"))
    }

    private func passwordForm(
        _ action: String, _ token: String, label: String, hint: String, button: String
    ) -> LinkPage.Form {
        LinkPage.Form(
            action: action, hiddenName: "token", hiddenValue: token, name: "password", label: label, hint: hint,
            type: "password", autocomplete: "new-password", inputMode: "text", button: button)
    }

    private func codePage(_ enrolment: String, factor: StartedEnrolment.NewFactor?) -> LinkPage {
        LinkPage(
            title: "Confirm your second factor",
            texts: factor == nil
                ? ["Type a code of your authenticator app."]
                : ["Scan this picture with an authenticator app, then type the code that it shows."],
            factor: factor,
            form: LinkPage.Form(
                action: Self.confirmation, hiddenName: "enrolment", hiddenValue: enrolment, name: "code",
                label: "Code", hint: "\(TOTP.digits) digits; each code is accepted once.", type: "text",
                autocomplete: "one-time-code", inputMode: "numeric", button: "Confirm"))
    }

    // MARK: Taking

    @Sendable func reset(_ call: Call) async throws -> Reply {
        try await answered(call, hidden: "token", field: "password", again: resetPage) { token, password in
            try await PasswordResetCommands(parts: parts).confirm(
                .decode(from: ["token": .string(token), "password": .string(password)]), call)
            return LinkPage(
                title: "The password is set",
                texts: ["You were signed out everywhere. Sign in with the new password and your second factor."])
        }
    }

    @Sendable func accept(_ call: Call) async throws -> Reply {
        try await answered(call, hidden: "token", field: "password", again: invitationPage) { token, password in
            let started = try await InvitationCommands(parts: parts).accept(
                .decode(from: ["token": .string(token), "password": .string(password)]), call)
            return codePage(started.token.text, factor: started.totp)
        }
    }

    @Sendable func confirm(_ call: Call) async throws -> Reply {
        try await answered(
            call, hidden: "enrolment", field: "code", again: { codePage($0, factor: nil) }
        ) { enrolment, code in
            _ = try await InvitationCommands(parts: parts).confirm(
                .decode(from: ["enrolment": .string(enrolment), "code": .string(code)]), call)
            return LinkPage(
                title: "Welcome", texts: ["You are a member now. Sign in with your password and the next code."])
        }
    }

    /// Judges where the form comes from, reads its two fields, does what it asks for, and shows what came of it.
    private func answered(
        _ call: Call, hidden: String, field: String, again: (String) -> LinkPage,
        _ work: (String, String) async throws -> LinkPage
    ) async throws -> Reply {
        var former: String?
        do {
            try answers.pageGuard.admit(call)
            let fields = try call.form(allowed: [hidden, field])
            guard let token = fields[hidden], let value = fields[field] else {
                throw Problem.invalidField("/\(fields[hidden] == nil ? hidden : field)", "is missing")
            }
            former = token
            return answers.templates.reply(try await work(token, value).page())
        } catch let problem as Problem {
            return refusal(problem, former.map(again))
        } catch let error as FieldErrors {
            return refusal(.invalidFields(error.errors), former.map(again))
        } catch let error as any ProblemConvertible {
            return refusal(error.problem, former.map(again))
        }
    }

    /// The same form with what was wrong, while the link is still good; otherwise only what was wrong.
    private func refusal(_ problem: Problem, _ page: LinkPage?) -> Reply {
        let isOver = [Problem.invalidReset.code, Problem.invalidInvitation.code, Problem.invalidEnrolment.code]
            .contains(problem.code)
        var shown = page ?? LinkPage(title: problem.title)
        if isOver { shown = LinkPage(title: problem.title) }
        shown.alert =
            if let error = problem.errors.first, problem.status == .unprocessableContent {
                "The \(error.pointer.dropFirst()) \(error.detail)."
            } else {
                "\(problem.title): \(problem.detail ?? problem.code)."
            }
        return answers.templates.reply(shown.page(status: problem.status, headers: problem.headers))
    }
}
