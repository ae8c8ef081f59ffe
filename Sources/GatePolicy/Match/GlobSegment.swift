/// One segment of a path or label of a host in a compiled glob.
enum GlobSegment: Sendable, Equatable {
    /// `**`: any number of segments, none included.
    case anyRun
    /// `*`: any one segment.
    case any
    /// One certain segment.
    case literal(GlobWord)
    /// Any of several words, or one with `*` in it.
    case words([GlobWord])

    init(_ words: [GlobWord]) {
        if words.contains(where: \.isAny) {
            self = .any
        } else if words.count == 1, words[0].literal != nil {
            self = .literal(words[0])
        } else {
            self = .words(words)
        }
    }

    var isAnyRun: Bool { if case .anyRun = self { true } else { false } }

    /// The words of the segment; empty for `*` and `**`.
    var words: [GlobWord] {
        switch self {
        case .anyRun, .any: []
        case .literal(let word): [word]
        case .words(let words): words
        }
    }

    @inline(__always)
    func matches(_ bytes: Span<UInt8>, _ range: Range<Int>, fold: Bool) -> Bool {
        switch self {
        case .anyRun, .any: return true
        case .literal(let word): return word.matches(bytes, range, fold: fold)
        case .words(let words):
            for word in words where word.matches(bytes, range, fold: fold) { return true }
            return false
        }
    }

    /// True only where every single segment that `other` matches is matched by this one.
    func coversOne(_ other: GlobSegment) -> Bool {
        switch (self, other) {
        case (.anyRun, _), (.any, .any), (.any, .literal), (.any, .words): true
        case (_, .anyRun), (_, .any): false
        default: other.words.allSatisfy { theirs in words.contains { $0.covers(theirs) } }
        }
    }

    /// True only where every path that `theirs` matches is matched by `ours`.
    static func covers(_ ours: [GlobSegment], _ theirs: [GlobSegment]) -> Bool {
        var reachable = closure(of: [0], in: ours)
        for segment in theirs {
            var next: Set<Int> = []
            for index in reachable where index < ours.count {
                if ours[index].isAnyRun {
                    next.insert(index)
                } else if !segment.isAnyRun, ours[index].coversOne(segment) {
                    next.insert(index + 1)
                }
            }
            reachable = closure(of: next, in: ours)
            if reachable.isEmpty { return false }
        }
        return reachable.contains(ours.count)
    }

    private static func closure(of indices: Set<Int>, in segments: [GlobSegment]) -> Set<Int> {
        var closed = indices
        for start in indices {
            var index = start
            while index < segments.count, segments[index].isAnyRun {
                index += 1
                closed.insert(index)
            }
        }
        return closed
    }
}
