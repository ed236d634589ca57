extension SQLCell {
    /// The elements of a one-dimensional array; nil for a null element.
    ///
    /// The binary form: number of dimensions, a flag, the element type, then for each dimension its length and lower
    /// bound, then each element with its length (-1 is null), all `int4`. Source: `array_send` in `arrayfuncs.c`.
    func elements() throws(RowError) -> [SQLCell?] {
        guard bytes.count >= 12 else { throw mismatch("an array") }
        let dimensions = load(Int32.self)
        let element = TypeOID(rawValue: load(UInt32.self, at: 8))
        if dimensions == 0 { return [] }
        guard dimensions == 1, bytes.count >= 20 else { throw mismatch("an array of one dimension") }
        var cells: [SQLCell?] = []
        var offset = 20
        for _ in 0..<load(Int32.self, at: 12) {
            guard offset + 4 <= bytes.count else { throw mismatch("an array") }
            let length = Int(load(Int32.self, at: offset))
            offset += 4
            guard length >= 0 else {
                cells.append(nil)
                continue
            }
            guard offset + length <= bytes.count else { throw mismatch("an array") }
            let slice = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length])
            cells.append(SQLCell(column: column, type: element, bytes: slice))
            offset += length
        }
        return cells
    }

    /// Whether the type is an array that `elements` can take apart: a value of another type could by chance look like
    /// one.
    var isArray: Bool {
        switch type.rawValue {
        case 1000...1028, 1115, 1182, 1183, 1185, 1231, 2951, 3807, 199: true
        default: type.rawValue >= TypeOID.firstOfUsers
        }
    }
}
