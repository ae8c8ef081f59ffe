import Testing

@testable import GateEngine

struct AddressGuardTests {
    @Test(arguments: [
        ("169.254.0.0/16", "169.254.0.0", true), ("169.254.0.0/16", "169.254.255.255", true),
        ("169.254.0.0/16", "169.253.255.255", false), ("169.254.0.0/16", "169.255.0.0", false),
        ("10.1.2.3/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false),
        ("10.0.0.0/8", "9.255.255.255", false),
        ("127.0.0.1", "127.0.0.1", true), ("127.0.0.1", "127.0.0.2", false), ("127.0.0.1/32", "127.0.0.0", false),
        ("127.0.0.0/31", "127.0.0.1", true), ("127.0.0.0/31", "127.0.0.2", false),
        ("0.0.0.0/0", "255.255.255.255", true), ("0.0.0.0/0", "::1", false), ("::/0", "1.2.3.4", false),
        ("::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true), ("::1", "::1", true), ("::1", "::2", false),
        ("fe80::/10", "febf:ffff::1", true), ("fe80::/10", "fec0::", false), ("fe80::/10", "fe7f:ffff::", false),
        ("fc00::/7", "fdff::1", true), ("2001:db8::/33", "2001:db8:8000::", false),
        ("2001:db8::/33", "2001:db8:7fff::", true),
        ("10.0.0.0/8", "::ffff:10.1.1.1", true), ("10.0.0.0/8", "::ffff:a01:101", true),
        ("10.0.0.0/8", "::ffff:11.0.0.0", false),
        ("::ffff:10.0.0.0/104", "10.9.9.9", true), ("::ffff:10.0.0.0/104", "11.0.0.0", false),
        ("::ffff:0:0/96", "1.2.3.4", true),
    ])
    func aNetworkHoldsItsAddressesUpToItsEdges(network: String, address: String, isDenied: Bool) throws {
        let parsed = try #require(IPAddress(address))
        let guarding = try AddressGuard(parsing: [network])
        #expect(guarding.denies(parsed) == isDenied)
        let several = try AddressGuard(parsing: ["203.0.113.0/24", network])
        #expect(several.denies(parsed) == isDenied)
    }

    @Test(arguments: [
        "", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0/8",
        "host",
        "10.0.0.0/08a", "127.1", "0x7f000001", "fe80::1%eth0", "10.0.0.0/99999999999999999999", " 10.0.0.0/8", "[::1]",
    ])
    func whatIsNoNetworkIsRefusedByName(text: String) throws {
        let error = #expect(throws: AddressGuardError.self) { try AddressGuard(parsing: ["::1", text]) }
        #expect(error?.text == text)
    }

    @Test func everyPrefixDeniesItsFirstAndLastAddressAndNotTheirNeighbours() throws {
        var random = SeededGenerator(state: 11)
        for _ in 0..<500 {
            let base = UInt32.random(in: .min ... .max, using: &random)
            let length = Int.random(in: 1...32, using: &random)
            let mask = UInt32.max << UInt32(32 - length)
            let (first, last) = (base & mask, base | ~mask)
            let guarding = try AddressGuard(parsing: ["\(text(base))/\(length)"])
            try #expect(guarding.denies(#require(IPAddress(text(first)))))
            try #expect(guarding.denies(#require(IPAddress(text(last)))))
            try #expect(guarding.denies(#require(IPAddress("::ffff:" + text(last)))))
            if first > 0 { try #expect(!guarding.denies(#require(IPAddress(text(first - 1))))) }
            if last < .max { try #expect(!guarding.denies(#require(IPAddress(text(last + 1))))) }
        }
    }

    private func text(_ address: UInt32) -> String {
        "\(address >> 24).\(address >> 16 & 255).\(address >> 8 & 255).\(address & 255)"
    }
}
