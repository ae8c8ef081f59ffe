import Testing

@testable import GateEngine

/// One content for everybody, or none to judge.
@Suite struct ContentDecoderTests {
    private static func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex.utf8).map { ByteClass.hexValue($0) ?? 0 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    /// `action=delete` and `d`.
    private static let first = bytes("1f8b08000000000002034b4c2ec9cccfb34d49cd492d49050020100be40d000000")
    private static let second = bytes("1f8b08000000000002034b0100cc4add9801000000")

    private static func decode(_ bytes: [UInt8], _ codings: String?) -> ContentDecoder.Outcome {
        ContentDecoder.decode(bytes, codings: codings, limit: 100_000)
    }

    @Test func `Codings are removed from the outermost in`() {
        #expect(Self.decode(Self.first, "gzip") == .decoded(Array("action=delete".utf8)))
        #expect(Self.decode(Self.first, " X-GZip , identity") == .decoded(Array("action=delete".utf8)))
        #expect(Self.decode(Self.first, nil) == .decoded(Self.first))
        #expect(ContentDecoder.decode(Self.first, codings: "gzip", limit: 12) == .overLimit)
    }

    @Test(arguments: ["zstd", "compress", "gzip;q=1", "gzip,gzip", "deflate", "a,b,c,d,e", "aws-chunked"])
    func `What can't be decoded is not judged by its bytes`(_ codings: String) {
        #expect(Self.decode(Self.first, codings) == .unreadable)
    }

    @Test func `A second member, or anything behind the first, has no one reading`() {
        #expect(Self.decode(Self.first + Self.second, "gzip") == .unreadable)
        #expect(Self.decode(Self.first + [0], "gzip") == .unreadable)
        #expect(Self.decode(Array(Self.first.dropLast()), "gzip") == .unreadable)
        #expect(Self.decode([], "gzip") == .unreadable)
    }

    @Test func `Bytes that are deflate with and without its wrapper have no one reading`() {
        // Stored blocks inside stored blocks: the wrapped reading is `inner`, the bare one starts a byte earlier.
        var inner = [UInt8](repeating: 0x61, count: 65_534)
        func put(_ length: Int, at index: Int) {
            let pair = [UInt8(length & 0xFF), UInt8(length >> 8)]
            inner.replaceSubrange(index..<index + 4, with: pair + pair.map { ~$0 })
        }
        put(65_534 - 9, at: 0)
        inner[65_529] = 1
        put(9, at: 65_530)
        var (low, high) = (1, 0)
        for byte in inner {
            low = (low + Int(byte)) % 65_521
            high = (high + low) % 65_521
        }
        let check = [high >> 8, high & 0xFF, low >> 8, low & 0xFF].map { UInt8($0) }
        let both = [0x78, 0x01, 0x00, 0xFE, 0xFF, 0x01, 0x00] + inner + [0x01, 0x00, 0x00, 0xFF, 0xFF] + check
        #expect(Self.decode(both, "deflate") == .unreadable)
        #expect(Self.decode(Array(both.dropFirst(2).dropLast(4)), "deflate") == .decoded(inner))
    }

    @Test func `No bytes are too strange`() {
        var random = SeededGenerator(state: 7)
        for round in 0..<400 {
            var bytes =
                round % 2 == 0
                ? Self.first
                : (0..<Int.random(in: 0...60, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            if !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            for coding in ["gzip", "deflate", "br", "br, gzip"] { _ = Self.decode(bytes, coding) }
        }
    }
}
