import GatePolicy
import Testing

@testable import GateEngine

@Suite struct HopByHopTests {
    private static func kept(_ lines: String...) throws -> [String] {
        let text = "GET http://h/ HTTP/1.1\r\nHost: h\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
        let block = try Wire.head(text).block
        let hops = HopByHop(block)
        return block.fields.indices.filter { !hops.drops($0, of: block) }.map { block.texts[$0].name }
    }

    @Test(arguments: [
        "Connection: close", "Keep-Alive: 1", "Proxy-Connection: x", "TE: trailers", "Upgrade: h2c",
        "HTTP2-Settings: x",
        "Proxy-Authorization: Basic x", "Proxy-Authenticate: Basic", "Stoplog-Session: s", "proxy-authorization: x",
    ])
    func `what concerns one connection is dropped`(_ line: String) throws {
        #expect(try Self.kept(line, "X: 1") == ["Host", "X"])
    }

    @Test func `what Connection names is dropped, whatever its case`() throws {
        #expect(
            try Self.kept("X-One: 1", "connection: close, x-ONE ,, x-two", "X-Two: 2", "X-Three: 3") == [
                "Host", "X-Three",
            ])
        #expect(try Self.kept("Connection: a", "Connection: b", "A: 1", "B: 2", "C: 3") == ["Host", "C"])
        #expect(try Self.kept("Connection: Authorization", "Authorization: x") == ["Host"])
    }

    @Test func `Connection never removes framing or Host`() throws {
        #expect(
            try Self.kept("Content-Length: 1", "Connection: content-length, HOST, Transfer-Encoding") == [
                "Host", "Content-Length",
            ])
        #expect(
            try Self.kept("Transfer-Encoding: chunked", "Connection: transfer-encoding") == [
                "Host", "Transfer-Encoding",
            ])
    }

    @Test func `what is end to end stays`() throws {
        #expect(
            try Self.kept("Trailer: X", "Via: 1.1 a", "Expect: x", "Connections: x", "TEX: 1", "Cookie: a") == [
                "Host", "Trailer", "Via", "Expect", "Connections", "TEX", "Cookie",
            ])
    }
}

@Suite struct ViaStampTests {
    @Test func `a gate knows itself and no other`() throws {
        let mine = ViaStamp(token: 0x00AB_CDEF)
        #expect(mine.pseudonym == "stoplog-00abcdef")
        func loops(_ value: String) throws -> Bool { mine.isLoop(try Wire.head(Wire.get("Via: \(value)")).block) }
        #expect(try loops("1.1 stoplog-00abcdef"))
        #expect(try loops("1.0 a, 1.1 STOPLOG-00ABCDEF (x), 1.1 b"))
        #expect(try !loops("1.1 stoplog-00abcdee, 1.1 stoplog"))
        #expect(try !loops(""))
        var bytes: [UInt8] = []
        mine.append(receivedMinor: 0, to: &bytes)
        #expect(Wire.text(bytes) == "1.0 stoplog-00abcdef")
    }
}

@Suite struct CorrelationIDTests {
    @Test(
        arguments: [
            (["X-Correlation-ID: a b", "X-Request-ID: c"], "a b"), (["X-Request-ID: c"], "c"), ([], nil),
            (["X-Correlation-ID:", "X-Request-ID: c"], "c"), (["X-Correlation-ID: é"], nil),
            (
                ["traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"],
                "0af7651916cd43dd8448eb211c80319c"
            ),
            (["traceparent: 00-00000000000000000000000000000000-b7ad6b7169203331-01"], nil), (["traceparent: x"], nil),
            (["traceparent: 00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01"], nil),
            (["X-Correlation-ID: \(String(repeating: "a", count: 257))"], nil),
        ] as [([String], String?)])
    func `the caller's own id is found`(_ lines: [String], _ expected: String?) throws {
        let text = "GET http://h/ HTTP/1.1\r\nHost: h\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
        #expect(try CorrelationID.of(Wire.head(text)) == expected)
    }
}
