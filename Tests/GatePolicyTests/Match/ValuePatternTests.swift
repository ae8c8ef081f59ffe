import Testing

@testable import GatePolicy

@Suite struct ValuePatternTests {
    private func values(_ texts: String...) -> Evidence { .values(texts.map { CallValue(.text, bytes($0)) }) }

    @Test(arguments: [
        ("1", "2", true), ("-2", "1", true), ("10", "9", false), ("0.1", "0.10", false), ("1e3", "1001", true),
        ("-1e3", "-999", true), ("0", "-0", false), ("99999999999999999999", "100000000000000000000", true),
        ("0.1", "0.100000000000000000001", true), ("1E-400", "1E-399", true), (" 5 ", "6", true), ("00012", "13", true),
    ])
    func `numbers compare exactly`(a: String, b: String, less: Bool) throws {
        let a = try #require(DecimalNumber(a)), b = try #require(DecimalNumber(b))
        #expect((a < b) == less)
    }

    @Test(arguments: ["", "-", "1x", "0x10", "1e", "1e+", ".", "1.2.3", "ten", "1 2", "NaN", "--1"])
    func `what is no number is none`(text: String) { #expect(DecimalNumber(text) == nil) }

    @Test func `any value may meet a comparison and text never does`() {
        var pattern = ValuePattern()
        pattern.greater = DecimalNumber("100")
        #expect(pattern.evaluate(values("5", "101")) == .yes)
        #expect(pattern.evaluate(values("100")) == .no)
        #expect(pattern.evaluate(values("5", "101"), requireAll: true) == .no)
        #expect(pattern.evaluate(values("102", "101"), requireAll: true) == .yes)
        #expect(pattern.evaluate(values("many")) == .no)
        #expect(pattern.evaluate(.unknown) == .unknown)
        pattern.less = DecimalNumber("200")
        #expect(pattern.evaluate(values("50", "500")) == .no)
    }

    @Test func `existence, equality and globs`() throws {
        var exists = ValuePattern()
        exists.exists = false
        #expect(exists.evaluate(.absent) == .yes && exists.evaluate(values("")) == .no)
        exists.exists = true
        #expect(exists.evaluate(.absent) == .no && exists.evaluate(values("")) == .yes)
        var equals = ValuePattern()
        equals.equals = bytes("5")
        #expect(equals.evaluate(.values([CallValue(.number, bytes("5.0"))])) == .yes)
        #expect(equals.evaluate(values("6")) == .no)
        let any = ValuePattern(anyOf: [try GlobPattern("a*", domain: .text), try GlobPattern("b", domain: .text)])
        #expect(any.evaluate(values("b")) == .yes && any.evaluate(values("c")) == .no && any.evaluate(.absent) == .no)
    }

    @Test func `a regex searches and gives up at its limits`() throws {
        let pattern = try RegexPattern("^re_[a-z]+é$")
        #expect(pattern.search(bytes("re_abcé")) == .matched)
        #expect(pattern.search(bytes("re_1")) == .unmatched)
        #expect(pattern.search([]) == .unmatched)
        #expect(try RegexPattern("b").search([0xFF, 0x62]) == .matched)
        #expect(try RegexPattern("^(a+)+$").search(bytes(String(repeating: "a", count: 64) + "b")) == .exhausted)
        #expect(throws: PatternError.self) { try RegexPattern("(") }
        // Each start alone would stay below the limit, all of them together would take minutes.
        #expect(try RegexPattern("(a|b)*c").search([UInt8](repeating: 0x61, count: 100_000)) != .matched)
        let long = [UInt8](repeating: 0x20, count: 1_000_000) + bytes("amount=100")
        #expect(try RegexPattern("amount=[0-9]+").search(long) == .matched)
        var value = ValuePattern()
        value.matches = try RegexPattern("^(a|aa)+$")
        #expect(value.evaluate(values(String(repeating: "a", count: 80) + "b")) == .unknown)
    }

    @Test func `covers compares bounds`() {
        var wide = ValuePattern(), narrow = ValuePattern()
        wide.greater = DecimalNumber("1")
        narrow.greater = DecimalNumber("2")
        #expect(wide.covers(narrow) && !narrow.covers(wide))
        narrow = ValuePattern()
        narrow.equals = bytes("3")
        #expect(wide.covers(narrow))
        #expect(!wide.covers(ValuePattern()))
    }

    @Test func `random numbers never trap and keep their order`() throws {
        var random = SeededGenerator(5)
        let alphabet = Array("0123456789.eE+- ".utf8)
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            _ = DecimalNumber(text)
            let a = Int.random(in: -2000...2000, using: &random), b = Int.random(in: -2000...2000, using: &random)
            let left = try #require(DecimalNumber("\(a)")), right = try #require(DecimalNumber("\(b)"))
            #expect((left < right) == (a < b) && (left == right) == (a == b))
        }
    }
}
