import HRDomain
import Testing

@Suite("Search words") struct SearchWordsTests {
    @Test(
        "case, diacritics and compatibility forms make no difference",
        arguments: [
            ("Zoë Ångström", ["zoe", "angstrom"]), ("Łukasz Øster-Straße", ["lukasz", "oster", "strasse"]),
            ("ＡＬＩＣＥ ﬁsher", ["alice", "fisher"]), ("İstanbul ISTANBUL ıstanbul", ["istanbul"]),
            ("O'Neill O’Neill", ["oneill"]), ("e\u{301}te été", ["ete"]), ("李小龍", ["李小龍"]),
            ("Head of R&D, EMEA", ["head", "of", "r", "d", "emea"]), ("  ", []), ("E-01042", ["e", "01042"]),
            ("ΣΊΣΥΦΟΣ Σίσυφος", ["σισυφοσ"]), ("Ñandú", ["nandu"]),
        ])
    func folds(text: String, words: [String]) { #expect(SearchWords.words(of: text) == words) }

    @Test("words of one letter are whole words, longer ones prefixes, and a search has at most eight")
    func terms() {
        #expect(SearchWords.terms(of: "An m") == [.prefix("an"), .word("m")])
        #expect(SearchWords.terms(of: " ,, ") == nil)
        #expect(SearchWords.terms(of: "a b c d e f g h i") == nil)
        #expect(SearchWords.terms(of: "a b c d e f g h")?.count == 8)
    }

    @Test("long words are cut alike in what is stored and what is sought")
    func cuts() {
        let long = String(repeating: "x", count: 200)
        #expect(SearchWords.words(of: long) == [String(repeating: "x", count: SearchWords.wordLimit)])
    }
}
