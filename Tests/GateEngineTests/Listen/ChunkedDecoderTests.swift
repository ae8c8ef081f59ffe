import GatePolicy
import Testing

@testable import GateEngine

@Suite struct ChunkedDecoderTests {
    struct Result: Equatable {
        var content: [UInt8] = []
        var trailers: [String] = []
        var isWhole = false
        var status: Int?
        var rest = 0
    }

    /// Decodes `bytes` handed over in pieces of the sizes given, in turn.
    static func decode(_ bytes: [UInt8], pieces: [Int]) -> Result {
        var decoder = ChunkedDecoder()
        var result = Result()
        var start = 0
        var turn = 0
        while start < bytes.count {
            let size = pieces.isEmpty ? bytes.count : max(1, pieces[turn % pieces.count])
            let piece = Array(bytes[start..<min(bytes.count, start + size)])
            turn += 1
            var position = 0
            loop: while true {
                switch decoder.next(piece.span, &position) {
                case .needMore: break loop
                case .data(let range): result.content += piece[range]
                case .fault(let fault):
                    result.status = fault.status
                    return result
                case .end:
                    result.isWhole = true
                    result.trailers = decoder.trailers.texts.map { "\($0.name)=\($0.value)" }
                    result.rest = bytes.count - start - position
                    return result
                }
            }
            start += piece.count
        }
        return result
    }

    static func decode(_ text: String) -> Result { decode([UInt8](text.utf8), pieces: []) }

    @Test(
        arguments: [
            ("0\r\n\r\n", "", [], 0), ("5\r\nhello\r\n0\r\n\r\nNEXT", "hello", [], 4),
            ("a\r\n0123456789\r\n1\r\nx\r\n000\r\n\r\n", "0123456789x", [], 0),
            ("A\r\n0123456789\r\n0\r\n\r\n", "0123456789", [], 0),
            ("0000000000000005\r\nhello\r\n0\r\n\r\n", "hello", [], 0),
            ("5;a\r\nhello\r\n0;b=c;d=\"e\\\"f;\"\r\n\r\n", "hello", [], 0),
            ("5 ; a = b ;c\r\nhello\r\n0\r\n\r\n", "hello", [], 0),
            (
                "5;a=\"x y\"\r\nhello\r\n0\r\nX-Sum: 1\r\ngrpc-status:0\r\n\r\n", "hello",
                ["X-Sum=1", "grpc-status=0"], 0
            ),
            (
                "0\r\nContent-Length: 5\r\nHost: x\r\nTransfer-Encoding: chunked\r\nAuthorization: a\r\nOk: 1\r\n\r\n",
                "", ["Ok=1"], 0
            ),
            ("2\r\n\r\n\r\n0\r\n\r\n", "\r\n", [], 0),
        ] as [(String, String, [String], Int)])
    func `a valid body gives its content and trailers, however it is cut`(
        _ text: String, _ content: String, _ trailers: [String], _ rest: Int
    ) {
        let bytes = [UInt8](text.utf8)
        let expected = Result(content: [UInt8](content.utf8), trailers: trailers, isWhole: true, rest: rest)
        #expect(Self.decode(bytes, pieces: []) == expected)
        #expect(Self.decode(bytes, pieces: [1]) == expected)
        for cut in 1..<bytes.count {
            #expect(Self.decode(bytes, pieces: [cut, bytes.count]) == expected, "cut \(cut)")
        }
    }

    @Test(arguments: [
        "\r\n", "x\r\n", " 5\r\nhello\r\n", "5 \r\nhello\r\n", "+5\r\nhello\r\n", "-5\r\nhello\r\n", "0x5\r\nhello\r\n",
        "5\nhello\r\n0\r\n\r\n", "5\rhello", "5\r\nhello0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "5\r\nhello\rX",
        "5\r\nhello\r\n\r\n", "g\r\n", "5,\r\nhello", "5h\r\n", "5\u{00}\r\n", "5\t\r\n", ";a\r\n", "5;\r\nhello",
        "5;;a\r\n", "5;a=\r\nhello", "5;a=b=c\r\n", "5;a b\r\n", "5;a=\"x\r\n", "5;a=\"x\"y\r\n", "5;\u{00}\r\n",
        "5;a=\"\u{01}\"\r\n", "5;a\nhello", "5; \r\n", "5;a=b\nhello", "5;a=\"\\\n\"\r\n", "5;é\r\n",
        "11111111111111111\r\n", "00000000000000005\r\nhello\r\n", "8000000000000000\r\n", "FFFFFFFFFFFFFFFF\r\n",
        "0\r\nX\r\n\r\n", "0\r\nX : 1\r\n\r\n", "0\r\n X: 1\r\n\r\n", "0\r\nX: 1\n\r\n", "0\r\nX: a\u{00}\r\n\r\n",
        "0\r\n: 1\r\n\r\n", "0\r\nX: 1\r\n folded\r\n\r\n", "0\r\n\n", "0\r\nX: a\rb\r\n\r\n", "0\n\r\n", "0;\n\r\n",
    ])
    func `a malformed body is refused, however it is cut`(_ text: String) {
        let bytes = [UInt8](text.utf8)
        #expect(Self.decode(bytes, pieces: []).status == 400, "\(text.debugDescription)")
        #expect(Self.decode(bytes, pieces: [1]).status == 400)
    }

    @Test func `a cut body never ends`() {
        let bytes = [UInt8]("5;a=b\r\nhello\r\n0\r\nX: 1\r\n\r\n".utf8)
        for end in 0..<bytes.count {
            let result = Self.decode(Array(bytes[..<end]), pieces: [])
            #expect(!result.isWhole && result.status == nil)
        }
    }

    @Test func `extensions and trailers have limits`() {
        let long = String(repeating: "a", count: ChunkedDecoder.maxExtensionBytesPerChunk + 1)
        #expect(Self.decode("5;\(long)\r\nhello\r\n").status == 400)
        let each = "1;" + String(repeating: "a", count: 1000) + "\r\nx\r\n"
        #expect(Self.decode(String(repeating: each, count: 20)).status == 400)
        #expect(Self.decode("0\r\nX: " + String(repeating: "a", count: 17_000)).status == 431)
        #expect(Self.decode("0\r\n" + String(repeating: "x:y\r\n", count: 65)).status == 431)
        #expect(Self.decode("0\r\n" + String(repeating: "host:y\r\n", count: 65)).status == 431)
    }

    @Test func `random bodies survive random cuts`() {
        var random = SeededGenerator(state: 3)
        for _ in 0..<300 {
            var wire: [UInt8] = []
            var content: [UInt8] = []
            for _ in 0..<Int.random(in: 0..<6, using: &random) {
                let chunk = (0..<Int.random(in: 1..<300, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                HTTP1Writer.writeChunkStart(chunk.count, to: &wire)
                wire += chunk
                HTTP1Writer.writeChunkEnd(to: &wire)
                content += chunk
            }
            var trailers = FieldBlock()
            trailers.append("X-Sum", "12")
            HTTP1Writer.writeLastChunk(trailers: trailers, to: &wire)
            let pieces = (0..<5).map { _ in Int.random(in: 1...50, using: &random) }
            let expected = Result(content: content, trailers: ["X-Sum=12"], isWhole: true)
            #expect(Self.decode(wire, pieces: pieces) == expected)
            wire[Int.random(in: 0..<wire.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            #expect(Self.decode(wire, pieces: pieces) == Self.decode(wire, pieces: [1]))
        }
    }
}
