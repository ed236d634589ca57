import Testing

@Suite("Conversions")
struct ConversionTests {
    @Test(
        "are exact",
        arguments: [
            "int('-9223372036854775808') == -9223372036854775808",
            "int('+5') == 5", "int(-0.9) == 0", "int(9223372036854774784.0) == 9223372036854774784",
            "int(timestamp('1969-12-31T23:59:59.5Z')) == -1",
            "uint('18446744073709551615') == 18446744073709551615u",
            "uint(18446744073709549568.0) == 18446744073709549568u",
            "uint(-0.0) == 0u",
            "double('.5') == 0.5", "double('5.') == 5.0", "double('-5.e1') == -50.0", "double('+1e3') == 1000.0",
            "math.isNaN(double('NaN'))", "double('-inf') == -1.0 / 0.0", "double('Infinity') == 1.0 / 0.0",
            "double('1e-400') == 0.0", "string(double('-0')) == '-0'",
            "string(1.0) == '1'", "string(0.1) == '0.1'", "string(100000.0) == '100000'",
            "string(1000000.0) == '1e+06'",
            "string(123456.789) == '123456.789'", "string(0.0001) == '0.0001'", "string(0.00001) == '1e-05'",
            "string(1.5e300) == '1.5e+300'", "string(-5e-324) == '-5e-324'", "string(0.0) == '0'",
            "string(1.0/0.0) == 'Infinity'", "string(0.0/0.0) == 'NaN'",
            "string(true) == 'true'", "string(b'') == ''", "bytes('é') == b'\\303\\251'",
            "string(timestamp('2024-02-29T12:00:00.120+01:00')) == '2024-02-29T11:00:00.12Z'",
            "string(timestamp(0)) == '1970-01-01T00:00:00Z'",
            "string(timestamp('0001-01-01T00:00:00Z')) == '0001-01-01T00:00:00Z'",
            "string(duration('1h1m1.5s')) == '3661.5s'", "string(duration('-1ns')) == '-0.000000001s'",
            "string(ip('2001:DB8:0:0:1:0:0:1')) == '2001:db8::1:0:0:1'", "string(cidr('10.1.2.3/8')) == '10.1.2.3/8'",
            "bool('True') && bool('t') && !bool('F')",
            "type(type(1)) == type", "type(null) == null_type", "type(timestamp(0)) == google.protobuf.Timestamp",
            "type(dyn({})) == map", "type(ip('::1')) == net.IP",
        ])
    func exact(_ expression: String) throws { try Answers.expectTrue(expression) }

    @Test(
        "fail where the result cannot hold the value",
        arguments: [
            ("int(9223372036854775808u)", "range"), ("int(9223372036854775808.0)", "range"), ("int(0.0/0.0)", "range"),
            ("int('9223372036854775808')", "conversion"), ("int(' 1')", "conversion"), ("int('')", "conversion"),
            ("int('1.0')", "conversion"), ("int('0x1')", "conversion"), ("int('١')", "conversion"),
            ("uint(-1)", "range"), ("uint(-0.5)", "range"), ("uint(18446744073709551616.0)", "range"),
            ("uint(1.0/0.0)", "range"), ("uint('+1')", "conversion"), ("uint('-0')", "conversion"),
            ("uint('')", "conversion"),
            ("double('')", "conversion"), ("double('.')", "conversion"), ("double('1 ')", "conversion"),
            ("double('0x1p3')", "conversion"), ("double('1e')", "conversion"), ("double('--1')", "conversion"),
            ("double('1e400')", "range"), ("double('-\u{301}5')", "conversion"), ("double('1_0')", "conversion"),
            ("double('1.2.3')", "conversion"), ("double('nan(1)')", "conversion"),
            ("bool('yes')", "conversion"), ("bool(1)", "no such overload"),
            ("string(b'\\xed\\xa0\\x80')", "invalid UTF-8"), ("string([1])", "no such overload"),
            ("string(null)", "no such overload"), ("bytes(1)", "no such overload"), ("duration(1)", "no such overload"),
            ("timestamp(253402300800)", "range"), ("timestamp(-62135596801)", "range"),
            ("timestamp('2023-02-29T00:00:00Z')", "RFC 3339"), ("timestamp('2023-01-01 00:00:00Z')", "RFC 3339"),
            ("timestamp('2023-01-01T24:00:00Z')", "RFC 3339"), ("timestamp('2023-01-01T00:00:60Z')", "RFC 3339"),
            ("timestamp('2023-01-01T00:00:00')", "RFC 3339"), ("timestamp('2023-01-01T00:00:00.Z')", "RFC 3339"),
            ("timestamp('2023-13-01T00:00:00Z')", "RFC 3339"), ("timestamp('0001-01-01T00:00:00+00:01')", "range"),
            ("timestamp('9999-12-31T23:59:59-00:01')", "range"), ("timestamp('')", "RFC 3339"),
            ("duration('')", "duration"), ("duration('1')", "duration"), ("duration('s')", "duration"),
            ("duration('.s')", "duration"), ("duration('1d')", "duration"), ("duration('1h-1m')", "duration"),
            ("duration('9223372037s')", "range"), ("duration('99999999999999999999999s')", "range"),
            ("duration('2562048h')", "range"), ("int()", "arguments"), ("int(1, 2)", "arguments"),
        ])
    func failing(_ expression: String, _ words: String) throws { try Answers.expectFailure(expression, words) }
}
