import GatePolicy
import Testing

@testable import GateEngine

@Suite struct UpstreamHeadTests {
    private static let emptied = ["Expect:", "Proxy-Connection:", "Accept:", "User-Agent:", "Content-Type:"]
    private static let via = "Via: 1.1 stoplog-0000002a"

    private static func string(_ head: UpstreamHead, _ offset: Int) -> String {
        Wire.text(Array(head.bytes[offset...].prefix { $0 != 0 }))
    }

    private static func built(
        _ text: String, id: String = "id", absolute: Bool = false, upgrade: Bool = false
    ) throws -> UpstreamHead {
        let head = try Wire.head(text)
        let target = try RequestTarget.parse(head, in: .plain).get()
        var terms = UpstreamHead.Terms(correlationID: id, via: ViaStamp(token: 42))
        terms.absoluteForm = absolute
        terms.upgrade = upgrade
        return UpstreamHead(head, target: target, hops: HopByHop(head.block), terms: terms)
    }

    private static func lines(_ text: String, id: String = "id", upgrade: Bool = false) throws -> [String] {
        let head = try built(text, id: id, upgrade: upgrade)
        return head.lines.map { string(head, $0) }
    }

    @Test func `order, case and values stay and Host comes first`() throws {
        let text =
            "POST http://H.example/ HTTP/1.1\r\nB: 2\r\nhost: other\r\na:\t1 é\r\nSET: x\r\nB: 3\r\nEmpty:\r\nContent-Length: 4\r\n\r\n"
        #expect(
            try Self.lines(text) == [
                "Host: H.example", "B: 2", "a: 1 é", "SET: x", "B: 3", "Empty;",
                "X-Correlation-ID: id", Self.via,
            ] + Self.emptied)
    }

    @Test func `the client's own fields are not emptied`() throws {
        let text = Wire.get("Accept: a", "User-Agent: u", "Content-Type: c")
        #expect(
            try Self.lines(text) == [
                "Host: h", "Accept: a", "User-Agent: u", "Content-Type: c",
                "X-Correlation-ID: id", Self.via, "Expect:", "Proxy-Connection:",
            ])
    }

    @Test func `hop-by-hop fields and the session stay here`() throws {
        let text = Wire.get(
            "Connection: x, close", "X: 1", "TE: a", "Stoplog-Session: s", "Proxy-Authorization: p", "Y: 2")
        #expect(try Self.lines(text) == ["Host: h", "Y: 2", "X-Correlation-ID: id", Self.via] + Self.emptied)
    }

    @Test func `a chunked body keeps its Transfer-Encoding`() throws {
        #expect(
            try Self.lines(Wire.post("Transfer-Encoding: chunked", "Trailer: X"))
                == ["Host: h", "Transfer-Encoding: chunked", "Trailer: X", "X-Correlation-ID: id", Self.via]
                + Self.emptied)
    }

    @Test func `a length of nothing is said, any other is left to libcurl`() throws {
        let rest = ["X-Correlation-ID: id", Self.via] + Self.emptied
        #expect(try Self.lines(Wire.post("Content-Length: 0")) == ["Host: h", "Content-Length: 0"] + rest)
        #expect(try Self.lines(Wire.post("Content-Length: 1")) == ["Host: h"] + rest)
    }

    @Test func `an Expect hides behind Via and is not libcurl's`() throws {
        #expect(
            try Self.lines(Wire.post("Expect: 100-continue", "Content-Length: 5"))
                == ["Host: h", "X-Correlation-ID: id", Self.via + "\r\nExpect: 100-continue"] + Self.emptied)
        let old = "POST http://h/ HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n"
        #expect(try Self.lines(old) == ["Host: h", "X-Correlation-ID: id", "Via: 1.0 stoplog-0000002a"] + Self.emptied)
    }

    @Test func `the correlation id is sent once`() throws {
        #expect(
            try Self.lines(Wire.get("x-correlation-id: id")) == ["Host: h", "x-correlation-id: id", Self.via]
                + Self.emptied)
        #expect(
            try Self.lines(Wire.get("X-Correlation-ID:", "X-Request-ID: r"), id: "r")
                == ["Host: h", "X-Request-ID: r", "X-Correlation-ID: r", Self.via] + Self.emptied)
        #expect(
            try Self.lines(Wire.get("X-Correlation-ID: a", "X-Correlation-ID: b"), id: "a")
                == ["Host: h", "X-Correlation-ID: a", Self.via] + Self.emptied)
    }

    @Test func `an earlier Via stays and ours follows it`() throws {
        #expect(
            try Self.lines(Wire.get("Via: 1.0 a", "X: 1"))
                == ["Host: h", "Via: 1.0 a", "X: 1", "X-Correlation-ID: id", Self.via] + Self.emptied)
    }

    @Test func `Max-Forwards counts down where it applies`() throws {
        func text(_ method: String, _ value: String) -> String {
            "\(method) http://h/ HTTP/1.1\r\nHost: h\r\nMax-Forwards: \(value)\r\n\r\n"
        }
        #expect(try Self.lines(text("TRACE", "3"))[1] == "Max-Forwards: 2")
        #expect(try Self.lines(text("OPTIONS", "1"))[1] == "Max-Forwards: 0")
        #expect(try Self.lines(text("GET", "3"))[1] == "Max-Forwards: 3")
        #expect(try Self.lines(text("TRACE", "x"))[1] == "Max-Forwards: x")
        #expect(try Wire.head(text("TRACE", "0")).forwardLimit == .answerHere)
        #expect(try Wire.head(text("GET", "0")).forwardLimit == .none)
        #expect(try Wire.head(text("TRACE", "99999999999999999999")).forwardLimit == .none)
    }

    @Test func `an upgrade is passed on only when it is allowed`() throws {
        let text = Wire.get("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: k")
        #expect(
            try Self.lines(text, upgrade: true) == [
                "Host: h", "Sec-WebSocket-Key: k", "X-Correlation-ID: id",
                "Connection: Upgrade", "Upgrade: websocket", Self.via,
            ] + Self.emptied)
        #expect(
            try Self.lines(text) == ["Host: h", "Sec-WebSocket-Key: k", "X-Correlation-ID: id", Self.via] + Self.emptied
        )
        let h2c = Wire.get("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: x")
        #expect(try Self.lines(h2c, upgrade: true) == ["Host: h", "X-Correlation-ID: id", Self.via] + Self.emptied)
    }

    @Test func `method, target and URL are there for libcurl`() throws {
        let head = try Self.built("PATCH https://[::1]/a?b HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(Self.string(head, head.method) == "PATCH")
        #expect(Self.string(head, head.requestTarget) == "/a?b")
        #expect(Self.string(head, head.url) == "https://[::1]:443/")
        let proxied = try Self.built("GET http://H:81 HTTP/1.1\r\nHost: x\r\n\r\n", absolute: true)
        #expect(Self.string(proxied, proxied.requestTarget) == "http://H:81/")
        #expect(Self.string(proxied, proxied.url) == "http://h:81/")
    }

    @Test func `random heads keep their fields through the buffer`() throws {
        var random = SeededGenerator(state: 5)
        for _ in 0..<300 {
            let sample = RandomHead(&random)
            let lines = try Self.lines(sample.text)
            let expected = sample.fields.dropFirst().map {
                $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)"
            }
            #expect(Array(lines.dropFirst().prefix(expected.count)) == expected)
            // Written again and parsed again, it is the same message.
            let again =
                "\(sample.method) \(sample.target) HTTP/1.1\r\n"
                + lines.prefix(expected.count + 1).map {
                    $0.hasSuffix(";") && !$0.contains(": ") ? "\($0.dropLast()):" : $0
                }
                .map { $0 + "\r\n" }.joined() + "\r\n"
            let head = try Wire.head(again)
            #expect(head.block.texts.map(\.value) == sample.fields.map(\.value))
        }
    }
}
