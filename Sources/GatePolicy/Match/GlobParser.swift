/// Reads a glob's text into alternatives of segments; every expansion is bounded.
struct GlobParser {
    /// Limits of one pattern: bytes of text, depth of braces, alternatives, and words within all of them.
    enum Limit {
        static let bytes = 4096
        static let depth = 16
        static let alternatives = 512
        static let words = 4096
        static let tokens = 262_144
    }

    private static let star = GlobWord.star
    private static let run: UInt16 = 0x101
    private static let open: UInt16 = 0x102
    private static let comma: UInt16 = 0x103
    private static let close: UInt16 = 0x104
    private static let separator: UInt16 = 0x105

    let domain: GlobPattern.Domain
    private var tokensMade = 0

    init(domain: GlobPattern.Domain) { self.domain = domain }

    /// The alternatives of `text`, each a list of segments; `.text` and `.method` have one segment each.
    mutating func parse(_ text: String) throws(PatternError) -> [[GlobSegment]] {
        let bytes = Array(text.utf8)
        if bytes.isEmpty { throw PatternError("the pattern is empty") }
        if bytes.count > Limit.bytes { throw PatternError("the pattern is longer than \(Limit.bytes) bytes") }
        let tokens = try tokenise(bytes)
        var sequences = try expand(tokens, Self.spansSegments)
        if hasSegments { sequences = try splitRuns(sequences) }
        var result: [[GlobSegment]] = []
        var words = 0
        for sequence in sequences {
            let segments = try self.segments(of: sequence)
            words += segments.reduce(0) { $0 + $1.words.count }
            if words > Limit.words { throw tooMany }
            if !result.contains(segments) { result.append(segments) }
        }
        return result
    }

    private var hasSegments: Bool { domain == .path || domain == .host }

    private var tooMany: PatternError {
        PatternError("the pattern has more than \(Limit.alternatives) alternatives: split it into a list")
    }

    // MARK: Tokens

    private func tokenise(_ bytes: [UInt8]) throws(PatternError) -> [UInt16] {
        var tokens: [UInt16] = []
        var depth = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\\"):
                guard index < bytes.count else {
                    throw PatternError("a backslash ends the pattern: write \\\\ for one")
                }
                tokens.append(token(of: bytes[index]))
                index += 1
            case UInt8(ascii: "*"):
                var stars = 1
                while index < bytes.count, bytes[index] == byte {
                    stars += 1
                    index += 1
                }
                tokens.append(stars > 1 && hasSegments ? Self.run : Self.star)
            case UInt8(ascii: "{"):
                depth += 1
                if depth > Limit.depth { throw PatternError("braces are nested deeper than \(Limit.depth)") }
                tokens.append(Self.open)
            case UInt8(ascii: "}"):
                depth -= 1
                if depth < 0 { throw PatternError("'}' without '{': write \\} for a brace itself") }
                tokens.append(Self.close)
            case UInt8(ascii: ",") where depth > 0: tokens.append(Self.comma)
            case UInt8(ascii: "%") where domain == .path:
                index += percentEncoded(bytes, at: index, into: &tokens)
            default: tokens.append(token(of: byte))
            }
        }
        if depth != 0 { throw PatternError("'{' is not closed: write \\{ for a brace itself") }
        return tokens
    }

    private func token(of byte: UInt8) -> UInt16 {
        switch domain {
        case .path: byte == UInt8(ascii: "/") ? Self.separator : UInt16(byte)
        case .host: byte == UInt8(ascii: ".") ? Self.separator : UInt16(ASCII.lower(byte))
        case .method: UInt16(ASCII.upper(byte))
        case .text: UInt16(byte)
        }
    }

    /// Decodes `%xx` (a slash stays the text `%2F`, as in readings); returns how many bytes after `%` were used.
    private func percentEncoded(_ bytes: [UInt8], at index: Int, into tokens: inout [UInt16]) -> Int {
        guard index + 1 < bytes.count, let high = ASCII.hex(bytes[index]), let low = ASCII.hex(bytes[index + 1]) else {
            tokens.append(UInt16(UInt8(ascii: "%")))
            return 0
        }
        let byte = high << 4 | low
        if byte == UInt8(ascii: "/") { tokens += "%2F".utf8.map(UInt16.init) } else { tokens.append(UInt16(byte)) }
        return 2
    }

    // MARK: Expansion

    /// Expands every brace group for which `wanted` holds; the group is handed over with its braces.
    private mutating func expand(
        _ tokens: [UInt16], _ wanted: (ArraySlice<UInt16>) -> Bool
    ) throws(PatternError) -> [[UInt16]] {
        var done: [[UInt16]] = []
        var waiting = [tokens]
        while let next = waiting.popLast() {
            tokensMade += next.count
            if done.count + waiting.count > Limit.alternatives || tokensMade > Limit.tokens { throw tooMany }
            guard let group = firstGroup(next, wanted) else {
                done.append(next)
                continue
            }
            for part in parts(next, group).reversed() {
                waiting.append(Array(next[..<group.lowerBound]) + part + Array(next[group.upperBound...]))
            }
        }
        return done
    }

    /// The first outermost group for which `wanted` holds, braces included.
    private func firstGroup(_ tokens: [UInt16], _ wanted: (ArraySlice<UInt16>) -> Bool) -> Range<Int>? {
        var depth = 0
        var start = 0
        for (index, token) in tokens.enumerated() {
            if token == Self.open {
                if depth == 0 { start = index }
                depth += 1
            } else if token == Self.close {
                depth -= 1
                if depth == 0, wanted(tokens[start...index]) { return start..<(index + 1) }
            }
        }
        return nil
    }

    /// The alternatives inside a group.
    private func parts(_ tokens: [UInt16], _ group: Range<Int>) -> [[UInt16]] {
        var parts: [[UInt16]] = [[]]
        var depth = 0
        for token in tokens[group].dropFirst().dropLast() {
            if token == Self.comma, depth == 0 {
                parts.append([])
                continue
            }
            if token == Self.open { depth += 1 }
            if token == Self.close { depth -= 1 }
            parts[parts.count - 1].append(token)
        }
        return parts
    }

    /// Only groups that span segments need whole alternatives; the others stay within their segment.
    private static func spansSegments(_ tokens: ArraySlice<UInt16>) -> Bool {
        tokens.contains { $0 == separator || $0 == run }
    }

    /// A `**` inside a segment (`a**b`) is `a*b`, or `a*`, any segments, `*b`.
    private func splitRuns(_ sequences: [[UInt16]]) throws(PatternError) -> [[UInt16]] {
        var done: [[UInt16]] = []
        var waiting = sequences
        while let next = waiting.popLast() {
            if done.count + waiting.count > Limit.alternatives { throw tooMany }
            guard let at = embeddedRun(next) else {
                done.append(next)
                continue
            }
            let before = Array(next[..<at]), after = Array(next[(at + 1)...])
            let across = [Self.star, Self.separator, Self.run, Self.separator, Self.star]
            waiting.append(before + [Self.star] + after)
            waiting.append(before + across + after)
        }
        return done.reversed()
    }

    private func embeddedRun(_ tokens: [UInt16]) -> Int? {
        for (index, token) in tokens.enumerated() where token == Self.run {
            let alone =
                (index == 0 || tokens[index - 1] == Self.separator)
                && (index + 1 == tokens.count || tokens[index + 1] == Self.separator)
            if !alone { return index }
        }
        return nil
    }

    // MARK: Segments

    private mutating func segments(of sequence: [UInt16]) throws(PatternError) -> [GlobSegment] {
        guard hasSegments else { return [GlobSegment(try words(sequence[...]))] }
        var slices = sequence.split(separator: Self.separator, omittingEmptySubsequences: domain == .path)
        if domain == .path, let first = sequence.first, first != Self.separator, first != Self.star, first != Self.run {
            throw PatternError("a path begins with '/' (or with '**/')")
        }
        if domain == .host {
            if slices.count > 1, slices.last?.isEmpty == true { slices.removeLast() }
            if slices.contains(where: \.isEmpty) { throw PatternError("the host has an empty label") }
        }
        var segments: [GlobSegment] = []
        for slice in slices {
            if slice.elementsEqual([Self.run]) {
                if segments.last?.isAnyRun != true { segments.append(.anyRun) }
            } else {
                segments.append(GlobSegment(try words(slice)))
            }
        }
        return segments
    }

    private mutating func words(_ tokens: ArraySlice<UInt16>) throws(PatternError) -> [GlobWord] {
        var words: [GlobWord] = []
        for expanded in try expand(Array(tokens), { _ in true }) {
            let word = GlobWord(expanded)
            if !words.contains(word) { words.append(word) }
        }
        return words
    }
}
