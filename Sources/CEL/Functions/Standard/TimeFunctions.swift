/// `getHours()` and the other parts of instants and durations.
enum TimeFunctions {
    static let all: [FunctionDeclaration] = [
        field("getFullYear") { fields, _ in fields.date.year },
        field("getMonth") { fields, _ in fields.date.month - 1 },
        field("getDate") { fields, _ in fields.date.day },
        field("getDayOfMonth") { fields, _ in fields.date.day - 1 },
        field("getDayOfWeek") { fields, _ in fields.date.weekday },
        field("getDayOfYear") { fields, _ in fields.date.daysSinceNewYear },
        field("getHours", { fields, _ in fields.hour }, ofSpan: { $0.seconds / 3600 }),
        field("getMinutes", { fields, _ in fields.minute }, ofSpan: { $0.seconds / 60 }),
        field("getSeconds", { fields, _ in fields.second }, ofSpan: { $0.seconds }),
        // Of a duration, the part below a second (cel-spec), where the others are totals.
        field("getMilliseconds", { _, nanos in Int64(nanos) / 1_000_000 }, ofSpan: { Int64($0.nanos) / 1_000_000 }),
    ]

    /// Steps that the rules of a time zone cost: Foundation searches its transitions.
    private static let zoneCost = 16

    private static func field(
        _ name: String, _ ofInstant: @escaping @Sendable (TimestampFields, Int32) -> Int64,
        ofSpan: (@Sendable (TimeSpan) -> Int64)? = nil
    ) -> FunctionDeclaration {
        let ofSpanOverloads: [FunctionDeclaration.Overload] = ofSpan == nil ? [] : [.member(.duration, returns: .int)]
        return .unaryOrBinary(
            name,
            [.member(.timestamp, returns: .int), .member(.timestamp, .string, returns: .int)] + ofSpanOverloads
        ) { (a, zone, budget) throws(EvaluationError) in
            switch (a, zone) {
            case (.timestamp(let timestamp), nil):
                return .int(ofInstant(TimestampFields(timestamp, offset: 0), timestamp.nanos))
            case (.timestamp(let timestamp), .string(let zone)?):
                try budget.spend(zoneCost)
                let offset = try CELTimeZones.offset(of: zone, at: timestamp)
                return .int(ofInstant(TimestampFields(timestamp, offset: offset), timestamp.nanos))
            case (.duration(let span), nil): return ofSpan.map { .int($0(span)) }
            default: return nil
            }
        }
    }
}
