/// What a compiler may conclude from a pattern without matching it.
extension GlobPattern {
    /// True only where every input that `other` matches is certainly matched by this pattern.
    func covers(_ other: GlobPattern) -> Bool {
        guard domain == other.domain else { return false }
        return other.alternatives.allSatisfy { theirs in
            alternatives.contains { GlobSegment.covers($0, theirs) }
        }
    }

    /// The segments of a path pattern that every match begins with, in lower case.
    var literalPrefixSegments: [[UInt8]] {
        guard var common = alternatives.first.map(Self.literalPrefix) else { return [] }
        for segments in alternatives.dropFirst() {
            let prefix = Self.literalPrefix(segments)
            let shared = zip(common, prefix).prefix { $0 == $1 }.count
            common = Array(common.prefix(shared))
        }
        return common
    }

    private static func literalPrefix(_ segments: [GlobSegment]) -> [[UInt8]] {
        var prefix: [[UInt8]] = []
        for segment in segments {
            guard case .literal(let word) = segment, let literal = word.literal else { break }
            prefix.append(ASCII.lowercased(literal))
        }
        return prefix
    }

    /// Sets of segments in lower case: of each set one must occur as a whole segment in every match (paths, hosts).
    ///
    /// Where the pattern has alternatives of different shape there is at most one set, the union of theirs.
    var requiredWords: [Set<[UInt8]>] {
        let perAlternative = alternatives.map(Self.requiredWords)
        guard perAlternative.count != 1 else { return perAlternative[0] }
        var union: Set<[UInt8]> = []
        for sets in perAlternative {
            guard let smallest = sets.min(by: { $0.count < $1.count }) else { return [] }
            union.formUnion(smallest)
        }
        return union.isEmpty ? [] : [union]
    }

    private static func requiredWords(_ segments: [GlobSegment]) -> [Set<[UInt8]>] {
        segments.compactMap { segment in
            let literals = segment.words.compactMap(\.literal)
            guard !literals.isEmpty, literals.count == segment.words.count else { return nil }
            return Set(literals.map(ASCII.lowercased))
        }
    }

    /// The only text that matches, where the pattern has no wildcard and no alternatives; a path begins with `/`.
    var literal: [UInt8]? {
        guard alternatives.count == 1 else { return nil }
        var result: [UInt8] = []
        for (index, segment) in alternatives[0].enumerated() {
            guard case .literal(let word) = segment, let literal = word.literal else { return nil }
            if domain == .path { result.append(UInt8(ascii: "/")) }
            if domain == .host, index > 0 { result.append(UInt8(ascii: ".")) }
            result += literal
        }
        return domain == .path && result.isEmpty ? [UInt8(ascii: "/")] : result
    }
}
