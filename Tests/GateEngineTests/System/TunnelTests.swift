import CGate
import Testing

@testable import GateEngine

/// CONNECT, what agrees in a tunnel, and what is no TLS.
@Suite(.timeLimit(.minutes(2)))
struct TunnelTests {
    private static func withOrigin(
        _ configuration: String = "version: 1\npolicies: []\n", _ body: (GateProcess, ScriptedOrigin) throws -> Void
    ) throws {
        let origin = try ScriptedOrigin(tls: OriginCertificate.good) { connection in
            while connection.request() != nil { connection.answer() }
        }
        defer { origin.stop() }
        try withGate(configuration) { try body($0, origin) }
    }

    private static func get(_ target: String, host: String) -> String {
        "GET \(target) HTTP/1.1\r\nHost: \(host)\r\n\r\n"
    }

    @Test(arguments: ["HTTP/1.1\r\nHost: 127.0.0.1:{P}", "HTTP/1.0"])
    func `CONNECT is answered without framing fields`(version: String) throws {
        try Self.withOrigin { gate, origin in
            let client = try RawClient(port: gate.port)
            client.write("CONNECT 127.0.0.1:\(origin.port) \(version.replacing("{P}", with: "\(origin.port)"))\r\n\r\n")
            let answer = try client.answer(to: "CONNECT")
            #expect(answer.status == 200 && answer.heads.contains("\r\nStoplog-Call: "))
            #expect(!answer.heads.contains("Content-Length") && !answer.heads.contains("Transfer-Encoding"))
            try client.startTLS(host: "127.0.0.1", serverName: nil, trust: gate.authority)
            client.write(Self.get("/", host: "127.0.0.1:\(origin.port)"))
            #expect(try client.answer(to: "GET").status == 200)
        }
    }

    @Test(arguments: [
        ("/", "other.example"), ("/", "127.0.0.1:1"), ("/", "127.0.0.1"), ("https://other.example/", "127.0.0.1:{P}"),
        ("http://127.0.0.1:{P}/", "127.0.0.1:{P}"), ("https://127.0.0.1:1/", "127.0.0.1:{P}"),
    ])
    func `A request for another host than the tunnel's is misdirected`(target: String, host: String) throws {
        try Self.withOrigin { gate, origin in
            let client = try RawClient(port: gate.port)
            try client.openTunnel(to: "127.0.0.1:\(origin.port)", host: "127.0.0.1", trust: gate.authority)
            client.write(Self.get(target, host: host).replacing("{P}", with: "\(origin.port)"))
            #expect(try client.answer(to: "GET").status == 421)
            #expect(origin.connections == 0)
        }
    }

    @Test func `A server name that differs from the tunnel's is misdirected`() throws {
        try Self.withOrigin { gate, origin in
            let client = try RawClient(port: gate.port)
            try client.openTunnel(
                to: "localhost:\(origin.port)", host: "localhost", serverName: "other.example", trust: gate.authority)
            client.write(Self.get("/", host: "localhost:\(origin.port)"))
            #expect(try client.answer(to: "GET").status == 421)
            #expect(origin.connections == 0)
        }
    }

    @Test(arguments: [
        Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8), Array("SSH-2.0-x\r\n".utf8), [UInt8](0..<200),
        [0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0], [0x15, 3, 1, 0, 2, 2, 40], [UInt8](repeating: 0, count: 100),
    ])
    func `Bytes that are no TLS end the tunnel`(bytes: [UInt8]) throws {
        try Self.withOrigin { gate, origin in
            let client = try RawClient(port: gate.port)
            client.write("CONNECT 127.0.0.1:\(origin.port) HTTP/1.1\r\nHost: x:1\r\n\r\n")
            #expect(try client.answer(to: "CONNECT").status == 200)
            client.write(bytes)
            #expect(client.drain() != .late)
            #expect(client.input.isEmpty || client.input[0] == 0x15)
            #expect(origin.connections == 0)
        }
    }

    @Test func `An upstream whose certificate is for another name gets nothing`() throws {
        let origin = try ScriptedOrigin(tls: OriginCertificate.wrongName) { connection in _ = connection.request() }
        defer { origin.stop() }
        try withGate { gate in
            let client = try RawClient(port: gate.port)
            try client.openTunnel(to: "127.0.0.1:\(origin.port)", host: "127.0.0.1", trust: gate.authority)
            client.write(Self.get("/secret", host: "127.0.0.1:\(origin.port)"))
            let answer = try client.answer(to: "GET")
            #expect(answer.status == 502 && answer.body.contains("urn:stoplog:upstream-tls"))
            #expect(origin.received.isEmpty)
        }
    }

    @Test func `A passed-through tunnel carries bytes both ways and ends as its ends do`() throws {
        let origin = try ScriptedOrigin { connection in
            _ = connection.until("END")
            connection.write([UInt8](repeating: 0x61, count: 500_000))
            connection.waitForEnd()
            connection.write("BYE")
        }
        defer { origin.stop() }
        try withGate("version: 1\npolicies: []\ntls: { passthrough: [\"127.0.0.1\"] }\n") { gate in
            let client = try RawClient(port: gate.port)
            client.write("CONNECT 127.0.0.1:\(origin.port) HTTP/1.1\r\nHost: x:1\r\n\r\nEARLY")
            #expect(try client.answer(to: "CONNECT").status == 200)
            client.write("END")
            #expect(try client.bytes(500_000).allSatisfy { $0 == 0x61 })
            client.finishWriting()
            #expect(client.drain() == .closed)
            #expect(client.input == Array("BYE".utf8))
            #expect(origin.received.contains("EARLYEND"))
        }
    }

    @Test func `A passed-through tunnel to a closed port is refused`() throws {
        try withGate("version: 1\npolicies: []\ntls: { passthrough: [\"**\"] }\n") { gate in
            let client = try RawClient(port: gate.port)
            client.write("CONNECT 127.0.0.1:\(ScriptedOrigin.unusedPort()) HTTP/1.1\r\nHost: x:1\r\n\r\n")
            let answer = try client.answer(to: "CONNECT")
            #expect(answer.status == 502 && answer.heads.contains("error=connection_refused"))
        }
    }

    /// By name, by address, by every alias, for the proxy and the admin port.
    @Test func `The gate's own addresses are not reachable through it`() throws {
        let hosts = [
            "127.0.0.1", "localhost", "LOCALHOST", "localhost.", "127.0.0.2", "127.1.2.3", "0.0.0.0", "[::1]", "[::]",
            "[::ffff:127.0.0.1]", "a.localhost",
        ]
        try withGate { gate in
            for host in hosts {
                for port in [gate.port, gate.adminPort] {
                    let client = try RawClient(port: gate.port)
                    client.write(Self.get("http://\(host):\(port)/livez", host: "x"))
                    let answer = try client.answer(to: "GET")
                    #expect(answer.status == 403 && answer.body.contains("destination-denied"), "\(host):\(port)")
                    client.write("CONNECT \(host):\(port) HTTP/1.1\r\nHost: x:1\r\n\r\n")
                    #expect(try client.answer(to: "CONNECT").status == 403, "CONNECT \(host):\(port)")
                }
            }
        }
    }
}
