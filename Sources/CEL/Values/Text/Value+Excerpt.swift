extension Value {
    /// Most code points of a text that an error quotes: enough to recognise it, too little to flood a log.
    private static let excerptLength = 64

    /// The value as an error message quotes it: scalars in backticks, others by their type.
    var excerpt: String {
        switch self {
        case .null: "`null`"
        case .bool(let bool): "`\(bool)`"
        case .int(let number): "`\(number)`"
        case .uint(let number): "`\(number)u`"
        case .double(let number): "`\(number)`"
        case .string(let text): Self.excerpt(text)
        default: "of type `\(typeValue)`"
        }
    }

    /// A text as an error message quotes it: cut where it is long, with nothing in it that could forge a line of a log
    /// or change the direction of the text around it.
    static func excerpt(_ text: String) -> String {
        let head = text.unicodeScalars.prefix(excerptLength)
        let isWhole = head.endIndex == text.unicodeScalars.endIndex
        var shown = ""
        for scalar in head {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
                shown += "\\u{\(String(scalar.value, radix: 16))}"
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return "`\(shown)\(isWhole ? "" : "…")`"
    }
}
