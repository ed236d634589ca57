@_spi(ScopeMinting) import Postgres
import SQLQuery
import TestSupport
import Testing

/// `LISTEN` as a stream.
@Suite struct ListenTests {
    let fixture: TestDatabase

    init() async throws { fixture = try await NoteFixture.shared(by: "listen") }

    private func listener(_ application: String) -> Database {
        var configuration = fixture.configuration(.hr, poolSize: 1)
        configuration.applicationName = application
        return fixture.database(configuration)
    }

    @Test func notificationsArriveInOrderAfterTheSubscriptionStands() async throws {
        let database = listener("listen-order")
        var stream = database.notifications(on: try #require(ChannelName("orders"))).makeAsyncIterator()
        #expect(try await stream.next() == .listening)
        for number in 0..<5 {
            try await database.execute(SystemScope(), "SELECT pg_notify('orders', \("n\(number)"))")
        }
        for number in 0..<5 {
            guard case .message(let payload, _) = try await stream.next() else {
                Issue.record("no message")
                return
            }
            #expect(payload == "n\(number)")
        }
    }

    @Test func aBrokenSubscriptionStandsAgainAndSaysSo() async throws {
        let database = listener("listen-again")
        var stream = database.notifications(on: try #require(ChannelName("again"))).makeAsyncIterator()
        #expect(try await stream.next() == .listening)
        try await fixture.database(fixture.superuser()).execute(
            SystemScope(),
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'listen-again'")
        #expect(try await stream.next() == .listening)
        try await database.execute(SystemScope(), "SELECT pg_notify('again', 'back')")
        guard case .message("back", _) = try await stream.next() else {
            Issue.record("no message")
            return
        }
    }

    @Test func theSessionEndsWithTheReader() async throws {
        let database = listener("listen-end")
        let task = Task {
            for try await _ in database.notifications(on: try #require(ChannelName("quiet"))) {}
        }
        let observer = fixture.database(fixture.superuser())
        func sessions() async throws -> Int {
            let rows = try await observer.query(
                SystemScope(),
                "SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = 'listen-end' AND query LIKE 'LISTEN%'"
            )
            return try rows[0].get("n")
        }
        #expect(try await eventually { try await sessions() == 1 })
        task.cancel()
        _ = await task.result
        #expect(try await eventually { try await sessions() == 0 })
    }

    @Test(arguments: ["", "Upper", "with space", "a\"b", "9lives", String(repeating: "a", count: 64), "drop;"])
    func namesThatAreNoIdentifiersAreRefused(_ name: String) { #expect(ChannelName(name) == nil) }
}
