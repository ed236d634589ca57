import Testing

@Suite("format")
struct FormatTests {
    @Test(
        "writes every verb",
        arguments: [
            "'%s|%s|%s'.format([1, 2u, 3.0]) == '1|2|3'", "'%s'.format([1e21]) == '1000000000000000000000'",
            "'%s'.format([1.5e-7]) == '0.00000015'", "'%s'.format([-0.0]) == '-0'",
            "'%s'.format([1.0/0.0]) == 'Infinity'",
            "'%s'.format([b'a\\xff\\xfe\\x80b\\xff']) == 'a\\ufffdb\\ufffd'", "'%s'.format([type(1)]) == 'int'",
            "'%s'.format([duration('-1.5s')]) == '-1.5s'", "'%s'.format([timestamp(0)]) == '1970-01-01T00:00:00Z'",
            "'%s'.format([[null, [true], {}]]) == '[null, [true], {}]'",
            "'%s'.format([{'b': 1, 'a': [2]}]) == '{a: [2], b: 1}'",
            "'%s'.format([{2: 1, 10: 1}]) == '{10: 1, 2: 1}'", "'%s'.format([ip('::1')]) == '::1'",
            "'%d %d %d'.format([-5, 5u, 3.14]) == '-5 5 3.14'", "'%d'.format([-1.0/0.0]) == '-Infinity'",
            "'%f'.format([1]) == '1.000000'", "'%.0f'.format([2.5]) == '2'", "'%.0f'.format([3.5]) == '4'",
            "'%.1f'.format([0.25]) == '0.2'",
            "'%.20f'.format([0.1]) == '0.10000000000000000555'", "'%.1f'.format([-0.04]) == '-0.0'",
            "size('%f'.format([1.7976931348623157e308])) == 316", "'%f'.format([0.0/0.0]) == 'NaN'",
            "size('%.1074f'.format([5e-324])) == 1076", "size('%.1074e'.format([-5e-324])) == 1082",
            "'%e'.format([1234.5]) == '1.234500e+03'", "'%.0e'.format([1e-7]) == '1e-07'",
            "'%.1e'.format([1e100]) == '1.0e+100'",
            "'%e'.format([0u]) == '0.000000e+00'",
            "'%b %b %b %b'.format([5, -5, 2u, false]) == '101 -101 10 0'",
            "'%b'.format([-9223372036854775808]).size() == 65",
            "'%o'.format([-8]) == '-10'",
            "'%x %X %x'.format([255, 255u, -255]) == 'ff FF -ff'", "'%x'.format(['é']) == 'c3a9'",
            "'%X'.format([b'\\xab']) == 'AB'",
            "'100%%'.format([]) == '100%'", "'%%%s%%'.format(['x']) == '%x%'", "''.format([1]) == ''",
            "'é%sé'.format(['é']) == 'ééé'",
            "'%.3s'.format(['abcdef']) == 'abcdef'",
        ])
    func verbs(_ expression: String) throws { try Answers.expectTrue(expression) }

    @Test(
        "fails",
        arguments: [
            ("'%'.format([1])", "ends after"), ("'%.'.format([1])", "no digits"), ("'%.f'.format([1])", "no digits"),
            ("'%.1075f'.format([1])", "precision"), ("'%.99999999999999999999f'.format([1])", "precision"),
            ("'%s %s'.format([1])", "out of range"), ("'%a'.format([1])", "unrecognized"),
            ("'%é'.format([1])", "unrecognized"),
            ("'%s'.format([optional.of(1)])", "optional_type"), ("'%s'.format([[optional.none()]])", "optional_type"),
            ("'%d'.format(['1'])", "decimal"), ("'%d'.format([duration('1s')])", "decimal"),
            ("'%f'.format(['NaN'])", "fixed-point"),
            ("'%e'.format([true])", "scientific"), ("'%b'.format([1.0])", "binary"), ("'%b'.format(['1'])", "binary"),
            ("'%o'.format([true])", "octal"), ("'%x'.format([1.0])", "hex"), ("'%x'.format([null])", "hex"),
            ("'%5d'.format([1])", "unrecognized"), ("'%s'.format('x')", "no such overload"),
        ])
    func failing(_ expression: String, _ words: String) throws { try Answers.expectFailure(expression, words) }
}
