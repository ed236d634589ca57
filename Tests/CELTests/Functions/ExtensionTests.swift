import Testing

@Suite("Extensions")
struct ExtensionTests {
    @Test(
        "compute",
        arguments: [
            "math.greatest(1, 2.5) == 2.5", "math.least([3u]) == 3u", "type(math.greatest(1, 1.0)) == int",
            "math.round(2.5) == 3.0", "math.round(-2.5) == -3.0", "math.trunc(-1.9) == -1.0", "math.ceil(-0.5) == -0.0",
            "math.isNaN(math.sign(0.0/0.0))", "math.sign(-3) == -1", "math.sign(0u) == 0u", "math.sign(-0.0) == 0.0",
            "math.sqrt(9) == 3.0", "math.sqrt(2u) > 1.41", "math.isNaN(math.sqrt(-1.0))", "math.isInf(-1.0/0.0)",
            "math.bitShiftRight(-1024, 2) == 4611686018427387648", "math.bitShiftRight(-1, 63) == 1",
            "math.bitShiftLeft(1, 63) == -9223372036854775808", "math.bitShiftLeft(3u, 63) == 9223372036854775808u",
            "math.bitNot(9223372036854775807) == -9223372036854775808", "math.bitAnd(-1, 6) == 6",
            "math.bitOr(4u, 1u) == 5u",
            "base64.encode(b'') == ''", "base64.encode(b'a') == 'YQ=='", "base64.encode(b'ab') == 'YWI='",
            "base64.encode(b'\\xff\\xff\\xff') == '////'", "base64.decode('YQ') == b'a'",
            "base64.decode('YWI=') == b'ab'",
            "base64.decode('') == b''",
            "[1, 2, 3, 4].slice(1, 3) == [2, 3]", "[1].slice(1, 1) == []", "[[1], [2, [3]]].flatten() == [1, 2, [3]]",
            "dyn([1, [2, [3, [4]]]]).flatten(2) == [1, 2, 3, [4]]", "dyn([[1]]).flatten(0) == [[1]]",
            "[3, 1, 2].sort() == [1, 2, 3]", "['b', 'a', 'B'].sort() == ['B', 'a', 'b']", "[].sort() == []",
            "[2.0, 0.0/0.0, 1.0].sort()[1] == 1.0", "[true, false].sort() == [false, true]",
            "[1, 1.0, 2u, 2, 'a', 'a', [1], [1.0]].distinct() == [1, 2, 'a', [1]]",
            "[0.0/0.0, 0.0/0.0].distinct().size() == 2",
            "[1, 2].reverse() == [2, 1]", "lists.range(3) == [0, 1, 2]", "lists.range(-1) == []",
            "sets.contains([1, 2.0, 3u], [1.0, 2u, 3])", "!sets.contains([], [1])",
            "sets.contains([dyn([1])], [dyn([1.0])])",
            "sets.equivalent([1], [1, 1u])", "!sets.equivalent([1], [1, 2])", "sets.intersects([[1], 2], [2.0])",
            "!sets.intersects([], [])",
            "[1, 2].first().value() == 1", "!dyn([]).last().hasValue()",
            "optional.unwrap([optional.of(1), optional.none()]) == [1]",
            "[optional.none(), optional.of(2)].unwrapOpt() == [2]",
            "!optional.ofNonZeroValue(duration('0s')).hasValue()",
            "!optional.ofNonZeroValue(timestamp(0)).hasValue()", "optional.ofNonZeroValue(type(1)).hasValue()",
            "optional.of(optional.of(1)) == dyn(optional.of(optional.of(1.0)))", "optional.none().orValue(3) == 3",
            "optional.of(1).or(optional.of(2)).value() == 1",
        ])
    func computing(_ expression: String) throws { try Answers.expectTrue(expression) }

    @Test(
        "fail",
        arguments: [
            ("math.greatest([])", "empty list"), ("math.greatest(dyn('a'))", "no such overload"),
            ("math.greatest(1, dyn('a'))", "no such overload"),
            ("math.abs(-9223372036854775808)", "range"), ("math.bitShiftLeft(1, -1)", "negative"),
            ("math.bitShiftRight(1u, -1)", "negative"),
            ("math.bitAnd(1, 1u)", "no such overload"), ("math.round(1)", "no such overload"),
            ("math.sqrt('4')", "no such overload"),
            ("base64.decode('Y')", "base64"), ("base64.decode('YQ=')", "base64"), ("base64.decode('YQ===')", "base64"),
            ("base64.decode('Y Q=')", "base64"), ("base64.decode('_w==')", "base64"),
            ("base64.decode('====')", "base64"),
            ("base64.decode('é===')", "base64"),
            ("[1].slice(0, 2)", "slice"), ("[1].slice(-1, 0)", "slice"), ("[1].slice(1, 0)", "slice"),
            ("[[1]].flatten(-1)", "negative"),
            ("[1, 'a'].sort()", "same type"), ("[[1]].sort()", "no such overload"),
            ("[null].sort()", "no such overload"),
            ("lists.range(9223372036854775807)", "more steps"), ("optional.none().value()", "no value"),
            ("optional.unwrap([1])", "no such overload"), ("optional.of(1, 2)", "arguments"),
            ("lists.range(30000).map(i, [i]).distinct().size()", "more steps"),
            (
                "lists.range(1000).map(i, 'aaaaaaaaaaaaaaaa').join().replace('', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx').size()",
                "more steps"
            ),
        ])
    func failing(_ expression: String, _ words: String) throws { try Answers.expectFailure(expression, words) }
}
