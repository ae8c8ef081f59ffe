import Testing

@testable import GateEngine

@Suite struct IPLiteralTests {
    private static func groups(_ text: String) -> [UInt16]? {
        let bytes = [UInt8](text.utf8)
        return IPLiteral.parseIPv6(bytes.span, 0..<bytes.count)
    }

    @Test(arguments: [
        ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("0:0:0:0:0:0:0:0", "::"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("1:0:3:4:5:6:7:8", "1:0:3:4:5:6:7:8"),
        ("1::3:4:5:6:7:8", "1:0:3:4:5:6:7:8"),
        ("00AB::", "ab::"), ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"), ("1:0:0:4:5:0:0:8", "1::4:5:0:0:8"),
        ("::1.2.3.4", "::102:304"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
    ])
    func `an IPv6 address is written as RFC 5952 says`(_ text: String, _ canonical: String) throws {
        let groups = try #require(Self.groups(text))
        #expect(IPLiteral.text(groups) == canonical)
        #expect(Self.groups(canonical) == groups)
    }

    @Test func `random addresses survive being written and read`() {
        var random = SeededGenerator(state: 4)
        for _ in 0..<500 {
            let groups = (0..<8).map { _ in
                Bool.random(using: &random) ? UInt16.random(in: 0...UInt16.max, using: &random) : 0
            }
            #expect(Self.groups(IPLiteral.text(groups)) == groups)
        }
    }
}
