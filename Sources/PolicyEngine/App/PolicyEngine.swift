import ServiceKit

/// The policy decision point: answers whether somebody may do something, and over whom.
@main
struct PolicyEngine {
    static func main() async {
        await ServiceMain.run(.policy) { @Sendable settings, logger in
            try await PolicyEngine.build(settings, logger: logger).run()
        }
    }
}
