import Foundation
public import Logging

/// What every service's `@main` does around its wiring.
public enum ServiceMain {
    /// Reads the settings, sets logging and metrics up, and runs the body. With the argument `--print-configuration` it
    /// prints the configuration in force, secrets redacted, and ends. Any error ends the process with one clear line.
    public static func run(
        _ name: ServiceName, _ body: @Sendable (Settings, Logger) async throws -> Void
    ) async {
        do {
            let settings = try Settings()
            if CommandLine.arguments.contains("--print-configuration") {
                for line in settings.effective { print(line) }
                return
            }
            let level = Logger.Level(rawValue: try settings.value(SettingKey.logLevel)) ?? .info
            JSONLineLogHandler.bootstrap(level: level)
            MetricsRegistry.bootstrap()
            try await body(settings, Logger(label: name.text))
        } catch {
            let line = String(describing: error).split(whereSeparator: \.isNewline).joined(separator: " ")
            FileHandle.standardError.write(Data("bailiwick \(name): \(line)\n".utf8))
            exit(1)
        }
    }
}
