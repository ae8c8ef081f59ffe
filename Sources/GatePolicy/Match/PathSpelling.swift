/// One scan of a path that tells whether it is spelled plainly: then it has a single reading (case aside).
struct PathSpelling {
    /// Nothing in it that any server decodes, strips, resolves or collapses.
    let isPlain: Bool
    let hasUppercase: Bool

    init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        let range = range.clamped(to: 0..<bytes.count)
        // One bit per class met, gathered without a branch per byte.
        var met: UInt8 = 0
        var previous: UInt8 = 0
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            // After a slash: a doubled slash, or a dot that begins a segment (`.`, `..`; `.well-known` pays too).
            let afterSlash: UInt8 = previous == 0x2F && (byte == 0x2F || byte == 0x2E) ? 1 : 0
            met |= Self.isSpecial(byte) ? 1 : afterSlash
            met |= ASCII.isUpper(byte) ? 2 : 0
            previous = byte
            index &+= 1
        }
        isPlain = met & 1 == 0
        hasUppercase = met & 2 != 0
    }

    /// Controls, space, `#`, `%`, `;`, `?`, backslash, DEL and all beyond ASCII.
    @inline(__always)
    private static func isSpecial(_ byte: UInt8) -> Bool {
        if byte >= 0x80 { return true }
        let set: UInt64 = byte < 64 ? 0x8800_0029_FFFF_FFFF : 0x8000_0000_1000_0000
        return set &>> UInt64(byte & 63) & 1 == 1
    }
}
