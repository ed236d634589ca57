import Testing

@testable import CEL

@Suite("Calendar")
struct CivilDateTests {
    @Test("goes there and back for every day of the years 0 to 10000")
    func roundTrip() throws {
        var days: Int64 = try #require(CivilDate(year: 0, month: 1, day: 1)).daysSinceEpoch
        #expect(days == -719_528)
        for year in Int64(0)...10_000 {
            #expect(CivilDate(daysSinceEpoch: days) == CivilDate(year: year, month: 1, day: 1))
            let length: Int64 = CivilDate.isLeap(year) ? 366 : 365
            let last = CivilDate(daysSinceEpoch: days + length - 1)
            #expect(last.month == 12 && last.day == 31 && last.daysSinceNewYear == length - 1)
            days += length
        }
        for days in Int64(-800_000)...(-798_000) { #expect(CivilDate(daysSinceEpoch: days).daysSinceEpoch == days) }
    }

    @Test("has no other days")
    func impossible() {
        #expect(CivilDate(year: 1900, month: 2, day: 29) == nil && CivilDate(year: 2000, month: 2, day: 29) != nil)
        #expect(CivilDate(year: 2024, month: 4, day: 31) == nil && CivilDate(year: 2024, month: 0, day: 1) == nil)
        #expect(CivilDate(year: 2024, month: 1, day: 0) == nil)
    }
}
