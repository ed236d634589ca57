import HTTPTypes
import Mustache
import ServiceKit

/// Renders the pages behind mailed links: HTML that needs no script, with everything that came from outside escaped.
struct LinkPages: Sendable {
    /// One page.
    struct Page: Sendable {
        var title: String
        /// What went wrong; screen readers say it first.
        var alert: String?
        var texts: [String] = []
        /// An authenticator's secret to set up.
        var factor: StartedEnrolment.NewFactor?
        var form: Form?
    }

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

    private let template: MustacheTemplate

    /// - Throws: when the template is broken, at the start.
    init() throws { template = try MustacheTemplate(string: Self.html) }

    /// The page as an answer: kept nowhere, framed nowhere, running nothing, and leaking its address to nobody.
    func reply(_ page: Page, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Reply {
        var reply = Reply.text(template.render(Self.values(page)), type: "text/html; charset=utf-8", status: status)
        for field in headers where field.name != .contentType { reply.headers[field.name] = field.value }
        reply.headers[.cacheControl] = "no-store"
        reply.headers[.contentSecurityPolicy] = Self.contentSecurityPolicy
        for (name, value) in Self.furtherHeaders {
            if let name = HTTPField.Name(name) { reply.headers[name] = value }
        }
        return reply
    }

    /// The style of all pages.
    var style: Reply {
        Reply.text(Self.css, type: "text/css; charset=utf-8").adding(.cacheControl, "public, max-age=3600")
    }

    /// Nothing from anywhere but the style sheet of this host; forms go to this host alone.
    static let contentSecurityPolicy =
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    /// The address of the page holds the token: no other site hears of it. The rest is for old browsers.
    static let furtherHeaders = [
        ("Referrer-Policy", "no-referrer"), ("X-Frame-Options", "DENY"), ("Cross-Origin-Opener-Policy", "same-origin"),
        ("X-Robots-Tag", "noindex"),
    ]

    private static func values(_ page: Page) -> [String: Any] {
        var values: [String: Any] = ["title": page.title, "texts": page.texts]
        if let alert = page.alert { values["alert"] = alert }
        if let factor = page.factor {
            var members: [String: Any] = ["secret": factor.secret, "uri": factor.uri]
            if let picture = factor.picture { members["picture"] = picture }
            values["factor"] = members
        }
        if let form = page.form {
            var members: [String: Any] = [
                "action": form.action, "hiddenName": form.hiddenName, "hiddenValue": form.hiddenValue,
                "name": form.name, "label": form.label, "hint": form.hint, "type": form.type,
                "autocomplete": form.autocomplete, "inputMode": form.inputMode, "button": form.button,
            ]
            if page.alert != nil { members["isInvalid"] = true }
            values["form"] = members
        }
        return values
    }

    // The picture alone is not escaped: it is made here, of modules and numbers.
    private static let html = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{{title}} - Bailiwick</title>
        <link rel="stylesheet" href="link-pages.css">
        </head>
        <body>
        <main>
        <h1>{{title}}</h1>
        {{#alert}}
        <p role="alert" id="alert">{{alert}}</p>
        {{/alert}}
        {{#texts}}
        <p>{{.}}</p>
        {{/texts}}
        {{#factor}}
        {{#picture}}
        <figure role="img" aria-label="QR code of the secret below">{{{picture}}}</figure>
        {{/picture}}
        <p>Or type this secret into the app: <code>{{secret}}</code></p>
        {{/factor}}
        {{#form}}
        <form method="post" action="{{action}}">
        <input type="hidden" name="{{hiddenName}}" value="{{hiddenValue}}">
        <label for="field">{{label}}</label>
        <p id="hint">{{hint}}</p>
        <input id="field" name="{{name}}" type="{{type}}" autocomplete="{{autocomplete}}" inputmode="{{inputMode}}" aria-describedby="hint{{#isInvalid}} alert{{/isInvalid}}"{{#isInvalid}} aria-invalid="true"{{/isInvalid}} required autofocus>
        <button type="submit">{{button}}</button>
        </form>
        {{/form}}
        </main>
        </body>
        </html>

        """

    private static let css = """
        body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 32rem; padding: 0 1rem; color: #1a1a1a; background: #fff; }
        h1 { font-size: 1.5rem; }
        label { display: block; font-weight: 600; }
        #hint { margin: 0 0 .5rem; color: #444; }
        input:not([type=hidden]) { display: block; width: 100%; box-sizing: border-box; padding: .5rem; font: inherit; border: 1px solid #555; border-radius: 4px; }
        button { margin-top: 1rem; padding: .5rem 1rem; font: inherit; color: #fff; background: #14478a; border: 0; border-radius: 4px; }
        input:focus-visible, button:focus-visible { outline: 3px solid #b35c00; outline-offset: 2px; }
        [role=alert] { padding: .5rem 1rem; border-left: 4px solid #a40000; background: #fdecec; }
        figure { margin: 1rem 0; max-width: 16rem; }
        code { overflow-wrap: anywhere; }

        """
}
