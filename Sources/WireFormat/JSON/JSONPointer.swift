/// RFC 6901 pointers, kept as text: they are only made and shown.
public enum JSONPointer {
    /// The pointer of the member `name` of the value at `parent`, with `~` and `/` escaped.
    public static func appending(_ name: String, to parent: String) -> String {
        guard name.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else {
            return parent + "/" + name
        }
        return name.reduce(into: parent + "/") { text, character in
            switch character {
            case "~": text += "~0"
            case "/": text += "~1"
            default: text.append(character)
            }
        }
    }

    /// The pointer of element `index` of the array at `parent`.
    public static func appending(_ index: Int, to parent: String) -> String { "\(parent)/\(index)" }
}
