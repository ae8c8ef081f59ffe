import GatePolicy
import Testing

@testable import GateEngine

@Suite struct HTTP1WriterTests {
    private static func writer(minor: UInt8 = 1, isHead: Bool = false) -> HTTP1Writer {
        HTTP1Writer(minorVersion: minor, isHead: isHead, via: ViaStamp(token: 42), callID: "C", correlationID: "I")
    }

    private static let own = "Via: 1.1 stoplog-0000002a\r\nStoplog-Call: C\r\nX-Correlation-ID: I\r\n\r\n"

    private static func written(
        _ lines: [String], minor: UInt8 = 1, isHead: Bool = false, keepAlive: Bool = true, upgrade: Bool = false
    ) throws -> (text: String, framing: HTTP1Writer.Framing) {
        let head = try ResponseHeadValidatorTests.final(
            lines.map { $0 + "\r\n" } + ["\r\n"], isHead: isHead, allowsUpgrade: upgrade)
        var buffer: [UInt8] = []
        let framing = writer(minor: minor, isHead: isHead).writeHead(head, keepAlive: keepAlive, to: &buffer)
        return (Wire.text(buffer), framing)
    }

    @Test func `fields pass in order without what concerns one connection`() throws {
        let result = try Self.written([
            "HTTP/1.1 200 Fine", "B: 2", "Connection: x, close", "X: 1", "Keep-Alive: 5", "Proxy-Authenticate: p",
            "set-cookie: a", "Content-Length: 3", "Set-Cookie: b", "E:", "Upgrade: h2", "Stoplog-Call: theirs",
            "X-Correlation-ID: theirs", "Via: 1.0 o", "Y: x", "Trailer: T",
        ])
        #expect(result.framing == .sized(3))
        #expect(
            result.text
                == "HTTP/1.1 200 Fine\r\nB: 2\r\nset-cookie: a\r\nContent-Length: 3\r\nSet-Cookie: b\r\nE: \r\nVia: 1.0 o\r\nY: x\r\n"
                + Self.own)
    }

    @Test(
        arguments: [
            (1, true, ["Transfer-Encoding: chunked"], "Transfer-Encoding: chunked\r\n", .chunked),
            (1, true, [], "Transfer-Encoding: chunked\r\n", .chunked),
            (1, false, [], "Transfer-Encoding: chunked\r\nConnection: close\r\n", .chunked),
            (0, true, ["Transfer-Encoding: chunked"], "Connection: close\r\n", .untilClose),
            (0, true, [], "Connection: close\r\n", .untilClose),
            (0, true, ["Content-Length: 3"], "Content-Length: 3\r\nConnection: keep-alive\r\n", .sized(3)),
            (0, false, ["Content-Length: 3"], "Content-Length: 3\r\nConnection: close\r\n", .sized(3)),
            (1, false, ["Content-Length: 3"], "Content-Length: 3\r\nConnection: close\r\n", .sized(3)),
            (1, true, ["Content-Length: 3", "Content-Length: 3"], "Content-Length: 3\r\n", .sized(3)),
        ] as [(UInt8, Bool, [String], String, HTTP1Writer.Framing)])
    func `the content is framed for the client's version`(
        _ minor: UInt8, _ keepAlive: Bool, _ lines: [String], _ fields: String, _ framing: HTTP1Writer.Framing
    ) throws {
        let result = try Self.written(["HTTP/1.1 200 OK"] + lines, minor: minor, keepAlive: keepAlive)
        #expect(result.text == "HTTP/1.1 200 OK\r\n" + fields + Self.own)
        #expect(result.framing == framing)
    }

    @Test func `an answer without content has no framing that would promise some`() throws {
        #expect(
            try Self.written(["HTTP/1.1 204 x", "Content-Length: 3"]).text
                == "HTTP/1.1 204 x\r\n" + Self.own)
        #expect(
            try Self.written(["HTTP/1.1 204 x", "Transfer-Encoding: chunked"]).text == "HTTP/1.1 204 x\r\n" + Self.own)
        let notModified = try Self.written(["HTTP/1.1 304 x", "Content-Length: 3"])
        #expect(
            notModified.text == "HTTP/1.1 304 x\r\nContent-Length: 3\r\n" + Self.own && notModified.framing == .none)
        let head = try Self.written(["HTTP/1.1 200 x", "Content-Length: 3"], isHead: true)
        #expect(head.text == "HTTP/1.1 200 x\r\nContent-Length: 3\r\n" + Self.own && head.framing == .none)
        #expect(
            try Self.written(["HTTP/1.1 200 x", "Transfer-Encoding: chunked"], minor: 0, isHead: true).text
                == "HTTP/1.1 200 x\r\nConnection: keep-alive\r\n" + Self.own)
    }

    @Test func `a switch to websocket is passed on whole`() throws {
        let result = try Self.written(
            ["HTTP/1.1 101 S", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Accept: k"], upgrade: true)
        #expect(
            result.text == "HTTP/1.1 101 S\r\nSec-WebSocket-Accept: k\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + Self.own)
        #expect(result.framing == .none)
    }

    @Test func `a missing Date is added, a given one kept`() throws {
        var writer = Self.writer()
        writer.now = 784_111_777
        let head = try ResponseHeadValidatorTests.final(["HTTP/1.1 200 OK\r\n", "Content-Length: 0\r\n", "\r\n"])
        var buffer: [UInt8] = []
        writer.writeHead(head, keepAlive: true, to: &buffer)
        #expect(Wire.text(buffer).contains("\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"))
        let dated = try ResponseHeadValidatorTests.final(["HTTP/1.1 200 OK\r\n", "Date: x\r\n", "\r\n"])
        buffer = []
        writer.writeHead(dated, keepAlive: true, to: &buffer)
        #expect(Wire.text(buffer).components("\r\nDate: ") == 1)
    }

    @Test func `interim answers reach HTTP 1.1 clients only`() throws {
        var validator = ResponseHeadValidator(isHead: false, allowsUpgrade: false)
        var head: ResponseHead?
        for line in ["HTTP/1.1 103 Early\r\n", "Link: a\r\n", "Connection: x\r\n", "Content-Length: 4\r\n", "\r\n"] {
            let bytes = [UInt8](line.utf8)
            if case .interim(let whole) = validator.line(bytes.span) { head = whole }
        }
        let hints = try #require(head)
        var buffer: [UInt8] = []
        Self.writer().writeInterim(hints, to: &buffer)
        #expect(Wire.text(buffer) == "HTTP/1.1 103 Early\r\nLink: a\r\nVia: 1.1 stoplog-0000002a\r\n\r\n")
        buffer = []
        Self.writer(minor: 0).writeInterim(hints, to: &buffer)
        Self.writer(minor: 0).writeContinue(to: &buffer)
        #expect(buffer.isEmpty)
        Self.writer().writeContinue(to: &buffer)
        #expect(Wire.text(buffer) == "HTTP/1.1 100 Continue\r\n\r\n")
    }

    @Test func `a tunnel's answer has no framing`() {
        var buffer: [UInt8] = []
        Self.writer(minor: 0).writeTunnelEstablished(to: &buffer)
        #expect(
            Wire.text(buffer) == "HTTP/1.1 200 Connection established\r\nStoplog-Call: C\r\nX-Correlation-ID: I\r\n\r\n"
        )
    }

    @Test func `the gate's own answer is well framed and cannot be split`() {
        let answer = SyntheticAnswer(
            status: 403,
            headers: [
                ("Content-Type", "a"), ("X", "1\r\nEvil: 2"), ("Content-Length", "9"), ("Transfer-Encoding", "chunked"),
                ("bad name", "x"), ("", "x"), ("Connection", "close"), ("Stoplog-Call", "x"),
            ], body: [UInt8]("hello".utf8))
        var buffer: [UInt8] = []
        Self.writer().writeAnswer(answer, keepAlive: true, to: &buffer)
        let head =
            "HTTP/1.1 403 Forbidden\r\nContent-Type: a\r\nX: 1  Evil: 2\r\nContent-Length: 5\r\nStoplog-Call: C\r\nX-Correlation-ID: I\r\n\r\n"
        #expect(Wire.text(buffer) == head + "hello")
        buffer = []
        Self.writer(isHead: true).writeAnswer(answer, keepAlive: true, to: &buffer)
        #expect(Wire.text(buffer) == head)
    }

    @Test(arguments: [204, 304]) func `the gate's own answer without content has none`(_ status: Int) {
        var buffer: [UInt8] = []
        Self.writer().writeAnswer(.init(status: status, headers: [], body: [1, 2]), keepAlive: false, to: &buffer)
        let reason = StatusReason.of(status)
        #expect(
            Wire.text(buffer)
                == "HTTP/1.1 \(status) \(reason)\r\nConnection: close\r\nStoplog-Call: C\r\nX-Correlation-ID: I\r\n\r\n"
        )
    }

    @Test func `chunks are framed in hexadecimal and never as the last one by accident`() {
        var buffer: [UInt8] = []
        HTTP1Writer.writeChunkStart(0, to: &buffer)
        #expect(buffer.isEmpty)
        HTTP1Writer.writeChunkStart(0x1AF0, to: &buffer)
        #expect(Wire.text(buffer) == "1af0\r\n")
        buffer = []
        HTTP1Writer.writeLastChunk(to: &buffer)
        #expect(Wire.text(buffer) == "0\r\n\r\n")
    }

    @Test(
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"), (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 GMT"),
            (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"), (Int64.max, "Fri, 31 Dec 9999 23:59:59 GMT"),
            (Int64.min, "Thu, 01 Jan 1970 00:00:00 GMT"),
        ] as [(Int64, String)])
    func `dates are written as HTTP has them`(_ seconds: Int64, _ text: String) {
        #expect(HTTPDate.text(secondsSince1970: seconds) == text)
    }
}

extension String {
    /// How often `part` occurs.
    fileprivate func components(_ part: String) -> Int { ranges(of: part).count }
}
