/// One scan of a path that tells whether it is spelled plainly: then it has a single reading (case aside).
struct PathSpelling {
    /// Nothing in it that any server decodes, strips, resolves or collapses.
    let isPlain: Bool
    let hasUppercase: Bool

    init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        var special = false
        var upper = false
        var previousIsSlash = false
        for index in range.clamped(to: 0..<bytes.count) {
            let byte = bytes[index]
            let isSlash = byte == UInt8(ascii: "/")
            // A doubled slash, or a dot that begins a segment (`.`, `..`; `.well-known` pays a little too).
            special = special || Self.isSpecial(byte) || (previousIsSlash && (isSlash || byte == UInt8(ascii: ".")))
            upper = upper || ASCII.isUpper(byte)
            previousIsSlash = isSlash
        }
        isPlain = !special
        hasUppercase = upper
    }

    /// Controls, space, `#`, `%`, `;`, `?`, backslash, DEL and all beyond ASCII.
    @inline(__always)
    private static func isSpecial(_ byte: UInt8) -> Bool {
        if byte >= 0x80 { return true }
        let set: UInt64 = byte < 64 ? 0x8800_0029_FFFF_FFFF : 0x8000_0000_1000_0000
        return set >> UInt64(byte & 63) & 1 == 1
    }
}
