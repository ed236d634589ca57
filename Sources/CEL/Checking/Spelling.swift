/// Guesses at what a misspelt name was meant to be.
enum Spelling {
    /// The name that differs least from `name`, when it differs in at most a third of its letters.
    static func nearest(to name: String, of names: some Sequence<String>) -> String? {
        let letters = Array(name.utf8)
        // A longer name is no slip of the pen, and the comparison is quadratic.
        guard letters.count <= 64 else { return nil }
        var best: (name: String, distance: Int)?
        for candidate in names.sorted() where candidate.utf8.count <= 64 {
            let distance = distance(letters, Array(candidate.utf8))
            if distance <= max(1, letters.count / 3), distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// Levenshtein's distance.
    private static func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
        var row = Array(0...second.count)
        for (line, letter) in first.enumerated() {
            var diagonal = row[0]
            row[0] = line + 1
            for (column, other) in second.enumerated() {
                let above = row[column + 1]
                row[column + 1] = min(above + 1, row[column] + 1, diagonal + (letter == other ? 0 : 1))
                diagonal = above
            }
        }
        return row[second.count]
    }
}
