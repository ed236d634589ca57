/// Comments between a dash and what it introduces move above the dash, so that the item can begin behind it.
enum Hoisting {
    static func hoist(_ entry: inout SourceEntry) {
        switch entry.value.form {
        case .sequence(var collection):
            guard var first = collection.entries.first else { return }
            hoist(&first)
            entry.leading += first.leading.filter(\.isComment)
            first.leading = []
            collection.entries[0] = first
            entry.value.form = .sequence(collection)
        case .mapping(var collection):
            guard let first = collection.entries.first else { return }
            entry.leading += first.leading.filter(\.isComment)
            collection.entries[0].leading = []
            entry.value.form = .mapping(collection)
        default: return
        }
    }
}
