import CEL
import Testing

@Suite("Time functions")
struct TimeFunctionTests {
    @Test(
        "read calendar and clock anywhere",
        arguments: [
            "timestamp('2024-02-29T23:59:58.987654321Z').getDate() == 29",
            "timestamp('2024-12-31T00:00:00Z').getDayOfYear() == 365",
            "timestamp('2023-12-31T00:00:00Z').getDayOfWeek() == 0",
            "timestamp('2024-02-29T23:59:58.987Z').getMilliseconds() == 987",
            "timestamp('1969-12-31T23:59:59.001Z').getMilliseconds() == 1",
            "timestamp('1969-12-31T23:59:59Z').getSeconds() == 59",
            "timestamp('0001-01-01T00:00:00Z').getDayOfWeek() == 1",
            "timestamp('0001-01-01T00:00:00Z').getFullYear('-00:01') == 0",
            "timestamp('9999-12-31T23:59:59Z').getFullYear('+00:01') == 10000",
            "timestamp('0001-01-01T00:00:00Z').getDayOfYear('-00:01') == 365",
            // Daylight saving begins at 01:00 UTC on 2024-03-31 and ends at 01:00 UTC on 2024-10-27.
            "timestamp('2024-03-31T00:59:59Z').getHours('Europe/Berlin') == 1",
            "timestamp('2024-03-31T01:00:00Z').getHours('Europe/Berlin') == 3",
            "timestamp('2024-10-27T00:59:59Z').getHours('Europe/Berlin') == 2",
            "timestamp('2024-10-27T01:00:00Z').getHours('Europe/Berlin') == 2",
            "timestamp('2200-07-01T12:00:00Z').getHours('Europe/Berlin') == 14",
            "timestamp('2024-01-01T00:00:00Z').getMinutes('Asia/Kathmandu') == 45",
            "timestamp('2024-01-01T00:00:00Z').getHours('US/Eastern') == 19",
            "timestamp('2024-01-01T00:00:00Z').getHours('Etc/GMT+5') == 19",
            "timestamp('2024-01-01T00:00:00Z').getHours('CET') == 1",
            "timestamp('2024-01-01T12:00:00Z').getHours('-05:30') == 6",
            "timestamp('2024-01-01T12:00:00Z').getHours('UTC') == 12",
            "duration('25h61m1.5s').getHours() == 26", "duration('1h1s').getMinutes() == 60",
            "duration('1h1.9s').getSeconds() == 3601",
            "duration('123.321456789s').getMilliseconds() == 321", "duration('-1.5s').getSeconds() == -1",
            "duration('-1.5s').getMilliseconds() == -500",
            "duration('1us') == duration('1µs')", "duration('1μs') == duration('1000ns')",
            "duration('0') == duration('-0s')", "duration('.5h') == duration('30m')",
            "duration('1.h') == duration('60m')", "duration('9223372036854775807ns') > duration('2562047h')",
            "duration('-9223372036854775808ns') < duration('0')",
            "timestamp('2024-01-31T00:00:00Z') - timestamp('2024-01-30T00:00:00Z') == duration('24h')",
            "duration('1s') + timestamp(0) - duration('0.5s') == timestamp('1970-01-01T00:00:00.5Z')",
            "timestamp(0) - duration('0.000000001s') == timestamp('1969-12-31T23:59:59.999999999Z')",
            "timestamp('2024-01-01T00:00:00.1234567899Z') == timestamp('2024-01-01T00:00:00.123456789Z')",
        ])
    func reading(_ expression: String) throws { try Answers.expectTrue(expression) }

    @Test(
        "fail",
        arguments: [
            ("timestamp(0).getHours('Nowhere/City')", "time zone"), ("timestamp(0).getHours('GMT+0830')", "time zone"),
            ("timestamp(0).getHours('+24:00')", "time zone"), ("timestamp(0).getHours('+1:6')", "time zone"),
            ("timestamp(0).getHours('../../etc/passwd')", "time zone"),
            ("timestamp(0).getHours('Europe/Berlin\\u0000')", "time zone"),
            ("timestamp(0).getHours('BST')", "time zone"), ("timestamp(0).getHours('Etc/Unknown')", "time zone"),
            ("timestamp(0).getHours('')", "time zone"), ("timestamp(0).getHours('europe/berlin')", "time zone"),
            ("timestamp(0).getHours(1)", "no such overload"), ("duration('1s').getHours('UTC')", "no such overload"),
            ("duration('1s').getFullYear()", "no such overload"),
            ("timestamp('9999-12-31T23:59:59.999999999Z') + duration('1ns')", "range"),
            ("duration('9223372036854775807ns') + duration('1ns')", "range"),
            ("duration('-9223372036854775808ns') - duration('1ns')", "range"),
            ("-duration('1s')", "no such overload"), ("timestamp(0) + timestamp(0)", "no such overload"),
        ])
    func failing(_ expression: String, _ words: String) throws { try Answers.expectFailure(expression, words) }

    @Test("tell the version of their time-zone data")
    func version() { #expect(CELTimeZones.dataVersion.hasPrefix("20"), "\(CELTimeZones.dataVersion)") }
}
