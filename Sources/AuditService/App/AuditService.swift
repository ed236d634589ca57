import ServiceKit

/// The audit sink: the append-only log and its proofs.
@main
struct AuditService {
    static func main() async {
        await ServiceMain.run(.audit) { @Sendable settings, logger in
            try await AuditService.build(settings, logger: logger).run()
        }
    }
}
