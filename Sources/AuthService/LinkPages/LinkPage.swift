import ServiceKit

/// A page behind a mailed link.
struct LinkPage: Sendable {
    var title: String
    /// What went wrong.
    var alert: String?
    var texts: [String] = []
    /// An authenticator's secret to set up.
    var factor: StartedEnrolment.NewFactor?
    var form: Form?

    /// A form with one hidden token and one field.
    struct Form: Sendable {
        /// Relative, so that it holds below whatever path a proxy puts before us.
        let action: String
        let hiddenName: String
        let hiddenValue: String
        let name: String
        let label: String
        let hint: String
        let type: String
        let autocomplete: String
        let inputMode: String
        let button: String
    }

    /// As it is sent.
    func page(status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Page {
        var fields: [String: any Sendable] = ["texts": texts]
        if let factor {
            var members: [String: any Sendable] = ["secret": factor.secret]
            if let picture = factor.picture { members["picture"] = picture }
            fields["factor"] = members
        }
        if let form {
            fields["form"] =
                [
                    "action": form.action, "hidden-name": form.hiddenName, "hidden-value": form.hiddenValue,
                    "name": form.name, "label": form.label, "hint": form.hint, "type": form.type,
                    "autocomplete": form.autocomplete, "input-mode": form.inputMode, "button": form.button,
                    "is-invalid": alert != nil,
                ] as [String: any Sendable]
        }
        return Page(template: .link, title: title, status: status, alert: alert, fields: fields, headers: headers)
    }
}
