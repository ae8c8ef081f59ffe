/// An RFC 6901 pointer; a segment `*` means any element or member.
struct JSONPointer: Sendable, Equatable {
    /// The unescaped segments; empty is the whole document.
    let segments: [[UInt8]]

    static let maxSegments = 64

    /// Reads `/a/b~1c`; throws where it neither is empty nor begins with `/`, or holds a bad `~`.
    init(_ text: String) throws(PatternError) {
        let bytes = Array(text.utf8)
        guard let first = bytes.first else {
            segments = []
            return
        }
        guard first == UInt8(ascii: "/") else { throw PatternError("a JSON pointer begins with '/': /\(text)") }
        var read: [[UInt8]] = []
        for part in bytes.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            read.append(try Self.unescape(part))
        }
        if read.count > Self.maxSegments {
            throw PatternError("a JSON pointer has at most \(Self.maxSegments) segments")
        }
        segments = read
    }

    init(segments: [[UInt8]]) { self.segments = segments }

    private static func unescape(_ part: ArraySlice<UInt8>) throws(PatternError) -> [UInt8] {
        var result: [UInt8] = []
        var at = part.startIndex
        while at < part.endIndex {
            if part[at] == UInt8(ascii: "~") {
                let next: UInt8 = at + 1 < part.endIndex ? part[at + 1] : 0
                guard next == UInt8(ascii: "0") || next == UInt8(ascii: "1") else {
                    throw PatternError("in a JSON pointer '~' is written ~0 and '/' is written ~1")
                }
                result.append(next == UInt8(ascii: "0") ? UInt8(ascii: "~") : UInt8(ascii: "/"))
                at += 2
            } else {
                result.append(part[at])
                at += 1
            }
        }
        return result
    }
}
