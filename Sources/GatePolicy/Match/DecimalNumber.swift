/// A decimal number compared exactly, whatever its length: ±0.d₁d₂d₃… × 10^exponent.
struct DecimalNumber: Sendable, Comparable, Hashable {
    private let isNegative: Bool
    /// Significant digits 0…9 without zeros at either end; empty for zero.
    private let digits: [UInt8]
    private let exponent: Int

    /// Reads `[+-]digits[.digits][e[+-]digits]`, blanks around it allowed; nil for anything else.
    ///
    /// Exponents beyond a milliard are taken as a milliard: far beyond any digits that fit a body.
    init?(_ bytes: [UInt8]) {
        let text = Array(ASCII.trimmed(bytes[...]))
        var at = 0
        var negative = false
        if at < text.count, text[at] == UInt8(ascii: "-") || text[at] == UInt8(ascii: "+") {
            negative = text[at] == UInt8(ascii: "-")
            at += 1
        }
        var read: [UInt8] = []
        var point: Int?
        while at < text.count, ASCII.isDigit(text[at]) || (text[at] == UInt8(ascii: ".") && point == nil) {
            if text[at] == UInt8(ascii: ".") { point = read.count } else { read.append(text[at] - 0x30) }
            at += 1
        }
        guard !read.isEmpty, let power = Self.exponent(text, at) else { return nil }
        let leading = read.prefix { $0 == 0 }.count
        var significant = read[leading...]
        while significant.last == 0 { significant = significant.dropLast() }
        digits = Array(significant)
        isNegative = negative && !significant.isEmpty
        exponent = significant.isEmpty ? 0 : (point ?? read.count) - leading + power
    }

    init?(_ text: String) { self.init(Array(text.utf8)) }

    /// The exponent that stands at `start` up to the end; 0 when nothing stands there, nil when it is none.
    private static func exponent(_ text: [UInt8], _ start: Int) -> Int? {
        guard start < text.count else { return 0 }
        guard text[start] | 0x20 == UInt8(ascii: "e") else { return nil }
        var at = start + 1
        var negative = false
        if at < text.count, text[at] == UInt8(ascii: "-") || text[at] == UInt8(ascii: "+") {
            negative = text[at] == UInt8(ascii: "-")
            at += 1
        }
        guard at < text.count else { return nil }
        var value = 0
        while at < text.count {
            guard ASCII.isDigit(text[at]) else { return nil }
            value = min(value * 10 + Int(text[at] - 0x30), 1_000_000_000)
            at += 1
        }
        return negative ? -value : value
    }

    static func < (a: DecimalNumber, b: DecimalNumber) -> Bool {
        if a.isNegative != b.isNegative { return a.isNegative }
        return a.isNegative ? magnitudeLess(b, a) : magnitudeLess(a, b)
    }

    private static func magnitudeLess(_ a: DecimalNumber, _ b: DecimalNumber) -> Bool {
        if a.digits.isEmpty || b.digits.isEmpty { return a.digits.isEmpty && !b.digits.isEmpty }
        if a.exponent != b.exponent { return a.exponent < b.exponent }
        return a.digits.lexicographicallyPrecedes(b.digits)
    }
}
