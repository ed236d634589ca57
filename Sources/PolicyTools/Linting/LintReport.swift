public import MarkedYAML
import PolicyCore
public import WireFormat

/// What lint has to say about a set of files.
public struct LintReport: Sendable {
    /// What is wrong; the files do not load.
    public let errors: [PlacedError]
    /// What loads and is probably not meant.
    public let warnings: [LintWarning]
    /// The revision; nil when there are errors.
    public let revision: String?
    private let sources: [String: [UInt8]]

    init(errors: [PlacedError], warnings: [LintWarning], revision: String?, files: [PolicyFile]) {
        self.errors = errors
        self.warnings = warnings
        self.revision = revision
        sources = Dictionary(files.map { ($0.path, $0.bytes) }, uniquingKeysWith: { first, _ in first })
    }

    /// For people: each with its line, a caret and the remedy.
    /// - Parameter isColored: Whether the reader is a terminal that shows colours.
    public func text(isColored: Bool) -> String {
        let paint = Paint(isOn: isColored)
        var blocks = errors.map { block($0, label: paint.error("error"), note: nil, request: nil, paint) }
        blocks += warnings.map { warning in
            block(
                warning.place, label: paint.warning("warning"), note: "\(warning.code)", request: warning.request, paint
            )
        }
        return blocks.joined(separator: "\n\n")
    }

    /// For scripts: `{"errors": […], "findings": […], "revision"}`, each entry with `path`, `line`, `column`, `cause`,
    /// `remedy`, `excerpt` and `length` of what is meant; findings with `code` and, where there is one, `request`.
    public var wire: JSONValue {
        [
            "errors": .array(errors.map { .object(members($0)) }),
            "findings": .array(
                warnings.map { warning in
                    var members = members(warning.place)
                    members["code"] = .string("\(warning.code)")
                    members["request"] = warning.request
                    return .object(members)
                }),
            "revision": JSONValue(revision),
        ]
    }

    private func members(_ place: PlacedError) -> [String: JSONValue] {
        let excerpt = Excerpt(of: place, in: sources[place.path])
        return [
            "path": .string(place.path), "line": .integer(Int64(place.mark.line)),
            "column": .integer(Int64(place.mark.column)), "cause": .string(place.cause),
            "remedy": JSONValue(place.remedy), "excerpt": JSONValue(excerpt?.line),
            "length": .integer(Int64(excerpt?.length ?? 1)),
        ]
    }

    private func block(
        _ place: PlacedError, label: String, note: String?, request: JSONValue?, _ paint: Paint
    ) -> String {
        let code = note.map { " [\($0)]" } ?? ""
        let head = Printable.text("\(place.path):\(place.mark)")
        var lines = ["\(paint.strong(head)): \(label): \(Printable.text(place.cause))\(paint.faint(code))"]
        let margin = String(repeating: " ", count: max(4, "\(place.mark.line)".count))
        if let excerpt = Excerpt(of: place, in: sources[place.path]) {
            let number = String(repeating: " ", count: margin.count - "\(place.mark.line)".count) + "\(place.mark.line)"
            lines.append(paint.faint("\(number) | ") + Printable.text(excerpt.shown))
            lines.append(paint.faint("\(margin) | ") + excerpt.indent + paint.caret(excerpt.caret))
        }
        if let remedy = place.remedy { lines.append("\(margin) \(paint.faint("=")) \(Printable.text(remedy))") }
        if let request { lines.append("\(margin) \(paint.faint("=")) denied: \(Printable.text(request.text))") }
        return lines.joined(separator: "\n")
    }
}
