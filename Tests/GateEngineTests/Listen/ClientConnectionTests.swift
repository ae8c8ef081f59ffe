import GatePolicy
import Testing

@testable import GateEngine

/// What a connection does with output that nobody takes.
@Suite(.timeLimit(.minutes(1)))
struct ClientConnectionTests {
    /// Answers every request at once with as many bytes as it says.
    private final class Answers: ExchangeFactory {
        let size: Int
        var count = 0
        init(_ size: Int) { self.size = size }

        func start(_ head: RequestHead, on connection: ClientConnection) {
            count += 1
            connection.write { $0 += [UInt8](repeating: 0x61, count: size) }
            connection.end(.keepAlive)
        }

        func refuse(_ fault: RequestFault, on connection: ClientConnection) {}
    }

    @Test func `A closed connection neither holds output nor takes more`() throws {
        try BareLane.with(rules: "") { bare in
            let (connection, client) = try bare.connect(Answers(1))
            connection.write { $0 += Array("secret".utf8) }
            connection.close()
            #expect(connection.outputCount == 0)
            connection.write { $0 += Array("secret".utf8) }
            connection.becomeTunnel()
            connection.roundEnded()
            #expect(connection.outputCount == 0 && connection.isClosed)
            #expect(client.read() == "")
        }
    }

    @Test func `A client that takes none of its answers waits with its pipelined requests`() throws {
        try BareLane.with(rules: "") { bare in
            let factory = Answers(100_000)
            let (connection, client) = try bare.connect(factory)
            for _ in 0..<50 {
                client.write(String(repeating: "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", count: 20))
                connection.ready(events: 1)
                connection.roundEnded()
            }
            #expect(connection.outputCount < bare.lane.limits.outputHighWater + 200_000)
            let before = factory.count
            for _ in 0..<200 {
                while client.read() != "" {}
                connection.ready(events: 1)
                connection.roundEnded()
            }
            #expect(factory.count > before + 20)
        }
    }
}
