/// Reads CSV (RFC 4180) from bytes as they arrive and says line and column of whatever is wrong.
///
/// A state machine: feed it chunks of any size, take what they complete, then `finish()`. A malformed record is
/// reported and reading goes on at the next line, so that one slip does not hide the rest of a file.
public struct CSVReader: Sendable {
    private enum State {
        case recordStart
        case fieldStart
        case plain
        case quoted
        /// A quote inside a quoted field: doubled, or the end.
        case quoteInQuoted
        /// A CR outside quotes: only LF may follow.
        case carriageReturn
        /// The record is malformed: everything up to the next line is dropped.
        case skipping
        /// A malformed quoted field is open: line breaks belong to it.
        case skippingQuoted
        /// A quote in `skippingQuoted`.
        case skippingQuoteInQuoted
    }

    private let limits: CSVLimits
    private var state: State = .recordStart
    private var position = CSVPosition(line: 1, column: 1)
    private var recordStart = CSVPosition(line: 1, column: 1)
    private var fieldStart = CSVPosition(line: 1, column: 1)
    private var field: [UInt8] = []
    private var fields: [CSVField] = []
    private var records = 0
    private var byteCount = 0
    private var mark: [UInt8] = []
    private var markDone = false
    private var invalid: CSVError?

    /// A reader at line 1, column 1.
    public init(limits: CSVLimits = .standard) {
        self.limits = limits
    }

    /// Takes the next bytes and answers what they complete, in order.
    ///
    /// - Throws: `CSVError` when the file as a whole passes a limit; nothing more may be read then.
    public mutating func read(_ bytes: some Sequence<UInt8>) throws(CSVError) -> [CSVItem] {
        var items: [CSVItem] = []
        for byte in bytes {
            byteCount += 1
            guard byteCount <= limits.bytes else { throw CSVError(position, .fileTooLong(limit: limits.bytes)) }
            if !markDone {
                if CSVReader.byteOrderMark[mark.count] == byte {
                    mark.append(byte)
                    markDone = mark.count == CSVReader.byteOrderMark.count
                    continue
                }
                markDone = true
                for held in mark { try take(held, into: &items) }
            }
            try take(byte, into: &items)
        }
        return items
    }

    /// Ends the file: answers the last record when no line break ended it, or what is wrong with it.
    public mutating func finish() throws(CSVError) -> [CSVItem] {
        var items: [CSVItem] = []
        if !markDone {
            markDone = true
            for held in mark { try take(held, into: &items) }
        }
        switch state {
        case .recordStart: break
        case .quoted, .skippingQuoted:
            items.append(.rejected(invalid ?? CSVError(fieldStart, .quoteNeverCloses)))
        case .carriageReturn: items.append(.rejected(CSVError(position, .bareCarriageReturn)))
        case .skipping, .skippingQuoteInQuoted: endSkipped(&items)
        case .fieldStart, .plain, .quoteInQuoted: try endRecord(&items)
        }
        state = .recordStart
        return items
    }

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private mutating func take(_ byte: UInt8, into items: inout [CSVItem]) throws(CSVError) {
        switch state {
        case .recordStart:
            recordStart = position
            fieldStart = position
            // A blank line is not a record of one empty field: spreadsheets leave them at the end.
            if byte == CSVByte.lineFeed { break }
            if byte == CSVByte.carriageReturn {
                state = .carriageReturn
                break
            }
            try startField(byte, &items)
        case .fieldStart: try startField(byte, &items)
        case .plain:
            switch byte {
            case CSVByte.comma: endField()
            case CSVByte.lineFeed: try endRecord(&items)
            case CSVByte.carriageReturn: state = .carriageReturn
            case CSVByte.quote: reject(.quoteInPlainField)
            default: append(byte)
            }
        case .quoted:
            if byte == CSVByte.quote { state = .quoteInQuoted } else { append(byte) }
        case .quoteInQuoted:
            switch byte {
            case CSVByte.quote:
                state = .quoted
                append(byte)
            case CSVByte.comma: endField()
            case CSVByte.lineFeed: try endRecord(&items)
            case CSVByte.carriageReturn: state = .carriageReturn
            default: reject(.textAfterQuote)
            }
        case .carriageReturn:
            guard byte == CSVByte.lineFeed else {
                reject(.bareCarriageReturn)
                break
            }
            if recordStart == fieldStart, fields.isEmpty, field.isEmpty, position.column == recordStart.column + 1 {
                state = .recordStart
            } else {
                try endRecord(&items)
            }
        case .skipping:
            if byte == CSVByte.lineFeed { endSkipped(&items) }
        case .skippingQuoted:
            if byte == CSVByte.quote { state = .skippingQuoteInQuoted }
        case .skippingQuoteInQuoted:
            if byte == CSVByte.quote {
                state = .skippingQuoted
            } else if byte == CSVByte.lineFeed {
                endSkipped(&items)
            } else {
                state = .skipping
            }
        }
        advance(over: byte)
    }

    private mutating func startField(_ byte: UInt8, _ items: inout [CSVItem]) throws(CSVError) {
        fieldStart = position
        switch byte {
        case CSVByte.quote: state = .quoted
        case CSVByte.comma: endField()
        case CSVByte.lineFeed: try endRecord(&items)
        case CSVByte.carriageReturn: state = .carriageReturn
        default:
            state = .plain
            append(byte)
        }
    }

    private mutating func append(_ byte: UInt8) {
        guard field.count < limits.fieldBytes else { return reject(.fieldTooLong(limit: limits.fieldBytes)) }
        guard byte != 0 else { return reject(.nul) }
        field.append(byte)
    }

    private mutating func endField() {
        closeField()
        guard fields.count < limits.fields else { return reject(.tooManyFields(limit: limits.fields)) }
        // A quoted field cannot be told from an open one here: the separator has been seen.
        if state != .skipping { state = .fieldStart }
    }

    private mutating func closeField() {
        guard let text = String(validating: field, as: UTF8.self) else {
            field.removeAll(keepingCapacity: true)
            invalid = invalid ?? CSVError(fieldStart, .notUTF8)
            state = .skipping
            return
        }
        fields.append(CSVField(text: text, position: fieldStart))
        field.removeAll(keepingCapacity: true)
    }

    private mutating func endRecord(_ items: inout [CSVItem]) throws(CSVError) {
        closeField()
        records += 1
        guard records <= limits.records else { throw CSVError(recordStart, .tooManyRecords(limit: limits.records)) }
        if let invalid {
            items.append(.rejected(invalid))
        } else if fields.count > limits.fields {
            items.append(.rejected(CSVError(fieldStart, .tooManyFields(limit: limits.fields))))
        } else {
            items.append(.record(CSVRecord(line: recordStart.line, fields: fields)))
        }
        reset()
    }

    private mutating func endSkipped(_ items: inout [CSVItem]) {
        records += 1
        items.append(.rejected(invalid ?? CSVError(recordStart, .quoteNeverCloses)))
        reset()
    }

    private mutating func reset() {
        invalid = nil
        fields.removeAll(keepingCapacity: true)
        field.removeAll(keepingCapacity: true)
        state = .recordStart
    }

    private mutating func reject(_ reason: CSVError.Reason) {
        invalid = invalid ?? CSVError(position, reason)
        field.removeAll(keepingCapacity: true)
        state = state == .quoted ? .skippingQuoted : .skipping
    }

    /// Columns count Unicode scalars, as editors do; a line ends at LF, also inside quotes.
    private mutating func advance(over byte: UInt8) {
        if byte == CSVByte.lineFeed {
            position = CSVPosition(line: position.line + 1, column: 1)
        } else if byte & 0xC0 != 0x80 {
            position.column += 1
        }
    }
}

/// The bytes that CSV gives a meaning.
private enum CSVByte {
    static let comma = UInt8(ascii: ",")
    static let quote = UInt8(ascii: "\"")
    static let carriageReturn = UInt8(ascii: "\r")
    static let lineFeed = UInt8(ascii: "\n")
}
