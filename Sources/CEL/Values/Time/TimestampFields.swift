/// An instant as calendar and clock of some place show it.
struct TimestampFields {
    let date: CivilDate
    let hour: Int64
    let minute: Int64
    let second: Int64

    /// The fields where clocks are `offset` seconds ahead of UTC.
    init(_ timestamp: Timestamp, offset: Int64) {
        let local = timestamp.seconds + offset
        let secondOfDay = local % 86400
        let sinceMidnight = secondOfDay < 0 ? secondOfDay + 86400 : secondOfDay
        date = CivilDate(daysSinceEpoch: (local - sinceMidnight) / 86400)
        hour = sinceMidnight / 3600
        minute = sinceMidnight / 60 % 60
        second = sinceMidnight % 60
    }
}
