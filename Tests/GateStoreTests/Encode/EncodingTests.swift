import Testing

@testable import GateStore

@Suite struct EncodingTests {
    @Test(arguments: [
        (0 as Int64, "1970-01-01T00:00:00.000000Z"), (1, "1970-01-01T00:00:00.000001Z"),
        (-1, "1969-12-31T23:59:59.999999Z"), (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
        (1_795_528_799_123_456, "2026-11-24T13:59:59.123456Z"),
        (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
    ])
    func `Times are written in RFC 3339 and read back`(_ time: Int64, _ text: String) {
        #expect(Timestamp.text(time) == text)
        #expect(Timestamp.parse(text) == time)
    }

    @Test func `Any time is written without a fault`() {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<1000 {
            let time = Int64.random(in: -60_000_000_000_000_000...250_000_000_000_000_000, using: &random)
            #expect(Timestamp.parse(Timestamp.text(time)) == time)
        }
        #expect(Timestamp.text(.min) == "0000-01-01T00:00:00.000000Z")
        #expect(Timestamp.text(.max) == "9999-12-31T23:59:59.999999Z")
        for text in ["", "2026-11-24T13:59:59.12345aZ", "2026-13-24T13:59:59.123456Z"] {
            #expect(Timestamp.parse(text) == nil)
        }
    }

    @Test(arguments: [
        (0, "0"), (12.25, "12.25"), (0.1, "0.1"), (1, "1"), (-3.5, "-3.5"), (0.0004, "0"), (123456.789, "123456.789"),
        (.nan, "0"), (.infinity, "0"), (1e300, "0"), (0.05, "0.05"), (2.007, "2.007"),
    ])
    func `Milliseconds have at most three decimals`(_ value: Double, _ text: String) {
        var json = JSONText()
        json.milliseconds(value)
        #expect(String(decoding: json.bytes, as: UTF8.self) == text)
    }

    @Test func `Strings survive JSON`() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<500 {
            var text = ""
            for _ in 0..<Int.random(in: 0...20, using: &random) {
                let range: ClosedRange<UInt32> = Bool.random(using: &random) ? 0...0x80 : 0...0x10ffff
                if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &random)) {
                    text.unicodeScalars.append(scalar)
                }
            }
            var json = JSONText()
            json.string(text)
            let back = JSONValue(json.bytes)?.string
            #expect(back.map { Array($0.utf8) } == Array(text.utf8))
        }
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\"}", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\x\"", "\"a", "01a", "nul", "1 2",
        "\"\u{1}\"",
        String(repeating: "[", count: 100_000),
    ])
    func `What is no JSON is nil`(_ text: String) { #expect(JSONValue(Array(text.utf8)) == nil) }

    @Test func `JSON is read`() {
        let value = JSONValue(Array(#" {"a":[1,-2.5e1,true,null,"\u00e9\ud83d\ude00\n"],"b":{}} "#.utf8))
        #expect(value?["a"] == .array([.number(1), .number(-25), .boolean(true), .null, .string("é😀\n")]))
        #expect(value?["b"] == .object([]))
    }

    @Test func `Base 64 and hexadecimal survive the round trip`() {
        var random = SeededGenerator(seed: 5)
        for length in 0..<80 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
            #expect(Hex.bytes(Hex.text(bytes).utf8) == bytes)
        }
        #expect(Base64.encode(Array("fo".utf8)) == Array("Zm8=".utf8))
        for text in ["a", "====", "Zg=a", "Z===", "Zm8*"] { #expect(Base64.decode(Array(text.utf8)) == nil) }
        #expect(Hex.bytes("abc".utf8) == nil)
    }
}
