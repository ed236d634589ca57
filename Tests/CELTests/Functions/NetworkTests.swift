import Testing

@Suite("Network functions")
struct NetworkTests {
    @Test(
        "read and classify",
        arguments: [
            "string(ip('2001:0db8:0:0:0:0:0:1')) == '2001:db8::1'", "string(ip('::')) == '::'",
            "string(ip('1::')) == '1::'",
            "string(ip('1:0:0:2:0:0:0:3')) == '1:0:0:2::3'", "string(ip('1:0:2:3:4:5:6:7')) == '1:0:2:3:4:5:6:7'",
            "string(ip('1:0:0:2:3:0:0:4')) == '1::2:3:0:0:4'", "string(ip('::ffff:1.2.3.4')) == '::ffff:1.2.3.4'",
            "ip('::ffff:1.2.3.4') == ip('1.2.3.4')", "ip('64:ff9b::1.2.3.4') == ip('64:ff9b::102:304')",
            "ip('::ffff:1.2.3.4').family() == 6",
            "ip('::ffff:127.0.0.1').isLoopback()", "cidr('10.0.0.0/8').containsIP('::ffff:10.0.0.1')",
            "!cidr('::/0').containsIP('10.0.0.1')",
            "ip('127.255.255.255').isLoopback()", "!ip('126.0.0.1').isLoopback()", "ip('::1').isLoopback()",
            "ip('0.0.0.0').isUnspecified()",
            "ip('ff02::1').isLinkLocalMulticast()", "!ip('ff01::1').isLinkLocalMulticast()",
            "ip('febf::1').isLinkLocalUnicast()",
            "!ip('fec0::1').isLinkLocalUnicast()", "!ip('224.1.1.1').isGlobalUnicast()",
            "!ip('0.0.0.0').isGlobalUnicast()",
            "ip('10.0.0.1').isGlobalUnicast()", "!ip('fe80::1').isGlobalUnicast()", "ip('10.0.0.1').family() == 4",
            "ip.isCanonical('2001:db8::1')", "!ip.isCanonical('2001:DB8::1')", "!ip.isCanonical('2001:db8:0::1')",
            "!isIP('')", "!isIP('1.2.3')", "!isIP('1.2.3.256')", "!isIP('01.2.3.4')", "!isIP('1.2.3.4 ')",
            "!isIP('::1%eth0')",
            "!isIP(':::')", "!isIP('1::2::3')", "!isIP('12345::')", "!isIP('1:2:3:4:5:6:7')",
            "!isIP('1:2:3:4:5:6:7:8:9')", "!isIP('1:')",
            "!isIP('::1:2:3:4:5:6:7:8')", "!isIP('1:2:3:4:5:6:7::8')", "!isIP(':1::')", "!isIP('::1.2.3')",
            "!isIP('1.2.3.4::')", "!isIP('::g')",
            "isIP('1:2:3:4:5:6:7::')", "isIP('1:2:3:4:5:6:1.2.3.4')", "!isIP('1:2:3:4:5:6:7:1.2.3.4')",
            "!isIP('１.2.3.4')",
            "isCIDR('0.0.0.0/0')", "isCIDR('::/128')", "!isCIDR('1.2.3.4/33')", "!isCIDR('::/129')",
            "!isCIDR('1.2.3.4')", "!isCIDR('1.2.3.4/08')",
            "!isCIDR('1.2.3.4/+8')", "!isCIDR('1.2.3.4/8/8')", "!isCIDR('::ffff:1.2.3.4/120')", "!isCIDR('/8')",
            "cidr('192.168.1.77/24').masked() == cidr('192.168.1.0/24')",
            "cidr('2001:db8:ffff::/33').masked() == cidr('2001:db8:8000::/33')",
            "cidr('2001:db8::1/65').masked() == cidr('2001:db8::/65')",
            "cidr('1.2.3.4/0').masked() == cidr('0.0.0.0/0')",
            "cidr('1.2.3.4/32').masked() == cidr('1.2.3.4/32')", "cidr('192.168.1.77/24') != cidr('192.168.1.0/24')",
            "cidr('192.168.1.77/24').containsIP('192.168.1.1')", "!cidr('10.0.0.0/8').containsCIDR('0.0.0.0/0')",
            "cidr('0.0.0.0/0').containsCIDR('10.0.0.0/8')",
            "!cidr('0.0.0.0/0').containsCIDR('::/0')", "cidr('2001:db8::/32').containsIP(ip('2001:db8:ffff::1'))",
            "cidr('10.0.0.7/8').ip() == ip('10.0.0.7')",
        ])
    func reading(_ expression: String) throws { try Answers.expectTrue(expression) }

    @Test(
        "fail",
        arguments: [
            ("ip('fe80::1%eth0')", "zone"), ("ip('x')", "no IP address"), ("cidr('x')", "network address"),
            ("ip.isCanonical('x')", "no IP address"),
            ("cidr('10.0.0.0/8').containsIP('x')", "no IP address"),
            ("cidr('10.0.0.0/8').containsCIDR('10.0.0.1')", "network address"),
            ("ip(1)", "no such overload"), ("ip('1.2.3.4').prefixLength()", "no such overload"),
        ])
    func failing(_ expression: String, _ words: String) throws { try Answers.expectFailure(expression, words) }
}
