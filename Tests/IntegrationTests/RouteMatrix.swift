import WireFormat

@testable import Bailiwick

/// The table of `RouteMatrixTests`: what each caller gets from each public route. Writes carry a stale `If-Match` or an
/// incomplete body, so that a caller who may write is told so (412 or 422) and nothing is changed.
struct RouteMatrix {
    /// One route.
    struct Row {
        /// Service, method and path pattern.
        let operation: String
        /// A status for each of `callers`; nil where nobody calls.
        let statuses: [Int?]
    }

    /// Whose records the paths name.
    struct Subject {
        /// The employee that `{id}` of `/v1/employees` names.
        let employee: Persona
        /// The member that `{id}` of `/v1/members` names.
        let newcomer: Persona
        /// A department.
        let department: String
        /// An event of the trail.
        let event: String

        /// Path with ids, and a body, for one operation.
        func request(for operation: ServedOperation) -> (path: String, body: APIClient.Body?) {
            let id =
                switch operation.path.split(separator: "/").dropFirst().first {
                case "members": newcomer.member
                case "departments": department
                case "applications": UUIDv7.generate().text
                default: employee.employee
                }
            var path = operation.path.replacing("{id}", with: id)
            switch operation.path {
            case "/v1/employees/search": path += "?q=freya"
            case "/v1/proofs/inclusion": path += "?event=\(event)"
            case "/v1/proofs/consistency": path += "?from=1&to=2"
            case "/assets/{name}": path = "/assets/pages.css"
            default: break
            }
            switch operation.name {
            case "hr POST /v1/employees": return (path, .json(Self.taken(number: employee.employeeNumber)))
            case "auth POST /v1/members":
                return (path, .json(["email": .string(newcomer.email), "roles": ["employee"]]))
            default: return (path, Self.bodies[operation.name])
            }
        }

        /// A whole employee whose number somebody has: whoever may create is told of the conflict.
        private static func taken(number: String) -> JSONValue {
            [
                "employee_number": .string(number), "given_name": "A", "family_name": "B", "job_title": "C",
                "country": "GB", "employment_type": "full_time", "hired_on": .string(day),
            ]
        }

        private static let importColumns =
            "employee_number,given_name,family_name,preferred_name,email,phone,job_title,department,country,grade,"
            + "employment_type,hired_on,manager_number,salary_amount,salary_currency,bank_iban,national_id,birth_date,"
            + "gender,nationality"
        private static let day = "2026-11-21"
        /// What holds for an organisation that never said anything.
        private static let settings: JSONValue = [
            "factors": ["second_factor": false, "phishing_resistant_roles": [], "enforced_from": nil],
            "sessions": ["idle_minutes": 30, "absolute_minutes": 720], "addresses": [],
            "passwords": ["minimum_length": 8], "sign_in_methods": ["password", "recovery_code", "passkey"],
        ]
        private static let bodies: [String: APIClient.Body] = [
            "auth PUT /v1/organisation/settings": .json(settings),
            "auth POST /v1/organisation/settings/simulation": .json(settings),
            "hr PATCH /v1/employees/{id}": .json(["job_title": "Nobody"]),
            "hr POST /v1/employees/{id}/terminate": .json(["terminated_on": .string(day)]),
            "hr PUT /v1/employees/{id}/manager": .json(["manager_id": nil]),
            "hr PUT /v1/employees/{id}/member": .json(["member_id": .string(UUIDv7.generate().text)]),
            "hr PATCH /v1/departments/{id}": .json(["name": "Nowhere"]),
            "hr POST /v1/employees/import": .csv(Array((importColumns + "\n").utf8)),
            "auth PATCH /v1/members/{id}": .json(["roles": ["viewer"]]),
            "auth POST /v1/sign-in": .json(["email": "nobody@nowhere.example", "password": "not anybody's password"]),
            "auth POST /v1/sign-in/totp": .json(["challenge": "none", "code": "000000"]),
            "auth POST /v1/sign-in/recovery": .json([
                "challenge": "none", "recovery_code": "AAAA-AAAA-AAAA-AAAA",
            ]),
            "auth POST /v1/sign-in/passkey/options": .json([:]),
            "auth POST /v1/sign-in/passkey": .json([
                "challenge": "none",
                "credential": [
                    "id": "AA", "type": "public-key",
                    "response": ["clientDataJSON": "AA", "authenticatorData": "AA", "signature": "AA"],
                ],
            ]),
            "auth POST /v1/session/step-up": .json([
                "challenge": "none",
                "credential": [
                    "id": "AA", "type": "public-key",
                    "response": ["clientDataJSON": "AA", "authenticatorData": "AA", "signature": "AA"],
                ],
            ]),
            "auth PUT /v1/totp": .json(["enrolment": "none", "code": "000000"]),
            "auth POST /v1/passkeys": .json([
                "registration": "none", "name": "none",
                "credential": [
                    "id": "AA", "type": "public-key",
                    "response": ["clientDataJSON": "AA", "attestationObject": "AA"],
                ],
            ]),
            "auth POST /v1/password-resets": .json(["email": "nobody@nowhere.example"]),
            "auth POST /v1/password-resets/confirm": .json(["token": "none", "password": "not anybody's password"]),
            "auth POST /v1/invitations/accept": .json(["token": "none", "password": "not anybody's password"]),
            "auth POST /v1/invitations/confirm": .json(["enrolment": "none", "code": "000000"]),
            "auth POST /v1/applications": .json(["name": "Nothing", "redirect_uris": [], "scopes": []]),
            "auth POST /authorize": .form([("client_id", "none")]),
            "auth POST /v1/par": .form([("client_id", "none")]),
            "auth POST /v1/introspect": .form([("client_id", "none"), ("token", "none")]),
            "auth POST /v1/revoke": .form([("client_id", "none"), ("token", "none")]),
            // Without `Origin` no form of a page is taken.
            "auth POST /sign-in": .form([("email", "nobody@nowhere.example"), ("password", "none")]),
            "auth POST /sign-in/code": .form([("challenge", "none"), ("code", "000000")]),
            "auth POST /sign-in/passkey": .form([("challenge", "none"), ("credential", "{}")]),
            "auth POST /sign-out": .form([]),
            "auth POST /consent": .form([("request", "none"), ("decision", "allow")]),
            "auth POST /reset-password": .form([("token", "none"), ("password", "not anybody's password")]),
            "auth POST /accept-invitation": .form([("token", "none"), ("password", "not anybody's password")]),
            "auth POST /confirm-invitation": .form([("enrolment", "none"), ("code", "000000")]),
            "auth POST /v1/token": .form([("grant_type", "refresh_token"), ("refresh_token", "none")]),
            "policy POST /access/v1/evaluation": .json([
                "subject": ["type": "member", "id": "x"], "action": ["name": "employee.view"],
                "resource": ["type": "employee", "id": "x"],
            ]),
            "hr POST /v1/departments": .json(["name": "Architecture"]),
        ]
    }

    /// The columns.
    static let callers = [
        "owner", "admin", "hr_lead", "manager", "analyst", "viewer", "employee", "stranger", "nobody",
    ]

    /// The rows.
    let rows: [Row]

    /// Written from the shipped policies; `-` is not called: it would end the
    /// session of a persona, or its answer depends on how long ago the persona signed in. Redirects are followed.
    static let standard = RouteMatrix(
        """
                                                         owner admin hr_lead manager analyst viewer employee stranger nobody
        auth POST /v1/sign-in                              401   401     401     401     401    401      401      401    401
        auth POST /v1/sign-in/totp                         401   401     401     401     401    401      401      401    401
        auth POST /v1/sign-in/recovery                     401   401     401     401     401    401      401      401    401
        auth POST /v1/sign-in/passkey/options              200   200     200     200     200    200      200      200    200
        auth POST /v1/sign-in/passkey                      401   401     401     401     401    401      401      401    401
        auth GET /v1/passkeys                              200   200     200     200     200    200      200      200    401
        auth POST /v1/passkeys                             409   409     409     409     409    409      409      409    401
        auth POST /v1/passkeys/registration                  -     -       -       -       -      -        -        -    401
        auth DELETE /v1/passkeys/{id}                        -     -       -       -       -      -        -        -    401
        auth PUT /v1/totp                                  409   409     409     409     409    409      409      409    401
        auth POST /v1/totp/enrolment                         -     -       -       -       -      -        -        -    401
        auth GET /v1/recovery-codes                        200   200     200     200     200    200      200      200    401
        auth POST /v1/recovery-codes                         -     -       -       -       -      -        -        -    401
        auth POST /v1/password-resets                      202   202     202     202     202    202      202      202    202
        auth POST /v1/password-resets/confirm              401   401     401     401     401    401      401      401    401
        auth POST /v1/token                                400   400     400     400     400    400      400      400    400
        auth POST /v1/sign-out                               -     -       -       -       -      -        -        -    401
        auth GET /v1/sessions                              200   200     200     200     200    200      200      200    401
        auth DELETE /v1/sessions/{id}                      404   404     404     404     404    404      404      404    401
        auth POST /v1/session/step-up                      401   401     401     401     401    401      401      401    401
        auth POST /v1/session/step-up/passkey/options      200   200     200     200     200    200      200      200    401
        auth GET /.well-known/jwks.json                    200   200     200     200     200    200      200      200    200
        auth GET /.well-known/oauth-authorization-server   200   200     200     200     200    200      200      200    200
        auth POST /v1/invitations/accept                   401   401     401     401     401    401      401      401    401
        auth POST /v1/invitations/confirm                  401   401     401     401     401    401      401      401    401
        auth GET /reset-password                           400   400     400     400     400    400      400      400    400
        auth POST /reset-password                          403   403     403     403     403    403      403      403    403
        auth GET /accept-invitation                        400   400     400     400     400    400      400      400    400
        auth POST /accept-invitation                       403   403     403     403     403    403      403      403    403
        auth POST /confirm-invitation                      403   403     403     403     403    403      403      403    403
        auth GET /v1/members                               200   200     200     200     200    200      200      200    401
        auth POST /v1/members                              409   409     403     403     403    403      403      403    401
        auth GET /v1/members/{id}                          200   200     404     404     200    404      404      404    401
        auth PATCH /v1/members/{id}                        412   412     403     403     403    403      403      403    401
        auth GET /v1/organisation                          200   200     200     200     200    200      200      200    401
        auth GET /authorize                                400   400     400     400     400    400      400      400    400
        auth POST /authorize                               400   400     400     400     400    400      400      400    400
        auth GET /authorize/resume                         400   400     400     400     400    400      400      400    400
        auth GET /sign-in                                  200   200     200     200     200    200      200      200    200
        auth POST /sign-in                                 403   403     403     403     403    403      403      403    403
        auth POST /sign-in/code                            403   403     403     403     403    403      403      403    403
        auth POST /sign-in/passkey                         403   403     403     403     403    403      403      403    403
        auth GET /account                                  200   200     200     200     200    200      200      200    200
        auth GET /sign-out                                 200   200     200     200     200    200      200      200    200
        auth POST /sign-out                                403   403     403     403     403    403      403      403    403
        auth POST /consent                                 403   403     403     403     403    403      403      403    403
        auth GET /assets/{name}                            200   200     200     200     200    200      200      200    200
        auth POST /v1/par                                  401   401     401     401     401    401      401      401    401
        auth GET /v1/userinfo                              403   403     403     403     403    403      403      403    401
        auth POST /v1/userinfo                             403   403     403     403     403    403      403      403    401
        auth POST /v1/introspect                           401   401     401     401     401    401      401      401    401
        auth POST /v1/revoke                               401   401     401     401     401    401      401      401    401
        auth GET /.well-known/openid-configuration         200   200     200     200     200    200      200      200    200
        auth GET /v1/applications                          200   200     403     403     403    403      403      403    401
        auth POST /v1/applications                         422   422     422     422     422    422      422      422    401
        auth DELETE /v1/applications/{id}                  404   404     403     403     403    403      403      403    401
        auth GET /v1/organisation/settings                 200   200     403     403     403    403      403      403    401
        auth PUT /v1/organisation/settings                 412   403     403     403     403    403      403      403    401
        auth GET /v1/organisation/settings/versions        200   200     403     403     403    403      403      403    401
        auth POST /v1/organisation/settings/simulation     200   403     403     403     403    403      403      403    401
        auth GET /health/live                              200   200     200     200     200    200      200      200    200
        auth GET /health/ready                             200   200     200     200     200    200      200      200    200
        auth GET /openapi.json                             200   200     200     200     200    200      200      200    200
        policy GET /.well-known/authzen-configuration      200   200     200     200     200    200      200      200    200
        policy POST /access/v1/evaluation                  400   400     403     403     403    403      403      403    401
        policy GET /health/live                            200   200     200     200     200    200      200      200    200
        policy GET /health/ready                           200   200     200     200     200    200      200      200    200
        policy GET /openapi.json                           200   200     200     200     200    200      200      200    200
        hr GET /v1/employees                               200   200     200     200     200    200      200      200    401
        hr POST /v1/employees                              409   403     409     403     403    403      403      201    401
        hr GET /v1/employees/search                        200   200     200     200     200    200      200      200    401
        hr POST /v1/employees/import                       200   200     200     403     403    403      403      200    401
        hr GET /v1/employees/{id}                          200   200     200     404     404    200      200      404    401
        hr PATCH /v1/employees/{id}                        412   403     412     403     403    403      403      404    401
        hr POST /v1/employees/{id}/terminate               412   403     412     403     403    403      403      404    401
        hr PUT /v1/employees/{id}/manager                  412   403     412     403     403    403      403      404    401
        hr PUT /v1/employees/{id}/member                   412   412     403     403     403    403      403      403    401
        hr GET /v1/departments                             200   200     200     200     200    200      200      200    401
        hr POST /v1/departments                            409   403     409     403     403    403      403      201    401
        hr GET /v1/departments/{id}                        200   200     200     200     200    200      200      404    401
        hr PATCH /v1/departments/{id}                      412   403     412     403     403    403      403      404    401
        hr GET /health/live                                200   200     200     200     200    200      200      200    200
        hr GET /health/ready                               200   200     200     200     200    200      200      200    200
        hr GET /openapi.json                               200   200     200     200     200    200      200      200    200
        audit GET /v1/events                               200   200     403     403     403    403      403      403    401
        audit GET /v1/checkpoint                           200   200     403     403     403    403      403      403    401
        audit GET /v1/proofs/inclusion                     200   200     403     403     403    403      403      403    401
        audit GET /v1/proofs/consistency                   200   200     403     403     403    403      403      403    401
        audit GET /health/live                             200   200     200     200     200    200      200      200    200
        audit GET /health/ready                            200   200     200     200     200    200      200      200    200
        audit GET /openapi.json                            200   200     200     200     200    200      200      200    200
        """)

    /// Reads the table: a line holds an operation and a status for each caller.
    init(_ table: String) {
        rows = table.split(separator: "\n").dropFirst().map { line in
            let words = line.split(separator: " ").map(String.init)
            let statuses = words.suffix(Self.callers.count).map(Int.init)
            return Row(operation: words.dropLast(statuses.count).joined(separator: " "), statuses: statuses)
        }
    }
}
