import CLibYAML

/// The events of a YAML text, read through libyaml.
struct EventStream: ~Copyable {
    /// What is at a place of the text.
    struct Event {
        enum Kind: Equatable {
            case streamStart, streamEnd, documentEnd
            case documentStart(hasDirectives: Bool)
            case scalar(String, style: ScalarStyle)
            case sequenceStart, sequenceEnd, mappingStart, mappingEnd
            case alias(String)
        }

        let kind: Kind
        let mark: Mark
        var anchor: String?
        var tag: String?
    }

    /// How a scalar is written; only plain ones are resolved to something other than a string.
    enum ScalarStyle { case plain, quoted, block }

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>
    private let path: String

    init(bytes: [UInt8], path: String) {
        self.path = path
        parser = .allocate(capacity: 1)
        input = .allocate(capacity: max(bytes.count, 1))
        _ = input.update(fromContentsOf: bytes)
        yaml_parser_initialize(parser)
        // Said outright: libyaml would guess UTF-16 from the first bytes.
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, input.baseAddress, bytes.count)
    }

    /// Gives the memory back; no event may be asked for afterwards.
    func close() {
        yaml_parser_delete(parser)
        parser.deallocate()
        input.deallocate()
    }

    /// The next event, or the reason why the text ends here.
    mutating func next() throws(PlacedError) -> Event {
        var raw = yaml_event_t()
        guard yaml_parser_parse(parser, &raw) == 1 else { throw failure() }
        defer { yaml_event_delete(&raw) }
        let mark = Mark(line: Int(raw.start_mark.line) + 1, column: Int(raw.start_mark.column) + 1)
        switch raw.type {
        case YAML_STREAM_START_EVENT: return Event(kind: .streamStart, mark: mark)
        case YAML_STREAM_END_EVENT: return Event(kind: .streamEnd, mark: mark)
        case YAML_DOCUMENT_START_EVENT:
            let start = raw.data.document_start
            let hasTags = start.tag_directives.start != start.tag_directives.end
            return Event(kind: .documentStart(hasDirectives: start.version_directive != nil || hasTags), mark: mark)
        case YAML_DOCUMENT_END_EVENT: return Event(kind: .documentEnd, mark: mark)
        case YAML_ALIAS_EVENT: return Event(kind: .alias(text(raw.data.alias.anchor) ?? ""), mark: mark)
        case YAML_SCALAR_EVENT:
            let scalar = raw.data.scalar
            let value = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            let style: ScalarStyle =
                switch scalar.style {
                case YAML_PLAIN_SCALAR_STYLE: .plain
                case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE: .block
                default: .quoted
                }
            return Event(
                kind: .scalar(value, style: style), mark: mark, anchor: text(scalar.anchor), tag: text(scalar.tag))
        case YAML_SEQUENCE_START_EVENT:
            let start = raw.data.sequence_start
            return Event(kind: .sequenceStart, mark: mark, anchor: text(start.anchor), tag: text(start.tag))
        case YAML_SEQUENCE_END_EVENT: return Event(kind: .sequenceEnd, mark: mark)
        case YAML_MAPPING_START_EVENT:
            let start = raw.data.mapping_start
            return Event(kind: .mappingStart, mark: mark, anchor: text(start.anchor), tag: text(start.tag))
        case YAML_MAPPING_END_EVENT: return Event(kind: .mappingEnd, mark: mark)
        default: throw PlacedError(path: path, mark: mark, cause: "unreadable text")
        }
    }

    private func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        pointer.map { String(cString: $0) }
    }

    private func failure() -> PlacedError {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "unreadable text"
        if parser.pointee.error == YAML_READER_ERROR {
            return PlacedError(
                path: path, mark: markOfByte(Int(parser.pointee.problem_offset)), cause: problem,
                remedy: "save the file as UTF-8 without control characters")
        }
        let place = parser.pointee.problem_mark
        let mark = Mark(line: Int(place.line) + 1, column: Int(place.column) + 1)
        let context = parser.pointee.context.map { " " + String(cString: $0) } ?? ""
        return PlacedError(
            path: path, mark: mark, cause: problem + context, remedy: Self.remedy(problem: problem, context: context))
    }

    /// What people most often did when libyaml says this.
    private static func remedy(problem: String, context: String) -> String? {
        if context.contains("alias") { return "quote text that begins with `*`" }
        if context.contains("anchor") { return "quote text that begins with `&`" }
        if problem.contains("cannot start any token") { return "quote the text, and indent with spaces" }
        if problem.contains("mapping values are not allowed") { return "quote text that holds `: `, or indent the key" }
        if problem.contains("could not find expected ':'") { return "write `key: value`" }
        if problem.contains("did not find expected key") { return "check the indentation" }
        return nil
    }

    private func markOfByte(_ offset: Int) -> Mark {
        var line = 1
        var column = 1
        for byte in input.prefix(min(offset, input.count)) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return Mark(line: line, column: column)
    }
}
