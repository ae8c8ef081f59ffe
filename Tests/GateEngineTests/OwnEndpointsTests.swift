import Testing

@testable import GateEngine

/// The gate's own ports are not reachable through it by any spelling of this machine.
@Suite struct OwnEndpointsTests {
    private static func target(_ authority: String) throws -> HostAndPort {
        let bytes = Array(authority.utf8)
        return try HostAndPort(bytes.span, 0..<bytes.count, name: "test")
    }

    @Test(arguments: [
        "127.0.0.1", "localhost", "LOCALHOST.", "admin.localhost", "127.9.9.9", "0.0.0.0", "[::1]", "[::]",
        "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:0.0.0.0]",
    ])
    func `A spelling of loopback with the gate's port is the gate`(_ host: String) throws {
        let own = OwnEndpoints()
        own.add(try #require(SocketAddress(host: "127.0.0.1", port: 4781)))
        let place = try Self.target(host + ":4781")
        #expect(own.contains(host: place.host, port: 4781))
        #expect(!own.contains(host: place.host, port: 4782))
        if let address = IPAddress(place.host) { #expect(own.contains(address, port: 4781)) }
    }

    @Test(arguments: [
        "127.1", "0x7f000001", "0x7f.1", "2130706433", "0177.0.0.1", "127.0.0.1.", "127.0.0.256", "1.2.3.4.5",
    ])
    func `What a resolver might read as an address is none here`(_ host: String) {
        #expect(throws: RequestFault.self) { try Self.target(host + ":4781") }
    }
}
