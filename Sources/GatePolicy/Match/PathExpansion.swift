/// All plausible spellings behind one path that is not spelled plainly.
///
/// Starting from the bytes as sent, each way in which some server rewrites a path is applied to each spelling
/// found so far, until nothing new appears or a limit is met.
struct PathExpansion {
    /// Limits of one call: spellings, and bytes of all of them together.
    enum Limit {
        static let spellings = 128
        static let bytes = 262_144
    }

    private struct Spelling {
        var path: [UInt8]
        /// Not percent-decoded yet, though it holds escapes: every server decodes once, so this is no reading.
        var isRaw: Bool
    }

    private(set) var isExceeded = false
    private var found: [Spelling] = []
    private var indices: [[UInt8]: Int] = [:]
    private var bytes = 0

    init(_ path: [UInt8]) {
        add(path, isRaw: path.contains(UInt8(ascii: "%")))
        var next = 0
        while next < found.count, !isExceeded {
            rewrite(found[next])
            next += 1
        }
    }

    /// The distinct readings; the path as sent, decoded once, is the first.
    ///
    /// Never empty.
    var spellings: [[UInt8]] {
        let readings = found.filter { !$0.isRaw }
        return (readings.isEmpty ? found : readings).map(\.path)
    }

    private mutating func add(_ path: [UInt8], isRaw: Bool) {
        if let index = indices[path] {
            if !isRaw { found[index].isRaw = false }
            return
        }
        bytes += path.count
        if isExceeded || found.count >= Limit.spellings || (bytes > Limit.bytes && !found.isEmpty) {
            isExceeded = true
            return
        }
        indices[path] = found.count
        found.append(Spelling(path: path, isRaw: isRaw))
    }

    /// Adds whatever one rewriting makes of a spelling.
    private mutating func rewrite(_ spelling: Spelling) {
        let path = spelling.path, isRaw = spelling.isRaw
        let traits = Traits(path)
        if traits.hasPercent {
            // First the reading of servers that split before they decode: an encoded slash is none.
            if traits.hasEncodedSlash { add(PercentDecoder.decode(path, keepingSlashes: true), isRaw: false) }
            add(PercentDecoder.decode(path, keepingSlashes: false), isRaw: false)
        }
        if traits.hasHigh {
            add(LookAlike.decode(path, lax: false), isRaw: isRaw)
            if traits.hasBrokenOverlong { add(LookAlike.decode(path, lax: true), isRaw: isRaw) }
        }
        if traits.hasBackslash { add(path.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 }, isRaw: isRaw) }
        if traits.hasParameters { add(Self.withoutParameters(path), isRaw: isRaw) }
        if let cut = traits.firstCut { add(Array(path[..<cut]), isRaw: isRaw) }
        if traits.hasControl { add(path.filter { !ASCII.isControl($0) }, isRaw: isRaw) }
        if traits.hasEdgeBlank { add(Self.withoutBlanks(path), isRaw: isRaw) }
        if traits.hasEmptySegment { add(Self.collapsed(path), isRaw: isRaw) }
        if traits.hasDotSegment { add(Self.resolved(path), isRaw: isRaw) }
    }

    /// What a path holds that some server rewrites.
    private struct Traits {
        var hasPercent = false
        var hasEncodedSlash = false
        var hasHigh = false
        /// `C0` or `C1` before an ASCII byte.
        var hasBrokenOverlong = false
        var hasBackslash = false
        var hasParameters = false
        var hasControl = false
        var hasEdgeBlank = false
        var hasEmptySegment = false
        var hasDotSegment = false
        /// The first NUL, control, `?` or `#`: where some servers end the path.
        var firstCut: Int?

        init(_ path: [UInt8]) {
            for (index, byte) in path.enumerated() {
                let previous: UInt8 = index > 0 ? path[index - 1] : 0
                let next: UInt8 = index + 1 < path.count ? path[index + 1] : UInt8(ascii: "/")
                switch byte {
                case UInt8(ascii: "%"):
                    hasPercent = true
                    let third: UInt8 = index + 2 < path.count ? path[index + 2] | 0x20 : 0
                    if (next == 0x32 && third == 0x66) || (next == 0x35 && third == 0x63) { hasEncodedSlash = true }
                case 0x80...:
                    hasHigh = true
                    if byte == 0xC0 || byte == 0xC1, next < 0x80 { hasBrokenOverlong = true }
                case UInt8(ascii: "\\"): hasBackslash = true
                case UInt8(ascii: ";"): hasParameters = true
                case UInt8(ascii: "/"): if previous == byte { hasEmptySegment = true }
                case UInt8(ascii: "."):
                    if previous == UInt8(ascii: "/") && (next == 0x2F || next == byte) { hasDotSegment = true }
                case UInt8(ascii: "?"), UInt8(ascii: "#"): if firstCut == nil { firstCut = index }
                case UInt8(ascii: " "): if previous == 0x2F || next == 0x2F { hasEdgeBlank = true }
                case 0..<0x20, 0x7F:
                    hasControl = true
                    if firstCut == nil { firstCut = index }
                default: break
                }
            }
        }
    }

    /// Path parameters (RFC 3986, 3.3) dropped from every segment.
    private static func withoutParameters(_ path: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var isDropping = false
        for byte in path {
            if byte == UInt8(ascii: "/") { isDropping = false }
            if byte == UInt8(ascii: ";") { isDropping = true }
            if !isDropping { result.append(byte) }
        }
        return result
    }

    /// Spaces dropped at the edges of segments.
    private static func withoutBlanks(_ path: [UInt8]) -> [UInt8] {
        join(path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst().map(ASCII.trimmed))
    }

    private static func collapsed(_ path: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for byte in path where byte != UInt8(ascii: "/") || result.last != byte { result.append(byte) }
        return result
    }

    /// Dot segments removed (RFC 3986, 5.2.4).
    private static func resolved(_ path: [UInt8]) -> [UInt8] {
        var kept: [ArraySlice<UInt8>] = []
        for segment in path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst() {
            switch segment.count {
            case 1 where segment.first == UInt8(ascii: "."): break
            case 2 where segment.allSatisfy { $0 == UInt8(ascii: ".") }: _ = kept.popLast()
            default: kept.append(segment)
            }
        }
        return join(kept)
    }

    private static func join(_ segments: [ArraySlice<UInt8>]) -> [UInt8] {
        var result: [UInt8] = []
        for segment in segments {
            result.append(UInt8(ascii: "/"))
            result += segment
        }
        return result.isEmpty ? [UInt8(ascii: "/")] : result
    }
}
