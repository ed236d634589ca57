import Postgres
import Testing
import WireFormat

/// Which URLs are taken. Nothing connects here.
@Suite struct ConnectionParameterTests {
    @Test(arguments: [
        "postgres://u:p@/d?host=/tmp/socket", "postgres://u:p@localhost:5433/d", "postgresql://u@127.0.0.1/d",
        "postgres://u:p@[::1]/d", "host=/tmp user=u dbname=d password='a b'",
        "postgres://u:p@db.example.org/d", "postgres://u:p@db.example.org/d?sslmode=require",
        "postgres://u:p@db.example.org/d?sslmode=verify-ca&sslrootcert=/etc/ca.pem",
        "postgres://u:p@a.example.org,b.example.org/d?target_session_attrs=read-write",
    ])
    func accepted(_ url: String) throws {
        try DatabaseConfiguration(url: Redacted(url)).validate()
    }

    @Test(arguments: [
        ("postgres://u:p@db.example.org/d?sslmode=disable", "another machine"),
        ("postgres://u:p@db.example.org/d?sslmode=prefer", "another machine"),
        ("postgres://u:p@10.0.0.1/d?sslmode=allow", "another machine"),
        ("postgres://u:p@localhost/d?sslmode=disable&hostaddr=10.0.0.1", "another machine"),
        ("postgres://u:p@127.example.org/d?sslmode=disable", "another machine"),
        ("postgres://u:p@localhost,db.example.org/d?sslmode=disable", "another machine"),
        ("postgres://u:p@localhost", "names no database"),
        ("postgres://localhost/d", "names no user"),
        ("mysql://u:topsecret@localhost/d", "cannot be read"),
        ("postgres://u:topsecret@localhost:port:port/d?nonsense=1", "cannot be read"),
        ("", "names no database"),
    ])
    func refusedWithOneLine(_ url: String, _ reason: String) throws {
        let failure = #expect(throws: PostgresError.self) {
            try DatabaseConfiguration(url: Redacted(url)).validate()
        }
        #expect(failure?.code == .configuration)
        #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "")")
        #expect(failure?.message.contains("topsecret") == false)
        #expect(failure?.message.contains("\n") == false)
    }
}
