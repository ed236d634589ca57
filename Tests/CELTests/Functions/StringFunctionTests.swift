import Testing

@Suite("String functions")
struct StringFunctionTests {
    @Test(
        "count code points",
        arguments: [
            "size('e\\u0301') == 2", "'e\\u0301' != '\\u00e9'", "!'e\\u0301'.contains('\\u00e9')",
            "'e\\u0301'.startsWith('e')", "'\\u0301' in ['\\u0301']", "'K' != '\\u212a'",
            "'a'.charAt(1) == ''", "'😀b'.charAt(1) == 'b'", "''.charAt(0) == ''",
            "'tacocat'.indexOf('none') == -1", "'tacocat'.indexOf('', 7) == 7", "'tacocat'.indexOf('a', 30) == -1",
            "'😀😀'.indexOf('😀', 1) == 1", "''.indexOf('') == 0", "'abc'.indexOf('abcd') == -1",
            "'tacocat'.lastIndexOf('at') == 5", "'tacocat'.lastIndexOf('') == 7",
            "'tacocat'.lastIndexOf('a', 30) == -1",
            "'aaa'.lastIndexOf('aa') == 1", "'tacocat'.lastIndexOf('t', 0) == 0", "'ab'.lastIndexOf('abc') == -1",
            "'😀a😀'.substring(1, 2) == 'a'", "'😀a😀'.substring(3) == ''", "'abc'.substring(0, 3) == 'abc'",
            "'abc'.reverse() == 'cba'", "'a😀'.reverse() == '😀a'", "'ÀZ'.lowerAscii() == 'Àz'",
            "'\\u2028\\u3000x\\u205f'.trim() == 'x'", "' '.trim() == ''", "''.trim() == ''",
            "strings.quote('\\t\\0011') == '\"\\\\t\\0011\"'", "strings.quote('\"') == '\"\\\\\"\"'",
        ])
    func positions(_ expression: String) throws { try Answers.expectTrue(expression) }

    @Test(
        "take texts apart and put them together",
        arguments: [
            "'a,b,,c'.split(',') == ['a', 'b', '', 'c']", "'a,b,c'.split(',', 2) == ['a', 'b,c']",
            "''.split(',') == ['']",
            "'abc'.split('') == ['a', 'b', 'c']", "'abc'.split('', 2) == ['a', 'bc']",
            "'abc'.split('', 9) == ['a', 'b', 'c']",
            "''.split('') == []", "'abc'.split('', 1) == ['abc']", "'a b'.split(' ', 0) == []",
            "'a b'.split(' ', -7) == ['a', 'b']",
            "'😀é'.split('') == ['😀', 'é']", "'aaa'.split('aa') == ['', 'a']",
            "'ab'.replace('', 'x') == 'xaxbx'", "'ab'.replace('', 'x', 2) == 'xaxb'", "''.replace('', 'x') == 'x'",
            "'aaa'.replace('aa', 'b') == 'ba'", "'hello hello'.replace('he', 'we', 0) == 'hello hello'",
            "'hello hello'.replace('he', 'we', -1) == 'wello wello'",
            "'hello hello'.replace('he', '', 1) == 'llo hello'",
            "['a'].join(', ') == 'a'", "['a', '', 'b'].join(',') == 'a,,b'",
            "'foobar'.matches('^fo+.a') && !'foobar'.matches('^bar')", "matches('a\\nb', 'a.b') == false",
            "'é'.matches('^.$')",
            "'x'.matches('')", "''.matches('^$')",
        ])
    func parts(_ expression: String) throws { try Answers.expectTrue(expression) }

    @Test(
        "fail",
        arguments: [
            ("'abc'.charAt(4)", "index out of range: 4"), ("'abc'.charAt(-1)", "index out of range: -1"),
            ("'abc'.indexOf('a', -1)", "index out of range"), ("'abc'.lastIndexOf('a', -1)", "index out of range"),
            ("'abc'.substring(4)", "index out of range: 4"), ("'abc'.substring(1, 4)", "index out of range: 4"),
            ("'😀'.substring(2)", "index out of range: 2"), ("'a'.substring(9223372036854775807)", "index out of range"),
            ("[1].join()", "no such overload"), ("['a', 1].join(',')", "no such overload"),
            ("'a'.join()", "no such overload"),
            ("'a'.matches('(')", "regular expression"), ("'a'.matches('(a{1000}){1000}')", "regular expression"),
            ("'a'.matches('(?=a)')", "regular expression"), ("'a'.replace('a')", "arguments"),
            ("lists.range(4000).map(i, 'x').join().matches(lists.range(5000).map(i, 'a').join())", "4096"),
        ])
    func failing(_ expression: String, _ words: String) throws { try Answers.expectFailure(expression, words) }
}
