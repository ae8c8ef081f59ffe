import Glibc
import Testing

@testable import GateEngine

@Suite(.timeLimit(.minutes(1)))
struct SocketAddressTests {
    @Test func `An accepted connection notices a peer that vanished`() throws {
        let listening = try #require(SocketAddress(host: "127.0.0.1", port: 0)).listen(backlog: 1, sharingPort: false)
        defer { close(listening) }
        let client = try RawClient(port: SocketAddress.bound(listening).port)
        var peer = SocketAddress()
        let accepted = peer.accept(from: listening)
        defer { close(accepted) }
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        #expect(unsafe getsockopt(accepted, SOL_SOCKET, SO_KEEPALIVE, &value, &length) == 0 && value == 1)
        #expect(unsafe getsockopt(accepted, Int32(IPPROTO_TCP), TCP_KEEPIDLE, &value, &length) == 0 && value == 120)
        #expect(client.descriptor >= 0)
    }
}
