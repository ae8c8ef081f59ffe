/// A decimal number compared exactly, whatever its length.
struct DecimalNumber: Sendable, Comparable {
    /// Reads `[+-]digits[.digits][e[+-]digits]`, blanks around it allowed; nil for anything else.
    init?(_ bytes: [UInt8]) { nil }

    init?(_ text: String) { nil }

    static func < (a: DecimalNumber, b: DecimalNumber) -> Bool { false }
}
