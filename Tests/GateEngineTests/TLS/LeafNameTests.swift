import Testing

@testable import GateEngine

@Suite("The name of a leaf") struct LeafNameTests {
    @Test(
        "is a DNS name in lower case without a final dot",
        arguments: [
            ("api.Stripe.com", "api.stripe.com"), ("localhost", "localhost"), ("a_b.example.", "a_b.example"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"), ("1.2.3", "1.2.3"),
        ])
    func dnsNames(host: String, text: String) { #expect(LeafName(host)?.text == text) }

    @Test(
        "is an address where the host is a literal",
        arguments: [
            ("127.0.0.1", [127, 0, 0, 1]), ("::1", Array(repeating: 0, count: 15) + [1]),
            ("[::1]", Array(repeating: 0, count: 15) + [1]),
        ] as [(String, [UInt8])])
    func addresses(host: String, bytes: [UInt8]) { #expect(LeafName(host) == .address(bytes)) }

    @Test(
        "is refused where no certificate could carry it",
        arguments: [
            "", ".", "..", "a..b", ".a", "a b", "a,DNS:b", "*.example", "bücher.example", "a/b", "a\u{0}b",
            "fe80::1%eth0",
            "a:443", String(repeating: "a", count: 64) + ".example", String(repeating: "a.", count: 127) + "abc", "[]",
            "[a]",
        ])
    func refused(host: String) { #expect(LeafName(host) == nil) }
}
