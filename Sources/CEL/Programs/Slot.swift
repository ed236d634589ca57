/// An attribute that a program reads: a variable of the environment with the record fields selected from it.
public struct Slot: Sendable, Hashable {
    /// The variable's full name, then the fields: `["resource", "country"]`.
    public let path: [String]
    /// Its declared type.
    public let type: CELType

    /// A slot of a variable or of a record's field.
    public init(path: [String], type: CELType) {
        self.path = path
        self.type = type
    }

    /// As an expression writes it: `resource.country`.
    public var name: String { path.joined(separator: ".") }
}

/// The numbers of the slots. Programs that are to be evaluated on the same activation are compiled with the same table.
public struct SlotTable: Sendable {
    /// The slots by number.
    public private(set) var slots: [Slot] = []
    private var numbers: [[String]: Int] = [:]

    /// A table without slots.
    public init() {}

    /// The number of a slot, a new one if it has none yet.
    public mutating func number(of path: [String], _ type: CELType) -> Int {
        if let number = numbers[path] { return number }
        numbers[path] = slots.count
        slots.append(Slot(path: path, type: type))
        return slots.count - 1
    }

    /// The number of a slot that some program reads.
    public func number(of path: [String]) -> Int? { numbers[path] }
}
