import ArgumentParser
import Hummingbird

/// The peer of every throughput figure: a bare Hummingbird route with `Codable` in and out and no middleware of ours.
struct NoOpServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "no-op", abstract: "Serve POST / until ended.")

    /// Where it listens, on 127.0.0.1.
    @Option var port: Int

    private struct Question: Decodable {
        let id: String
        let count: Int
    }

    private struct Answer: ResponseCodable {
        let id: String
        let count: Int
        let names: [String]
    }

    func run() async throws {
        let router = Router()
        router.post("/") { request, context -> Answer in
            let question = try await request.decode(as: Question.self, context: context)
            return Answer(id: question.id, count: question.count + 1, names: ["a", "b", "c"])
        }
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)))
        try await application.runService()
    }
}
