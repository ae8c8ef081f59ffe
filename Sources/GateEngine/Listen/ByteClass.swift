/// The byte classes of RFC 9110 as two-word bit maps: no table in memory, no branch but one.
enum ByteClass {
    private static let tokenLow: UInt64 = 0x03FF_6CFA_0000_0000
    private static let tokenHigh: UInt64 = 0x57FF_FFFF_C7FF_FFFE

    /// `tchar` (RFC 9110 5.6.2).
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool {
        let map = byte < 64 ? tokenLow : tokenHigh
        return byte < 128 && (map >> UInt64(byte & 63)) & 1 == 1
    }

    /// What may stand in a field value: visible bytes, SP, HTAB and obs-text.
    @inline(__always)
    static func isValue(_ byte: UInt8) -> Bool {
        (byte >= 0x20 && byte != 0x7F) || byte == 0x09
    }

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    @inline(__always)
    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// The value of a hexadecimal digit, or nil.
    @inline(__always)
    static func hexValue(_ byte: UInt8) -> UInt8? {
        if isDigit(byte) { return byte &- 0x30 }
        let letter = (byte | 0x20) &- 0x61
        return letter < 6 ? letter &+ 10 : nil
    }

    /// ASCII letters in lower case, everything else as it is.
    @inline(__always)
    static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }
}

extension Span where Element == UInt8 {
    /// True when the ASCII text `lower` (written in lower case) stands at `start`, whatever its case there.
    @inline(__always)
    func hasText(_ lower: StaticString, at start: Int) -> Bool {
        let length = lower.utf8CodeUnitCount
        guard start >= 0, length <= count - start else { return false }
        let text = unsafe lower.utf8Start
        for i in 0..<length where unsafe text[i] != ByteClass.lowercased(self[start + i]) { return false }
        return true
    }

    /// True when `range` is exactly the ASCII text `lower` (written in lower case), whatever its case.
    @inline(__always)
    func isText(_ lower: StaticString, in range: Range<Int>) -> Bool {
        range.count == lower.utf8CodeUnitCount && hasText(lower, at: range.lowerBound)
    }

    /// True when both ranges hold the same bytes without regard to ASCII case.
    func equalsIgnoringCase(_ a: Range<Int>, _ b: Range<Int>) -> Bool {
        guard a.count == b.count, a.upperBound <= count, b.upperBound <= count else { return false }
        for i in 0..<a.count
        where ByteClass.lowercased(self[a.lowerBound + i]) != ByteClass.lowercased(self[b.lowerBound + i]) {
            return false
        }
        return true
    }

    /// `range` without SP and HTAB at its ends.
    @inline(__always)
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var low = range.lowerBound
        var high = range.upperBound
        while low < high, ByteClass.isSpace(self[low]) { low += 1 }
        while low < high, ByteClass.isSpace(self[high - 1]) { high -= 1 }
        return low..<high
    }
}

extension Span where Element == UInt8 {
    /// True when `range` holds exactly these ASCII bytes.
    @inline(__always)
    func isExactly(_ text: StaticString, in range: Range<Int>) -> Bool {
        let length = text.utf8CodeUnitCount
        guard range.count == length, range.lowerBound >= 0, range.upperBound <= count else { return false }
        let start = unsafe text.utf8Start
        for i in 0..<length where unsafe start[i] != self[range.lowerBound + i] { return false }
        return true
    }
}
