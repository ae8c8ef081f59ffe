import Glibc
import Testing

@testable import GateEngine

/// Calls that can't be undone and of which bytes left before they broke.
@Suite(.timeLimit(.minutes(1)))
struct InDoubtTests {
    private static let live = "version: 1\npolicies: [default]\nenvironments: { production: { mode: live } }\n"

    @Test func `A call whose body breaks off after its head has left is in doubt`() throws {
        let arrived = Signal()
        let origin = try ScriptedOrigin { connection in
            _ = connection.until("\r\n\r\n")
            arrived.fire()
            connection.waitForEnd()
        }
        defer { origin.stop() }
        try withGate(Self.live) { gate in
            let scene = WireScene(gate: gate, origin: origin, isTunnelled: false)
            let client = try scene.client()
            // More than is read before the intent is journaled: the rest streams.
            let size = 1_200_000
            client.write(
                scene.request("DELETE", "/x", "Transfer-Encoding: chunked\r\n", String(size, radix: 16) + "\r\n"))
            client.write([UInt8](repeating: 0x61, count: size))
            #expect(arrived.wait())
            client.write("\r\nzz\r\n")
            #expect(try client.answer(to: "DELETE").status == 400)
            let end = ContinuousClock.now + .seconds(20)
            while !gate.logText.contains("call.outcome="), gate.isRunning, .now < end { sched_yield() }
            #expect(gate.logText.contains("call.outcome=in-doubt"), "\(gate.logText.suffix(600))")
        }
    }
}
