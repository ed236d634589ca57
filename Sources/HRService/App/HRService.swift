import ServiceKit

/// The HR domain: employees, departments, reporting lines.
@main
struct HRService {
    static func main() async {
        await ServiceMain.run(.hr) { settings, logger in
            try await HRService.build(settings, logger: logger).run()
        }
    }
}
