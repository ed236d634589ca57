import PolicyCore
import ServiceKit
import WireFormat

/// What is in force: for operators and for the services that ask.
struct BundleRoutes: Sendable {
    let active: ActiveBundle

    var internalRoutes: [Route] {
        [
            Route(
                .get, "/internal/v1/bundle",
                access: .service(callers: [.operator, .hr, .auth, .audit], user: .none)
            ) { _ in .json(state) }
        ]
    }

    private var state: JSONValue {
        let activation = active.activation
        var members: [String: JSONValue] = [
            "version": 1, "revision": .string(activation.bundle.revision), "activated_at": activation.activated.wire,
            "modules": JSONValue(activation.bundle.moduleNames),
        ]
        if let refusal = active.refusal {
            members["refused_edit"] = ["refused_at": refusal.refused.wire, "errors": JSONValue(refusal.errors)]
        }
        return .object(members)
    }
}
