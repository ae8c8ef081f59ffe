/// Splits a GraphQL document into tokens (October 2021 specification, section 2.1).
struct GraphQLLexer {
    enum Token: Equatable {
        case name(Range<Int>)
        /// One of `! $ & ( ) : = @ [ ] { | }`.
        case punctuator(UInt8)
        case spread
        /// A number or string, whose value does not matter.
        case value
        case end
        /// What no GraphQL text holds, or more tokens than the limit.
        case fault
    }

    static let maxTokens = 500_000

    let bytes: [UInt8]
    private var at = 0
    private var tokens = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
    }

    func text(_ range: Range<Int>) -> [UInt8] { Array(bytes[range]) }

    mutating func next() -> Token {
        skipIgnored()
        guard at < bytes.count else { return .end }
        tokens += 1
        if tokens > Self.maxTokens { return .fault }
        let byte = bytes[at]
        if Self.isNameByte(byte), !ASCII.isDigit(byte) { return readName() }
        switch byte {
        case UInt8(ascii: "."): return readSpread()
        case UInt8(ascii: "\""): return isBlockQuote(at) ? readBlockString() : readString()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return readNumber()
        case UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "("), UInt8(ascii: ")"),
            UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: "@"), UInt8(ascii: "["), UInt8(ascii: "]"),
            UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
            at += 1
            return .punctuator(byte)
        default: return .fault
        }
    }

    /// White space, commas, comments, byte order marks.
    private mutating func skipIgnored() {
        while at < bytes.count {
            let byte = bytes[at]
            if ASCII.isBlank(byte) || byte == UInt8(ascii: ",") {
                at += 1
            } else if byte == UInt8(ascii: "#") {
                while at < bytes.count, bytes[at] != 0x0A, bytes[at] != 0x0D { at += 1 }
            } else if byte == 0xEF, bytes[at...].starts(with: [0xEF, 0xBB, 0xBF]) {
                at += 3
            } else {
                return
            }
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == UInt8(ascii: "_")
    }

    private mutating func readName() -> Token {
        let start = at
        while at < bytes.count, Self.isNameByte(bytes[at]) { at += 1 }
        return .name(start..<at)
    }

    private mutating func readSpread() -> Token {
        guard bytes[at...].starts(with: "...".utf8) else { return .fault }
        at += 3
        return .spread
    }

    private mutating func readNumber() -> Token {
        at += 1
        while at < bytes.count, Self.isNameByte(bytes[at]) || "+-.".utf8.contains(bytes[at]) {
            // `1...x` is a number and a spread.
            if bytes[at...].starts(with: "...".utf8) { break }
            at += 1
        }
        return .value
    }

    private mutating func readString() -> Token {
        at += 1
        while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
            if bytes[at] == 0x0A || bytes[at] == 0x0D { return .fault }
            at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard at < bytes.count else { return .fault }
        at += 1
        return .value
    }

    private func isBlockQuote(_ index: Int) -> Bool { bytes[index...].starts(with: "\"\"\"".utf8) }

    private mutating func readBlockString() -> Token {
        at += 3
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "\\"), at + 1 < bytes.count, isBlockQuote(at + 1) {
                at += 4
            } else if isBlockQuote(at) {
                at += 3
                return .value
            } else {
                at += 1
            }
        }
        return .fault
    }
}
