import CLibZxcvbn

/// How many guesses a password withstands, by zxcvbn: dictionaries, names, keyboard walks, dates, repeats.
enum PasswordMeter {
    /// Bits of entropy that a guesser who knows the usual patterns is left with.
    ///
    /// - Parameter words: what a guesser of this very person tries first: parts of the address, our name.
    static func bits(of password: Password, knowing words: [String]) -> Double {
        let held = words.map { word in Array(word.utf8CString) }
        return withPointers(held[...], []) { pointers in
            let list = pointers + [nil]
            return list.withUnsafeBufferPointer { list in
                let start = UnsafeMutablePointer(mutating: list.baseAddress)
                return password.text.withCString { ZxcvbnMatch($0, start, nil) }
            }
        }
    }

    /// Gives `body` a C pointer for each word, good for the call alone.
    private static func withPointers<R>(
        _ words: ArraySlice<[CChar]>, _ pointers: [UnsafePointer<CChar>?],
        _ body: ([UnsafePointer<CChar>?]) -> R
    ) -> R {
        guard let word = words.first else { return body(pointers) }
        return word.withUnsafeBufferPointer { buffer in
            withPointers(words.dropFirst(), pointers + [buffer.baseAddress], body)
        }
    }
}
