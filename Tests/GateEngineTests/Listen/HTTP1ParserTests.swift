import GatePolicy
import Testing

@testable import GateEngine

@Suite struct HTTP1ParserTests {
    @Test func `a head gives its parts as offsets into its own bytes`() throws {
        let text = "\r\nPOST http://h/p?q HTTP/1.1\r\nhOsT:  h \r\nX-E:\r\nContent-Length: 5\r\n\r\n"
        guard case .head(let head, let consumed) = Wire.outcome(text + "hello") else { throw WireError.noHead }
        #expect(consumed == text.utf8.count)
        #expect(head.text(head.method) == "POST")
        #expect(head.text(head.target) == "http://h/p?q")
        #expect(head.minorVersion == 1)
        #expect(head.block.texts.map(\.name) == ["hOsT", "X-E", "Content-Length"])
        #expect(head.block.texts.map(\.value) == ["h", "", "5"])
        #expect(head.known == [.host, .other, .contentLength])
        #expect(head.framing == .sized(5))
        #expect(head.keepAlive)
        #expect(Wire.text(head.bytes) == String(text.dropFirst(1)))
    }

    @Test func `a head cut at every offset is the same head`() throws {
        let texts = [
            Wire.get("Accept: */*", "X: é", "Connection: close, x"),
            Wire.post("Transfer-Encoding: chunked", "Expect: 100-continue"),
            "\r\n\r\nOPTIONS * HTTP/1.0\r\n\r\n",
        ]
        for text in texts {
            let whole = try #require(Self.summary(Wire.outcome(text + "rest")))
            #expect(Self.summary(Wire.dripped([UInt8](text.utf8))) == whole)
        }
    }

    @Test func `pipelined heads are taken one after the other`() throws {
        let one = Wire.get("A: 1")
        let two = Wire.get("B: 2")
        let bytes = [UInt8]((one + two).utf8)
        var parser = HTTP1Parser()
        guard case .head(let first, let consumed) = parser.parse(bytes.span) else { throw WireError.noHead }
        #expect(parser.isIdle)
        guard case .head(let second, _) = parser.parse(bytes.span.extracting(consumed..<bytes.count)) else {
            throw WireError.noHead
        }
        #expect(first.block.texts[1].name == "A")
        #expect(second.block.texts[1].name == "B")
    }

    @Test(arguments: hostileHeads) func `a hostile head is refused`(_ sample: HostileHead) {
        #expect(Wire.status(Wire.outcome(sample.text)) == sample.status, "\(sample.text.debugDescription)")
        #expect(Wire.status(Wire.dripped([UInt8](sample.text.utf8))) == sample.status)
    }

    @Test(arguments: 0...0x1F) func `a control byte in a value is refused, a tab passes`(_ byte: Int) {
        let text = Wire.get("X: a\(Character(Unicode.Scalar(UInt8(byte))))b")
        guard byte != 0x09 else {
            #expect(Wire.status(Wire.outcome(text)) == nil)
            return
        }
        #expect(Wire.status(Wire.outcome(text)) == 400)
    }

    @Test func `only token bytes make a name`() {
        let allowed = Set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
        for byte in UInt8.min...UInt8.max {
            #expect(ByteClass.isToken(byte) == allowed.contains(byte))
            var bytes = [UInt8](Wire.get().utf8.dropLast(2))
            bytes += [0x58, byte, 0x59, 0x3A, 0x31, 0x0D, 0x0A, 0x0D, 0x0A]
            let refused = Wire.status(Wire.outcome(bytes)) == 400
            // A colon ends the name earlier.
            #expect(refused == (!allowed.contains(byte) && byte != 0x3A), "byte \(byte)")
        }
    }

    @Test(arguments: goodHeads) func `what is unusual but valid passes`(_ text: String) {
        #expect(Wire.status(Wire.outcome(text)) == nil, "\(text.debugDescription)")
        guard case .head = Wire.outcome(text) else {
            Issue.record("no head")
            return
        }
    }

    @Test func `limits are kept to the byte`() {
        func withLine(_ count: Int) -> String {
            let fixed = "GET http://h/ HTTP/1.1".utf8.count
            return "GET http://h/\(String(repeating: "a", count: count - fixed)) HTTP/1.1\r\nHost: h\r\n\r\n"
        }
        #expect(Wire.status(Wire.outcome(withLine(HTTP1Parser.maxRequestLineBytes))) == nil)
        #expect(Wire.status(Wire.outcome(withLine(HTTP1Parser.maxRequestLineBytes + 1))) == 431)
        func withHead(_ count: Int) -> String {
            let fixed = Wire.get("X: ").utf8.count
            return Wire.get("X: " + String(repeating: "a", count: count - fixed))
        }
        #expect(Wire.status(Wire.outcome(withHead(HTTP1Parser.maxHeadBytes))) == nil)
        #expect(Wire.status(Wire.outcome(withHead(HTTP1Parser.maxHeadBytes + 1))) == 431)
        func withFields(_ count: Int) -> String {
            "GET http://h/ HTTP/1.1\r\nHost: h\r\n" + String(repeating: "a:b\r\n", count: count - 1) + "\r\n"
        }
        #expect(Wire.status(Wire.outcome(withFields(HTTP1Parser.maxFields))) == nil)
        #expect(Wire.status(Wire.outcome(withFields(HTTP1Parser.maxFields + 1))) == 431)
    }

    @Test func `a head at its limit passes in two pieces and one beyond is refused when the buffer is full`() {
        let fixed = Wire.get("X: ").utf8.count
        let full = [UInt8](Wire.get("X: " + String(repeating: "a", count: HTTP1Parser.maxHeadBytes - fixed)).utf8)
        let line = "GET http://h/ HTTP/1.1".utf8.count
        let path = String(repeating: "a", count: HTTP1Parser.maxRequestLineBytes - line)
        let longLine = [UInt8]("GET http://h/\(path) HTTP/1.1\r\nHost: h\r\n\r\n".utf8)
        for bytes in [full, longLine] {
            for cut in [bytes.count - 1, HTTP1Parser.maxRequestLineBytes, HTTP1Parser.maxRequestLineBytes + 1] {
                var parser = HTTP1Parser()
                if case .needMore = parser.parse(bytes.span.extracting(0..<cut)) {} else { Issue.record("cut \(cut)") }
                if case .head = parser.parse(bytes.span) {} else { Issue.record("whole after \(cut)") }
            }
        }
        let unfinished = Array(full.dropLast(2) + [0x61, 0x61])
        #expect(unfinished.count == HTTP1Parser.maxHeadBytes)
        #expect(Wire.status(Wire.outcome(unfinished)) == 431)
    }

    @Test func `endless lines and heads are refused before their end comes`() {
        #expect(Wire.status(Wire.outcome(String(repeating: "A", count: 40_000))) == 431)
        let endless = "GET http://h/ HTTP/1.1\r\nX: " + String(repeating: "a", count: 70_000)
        #expect(Wire.status(Wire.outcome(endless)) == 431)
        #expect(Wire.status(Wire.outcome([0x16, 0x03, 0x01])) == 400)
    }

    @Test(
        arguments: [
            ("HTTP/1.1", [], true), ("HTTP/1.1", ["Connection: close"], false),
            ("HTTP/1.1", ["Connection: x,CLOSE"], false), ("HTTP/1.1", ["Connection: keep-alive"], true),
            ("HTTP/1.0", [], false), ("HTTP/1.0", ["Connection: Keep-Alive"], true),
            ("HTTP/1.0", ["Connection: keep-alive, close"], false), ("HTTP/1.1", ["Connection: closed"], true),
            ("HTTP/1.0", ["Proxy-Connection: keep-alive"], false),
        ] as [(String, [String], Bool)])
    func `keep-alive follows the version and Connection`(_ version: String, _ lines: [String], _ expected: Bool) throws
    {
        let text = "GET http://h/ \(version)\r\nHost: h\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
        #expect(try Wire.head(text).keepAlive == expected)
    }

    @Test func `a 100-continue is expected only in HTTP 1.1 with content`() throws {
        #expect(try Wire.head(Wire.post("Content-Length: 1", "Expect: 100-Continue")).expectsContinue)
        #expect(try Wire.head(Wire.post("Transfer-Encoding: chunked", "Expect: 100-continue")).expectsContinue)
        #expect(try !Wire.head(Wire.post("Content-Length: 0", "Expect: 100-continue")).expectsContinue)
        #expect(try !Wire.head(Wire.post("Content-Length: 1", "Expect: other")).expectsContinue)
        let old = "POST http://h/ HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n"
        #expect(try !Wire.head(old).expectsContinue)
    }

    @Test func `only a websocket upgrade counts as one`() throws {
        #expect(try Wire.head(Wire.get("Connection: keep-alive, Upgrade", "Upgrade: WebSocket")).wantsWebSocket)
        #expect(try !Wire.head(Wire.get("Upgrade: websocket")).wantsWebSocket)
        #expect(try !Wire.head(Wire.get("Connection: upgrade", "Upgrade: h2c")).wantsWebSocket)
        #expect(try !Wire.head(Wire.post("Connection: upgrade", "Upgrade: websocket")).wantsWebSocket)
    }

    @Test func `random valid heads parse to what they were made of`() throws {
        var random = SeededGenerator(state: 1)
        for _ in 0..<300 {
            let sample = RandomHead(&random)
            let head = try Wire.head(sample.text)
            #expect(head.text(head.method) == sample.method)
            #expect(head.text(head.target) == sample.target)
            #expect(head.block.texts.map(\.name) == sample.fields.map(\.name))
            #expect(head.block.texts.map(\.value) == sample.fields.map(\.value))
            #expect(Self.summary(Wire.dripped([UInt8](sample.text.utf8))) == Self.summary(Wire.outcome(sample.text)))
        }
    }

    @Test func `damaged heads never trap and never differ when dripped`() {
        var random = SeededGenerator(state: 2)
        for _ in 0..<2_000 {
            var bytes = [UInt8](RandomHead(&random).text.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.insert([0, 10, 13, 32, 58][Int.random(in: 0..<5, using: &random)], at: at)
                default: bytes.remove(at: at)
                }
            }
            let whole = Wire.outcome(bytes)
            #expect(Self.summary(whole) == Self.summary(Wire.dripped(bytes)))
            guard case .head(let head, _) = whole else { continue }
            _ = RequestTarget.parse(head, in: .plain)
            _ = RequestTarget.parse(head, in: .tunnel(host: "h", port: 443))
        }
    }

    private static func summary(_ outcome: HTTP1Parser.Outcome) -> String? {
        switch outcome {
        case .needMore: nil
        case .fault(let fault): "fault \(fault.status)"
        case .head(let head, let consumed):
            "\(consumed) \(head.bytes) \(head.method) \(head.target) \(head.fields) \(head.known) \(head.framing) "
                + "\(head.keepAlive) \(head.expectsContinue)"
        }
    }
}

/// A valid request head made at random, and what it was made of.
struct RandomHead {
    var method: String
    var target: String
    var fields: [(name: String, value: String)]
    var text: String

    init(_ random: inout SeededGenerator) {
        method = ["GET", "POST", "PATCH", "get", "M-SEARCH", "X"].randomElement(using: &random) ?? "GET"
        let path = (0..<Int.random(in: 0..<20, using: &random)).map { _ in
            "abc/%2F..;=&?\\é{}|".randomElement(using: &random).map(String.init) ?? "a"
        }
        target = "http://host.example:8080/" + path.joined()
        fields = [("Host", "host.example:8080")]
        for _ in 0..<Int.random(in: 0..<12, using: &random) {
            let name = (0..<Int.random(in: 1..<12, using: &random)).map { _ in
                "abcXYZ019-_!".randomElement(using: &random).map(String.init) ?? "a"
            }
            let value = (0..<Int.random(in: 0..<30, using: &random)).map { _ in
                "ab,;:=\"\\()é%~".randomElement(using: &random).map(String.init) ?? "a"
            }
            fields.append(("X-" + name.joined(), value.joined()))
        }
        let gaps = ["", " ", "\t", "  \t "]
        text = "\(method) \(target) HTTP/1.1\r\n"
        for field in fields {
            let before = gaps.randomElement(using: &random) ?? ""
            let after = gaps.randomElement(using: &random) ?? ""
            text += "\(field.name):\(before)\(field.value)\(after)\r\n"
        }
        text += "\r\n"
    }
}

struct HostileHead: Sendable, CustomTestStringConvertible {
    var text: String
    var status: Int
    var testDescription: String { text.prefix(120).debugDescription }
    init(_ text: String, _ status: Int = 400) {
        self.text = text
        self.status = status
    }
}

private let hostileHeads: [HostileHead] = [
    // Request lines.
    .init("GET / HTTP/1.1\nHost: h\n\n"), .init("GET http://h/ HTTP/1.1\r\nHost: h\n\r\n"),
    .init("GET http://h/\r\n\r\n"), .init("GET  http://h/ HTTP/1.1\r\nHost: h\r\n\r\n"),
    .init("GET http://h/  HTTP/1.1\r\nHost: h\r\n\r\n"), .init("GET http://h/ HTTP/1.1 \r\nHost: h\r\n\r\n"),
    .init(" GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n"), .init("GET\thttp://h/\tHTTP/1.1\r\nHost: h\r\n\r\n"),
    .init("GET http://h/a b HTTP/1.1\r\nHost: h\r\n\r\n"), .init("GET http://h/\u{01} HTTP/1.1\r\nHost: h\r\n\r\n"),
    .init("GET http://h/\u{7F} HTTP/1.1\r\nHost: h\r\n\r\n"), .init("GET http://h/\u{00} HTTP/1.1\r\nHost: h\r\n\r\n"),
    .init("G(T http://h/ HTTP/1.1\r\nHost: h\r\n\r\n"), .init("GÉT http://h/ HTTP/1.1\r\nHost: h\r\n\r\n"),
    .init("GET http://h/ http/1.1\r\nHost: h\r\n\r\n"), .init("GET http://h/ HTTP/1\r\nHost: h\r\n\r\n"),
    .init("GET http://h/ HTTP/1.1.1\r\nHost: h\r\n\r\n"), .init("GET http://h/ HTTP/11\r\nHost: h\r\n\r\n"),
    .init("GET http://h/ HTTP/1.11\r\nHost: h\r\n\r\n"), .init("GET http://h/ HTTP/ 1.1\r\nHost: h\r\n\r\n"),
    .init("GET http://h/ HTPP/1.1\r\nHost: h\r\n\r\n"), .init("GET http://h/ HTTP/1,1\r\nHost: h\r\n\r\n"),
    .init("GET http://h/ HTTP/+1.1\r\nHost: h\r\n\r\n"), .init("GET http://h/ HTTP/1.1\rX\r\nHost: h\r\n\r\n"),
    .init("GET\r\n\r\n"), .init("GET \r\n\r\n"), .init("GET  HTTP/1.1\r\nHost: h\r\n\r\n"),
    .init("\r\n\r\n\r\n\r\n\r\nGET http://h/ HTTP/1.1\r\n"), .init("\nGET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n"),
    .init("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505), .init("GET http://h/ HTTP/2.0\r\nHost: h\r\n\r\n", 505),
    .init("GET http://h/ HTTP/0.9\r\nHost: h\r\n\r\n", 505), .init("GET http://h/ HTTP/3.1\r\nHost: h\r\n\r\n", 505),
    .init("{\"json\":1}\r\n\r\n"), .init("(\r\n"), .init("\u{16}\u{03}\u{01}\r\n"),
    // Host.
    .init("GET http://h/ HTTP/1.1\r\n\r\n"), .init("GET http://h/ HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n"),
    .init("GET http://h/ HTTP/1.1\r\nHost: h\r\nhost: i\r\n\r\n"),
    .init("GET http://h/ HTTP/1.0\r\nHost: h\r\nHost: h\r\n\r\n"),
    .init("GET http://h/ HTTP/1.1\r\n Host: h\r\n\r\n"),
    // Field lines.
    .init(Wire.get("X : 1")), .init(Wire.get("X\t: 1")), .init(Wire.get(": 1")), .init(Wire.get("X")),
    .init(Wire.get("X: 1", " folded")), .init(Wire.get("X: 1", "\tfolded")), .init(Wire.get(" X: 1")),
    .init(Wire.get("X Y: 1")), .init(Wire.get("X\u{0B}: 1")), .init(Wire.get("X(: 1")), .init(Wire.get("É: 1")),
    .init(Wire.get("X: a\u{00}b")), .init(Wire.get("X: a\rb")), .init(Wire.get("X: a\nY: b")),
    .init(Wire.get("X: a\u{7F}")), .init(Wire.get("X\u{00}: a")), .init(Wire.get("\u{00}")),
    .init(Wire.get("X: a\r")), .init(Wire.get("\"X\": a")), .init(Wire.get("X@: a")),
    .init(Wire.get("Transfer-Encoding\u{00}: chunked")), .init(Wire.get("X: 1\r\r\nY: 2")),
    // Content-Length.
    .init(Wire.post("Content-Length: +5")), .init(Wire.post("Content-Length: -5")),
    .init(Wire.post("Content-Length: 0x5")), .init(Wire.post("Content-Length: 5 5")),
    .init(Wire.post("Content-Length: 5,5")), .init(Wire.post("Content-Length: 5, 5")),
    .init(Wire.post("Content-Length: 5", "Content-Length: 5")),
    .init(Wire.post("Content-Length: 5", "Content-Length: 6")), .init(Wire.post("Content-Length:")),
    .init(Wire.post("Content-Length: ")), .init(Wire.post("Content-Length: 1e3")),
    .init(Wire.post("Content-Length: 5.0")), .init(Wire.post("Content-Length: 9223372036854775808")),
    .init(Wire.post("Content-Length: 18446744073709551621")), .init(Wire.post("Content-Length: 99999999999999999999")),
    .init(Wire.post("Content-Length: \u{0665}")), .init(Wire.post("Content-Length: 5;")),
    .init(Wire.post("Content-Length: five")), .init(Wire.post("Content-Length: 5_0")),
    .init(Wire.post("Content-Length : 5")), .init(Wire.post("Content-Length: 5", " 6")),
    // Transfer-Encoding.
    .init(Wire.post("Transfer-Encoding: chunked", "Content-Length: 5")),
    .init(Wire.post("Content-Length: 5", "Transfer-Encoding: chunked")),
    .init(Wire.post("Content-Length: 0", "Transfer-Encoding: chunked")),
    .init(Wire.post("Transfer-Encoding: identity")), .init(Wire.post("Transfer-Encoding: gzip")),
    .init(Wire.post("Transfer-Encoding: gzip, chunked")), .init(Wire.post("Transfer-Encoding: chunked, gzip")),
    .init(Wire.post("Transfer-Encoding: chunked, chunked")), .init(Wire.post("Transfer-Encoding: chunked,")),
    .init(Wire.post("Transfer-Encoding: ,chunked")), .init(Wire.post("Transfer-Encoding: xchunked")),
    .init(Wire.post("Transfer-Encoding: chunkedx")), .init(Wire.post("Transfer-Encoding: chunked;q=1")),
    .init(Wire.post("Transfer-Encoding: \"chunked\"")), .init(Wire.post("Transfer-Encoding: 'chunked'")),
    .init(Wire.post("Transfer-Encoding: chunked\u{0B}")), .init(Wire.post("Transfer-Encoding: \u{0B}chunked")),
    .init(Wire.post("Transfer-Encoding: chun\u{212A}ed")), .init(Wire.post("Transfer-Encoding:")),
    .init(Wire.post("Transfer-Encoding: chunked", "Transfer-Encoding: chunked")),
    .init(Wire.post("Transfer-Encoding: chunked", "Transfer-Encoding: identity")),
    .init(Wire.post("Transfer-Encoding: identity", "Transfer-Encoding: chunked")),
    .init(Wire.post("Transfer-Encoding : chunked")), .init(Wire.post("Transfer-Encoding\t: chunked")),
    .init(Wire.post("Transfer-Encoding:", " chunked")), .init(Wire.post(" Transfer-Encoding: chunked")),
    .init(Wire.post("X: y", " Transfer-Encoding: chunked")), .init(Wire.post("Transfer-Encoding: chunked\u{00}")),
    .init(Wire.post("Transfer-Encoding: cow")), .init(Wire.post("Transfer-Encoding: [chunked]")),
    .init("POST http://h/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
    // Methods that have no content here.
    .init("HEAD http://h/ HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n"),
    .init("HEAD http://h/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"),
    .init("TRACE http://h/ HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n"),
    .init("CONNECT h:1 HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n"),
    .init("CONNECT h:1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"),
    .init(Wire.get("Connection: " + String(repeating: "a,", count: 65)), 431),
]

private let goodHeads: [String] = [
    "GET http://h/ HTTP/1.0\r\n\r\n", "CONNECT h:443 HTTP/1.0\r\n\r\n", "GET http://h/ HTTP/1.9\r\nHost: h\r\n\r\n",
    "\r\nGET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", "get http://h/ HTTP/1.1\r\nHost: h\r\n\r\n",
    "M-SEARCH http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", "HEAD http://h/ HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
    Wire.get("Content-Length: 5"), Wire.get("Transfer-Encoding: chunked"), Wire.get("X:1"), Wire.get("X:"),
    Wire.get("X: \t a \t "), Wire.get("X: é"), Wire.get("Content-Length: 0005"), Wire.get("X: :::"),
    Wire.get("Content-Length: 9223372036854775807"), Wire.post("Transfer-Encoding: Chunked"),
    Wire.post("transfer-encoding:\tCHUNKED\t"), Wire.get("Connection: Content-Length, Host"), Wire.get("Expect: x"),
    "GET http://h/é HTTP/1.1\r\nHost: h\r\n\r\n",
]
