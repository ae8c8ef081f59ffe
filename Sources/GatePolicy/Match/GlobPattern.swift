/// A compiled glob of CONTRACT §3 over a path, a host, a method or free text.
struct GlobPattern: Sendable, Equatable {
    enum Domain: UInt8, Sendable {
        /// Segments are separated by `/`; the pattern begins with `/` or `*`. Literals are percent-decoded.
        case path
        /// Segments are labels separated by `.`; compared in lower case.
        case host
        /// No segments: `*` and `**` match any run of bytes.
        case text
        /// As text, compared in upper case.
        case method
    }

    let text: String
    let domain: Domain
    /// The alternatives, each a list of segments (one for text and methods).
    let alternatives: [[GlobSegment]]
    /// Whether a literal holds an upper-case letter: paths then need the case-folded reading always.
    let hasUppercase: Bool

    init(_ text: String, domain: Domain) throws(PatternError) {
        var parser = GlobParser(domain: domain)
        self.text = text
        self.domain = domain
        alternatives = try parser.parse(domain == .host ? Self.withoutBrackets(text) : text)
        hasUppercase = alternatives.contains { $0.contains { $0.words.contains(where: \.hasUppercase) } }
    }

    static func == (a: GlobPattern, b: GlobPattern) -> Bool {
        a.domain == b.domain && a.alternatives == b.alternatives
    }

    /// `[::1]` means the address itself.
    private static func withoutBrackets(_ text: String) -> String {
        text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
    }

    // MARK: Matching

    /// Whether the pattern matches these bytes: a canonical path (`/a/b`), a host in lower case, a method in
    /// upper case, or text.
    ///
    /// Polynomial time; for paths prefer `matches(_: PathReading)`.
    func matches(_ bytes: Span<UInt8>) -> Bool {
        if domain == .path { return matches(PathReading(bytes.copied)) }
        for alternative in alternatives where matchesOne(alternative, bytes) { return true }
        return false
    }

    func matches(_ bytes: [UInt8]) -> Bool { matches(bytes.span) }

    func matches(_ string: String) -> Bool { matches(Array(string.utf8).span) }

    /// Whether one alternative of a host, method or text pattern matches.
    func matchesOne(_ segments: [GlobSegment], _ bytes: Span<UInt8>) -> Bool {
        if domain != .host {
            guard let segment = segments.first else { return false }
            return segment.matches(bytes, 0..<bytes.count, fold: false)
        }
        return matchesLabels(segments, bytes)
    }

    /// The two-pointer match over labels found on the way: only the last `**` is ever tried again.
    private func matchesLabels(_ segments: [GlobSegment], _ bytes: Span<UInt8>) -> Bool {
        var segment = 0
        var at = 0
        var retrySegment = -1
        var retryAt = 0
        while at <= bytes.count {
            if segment < segments.count, segments[segment].isAnyRun {
                segment += 1
                retrySegment = segment
                retryAt = at
                continue
            }
            let end = Self.labelEnd(bytes, from: at)
            if segment < segments.count, segments[segment].matches(bytes, at..<end, fold: false) {
                segment += 1
                at = end + 1
            } else if retrySegment >= 0 {
                retryAt = Self.labelEnd(bytes, from: retryAt) + 1
                at = retryAt
                segment = retrySegment
            } else {
                return false
            }
        }
        while segment < segments.count, segments[segment].isAnyRun { segment += 1 }
        return segment == segments.count
    }

    @inline(__always)
    private static func labelEnd(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var end = start
        while end < bytes.count, bytes[end] != UInt8(ascii: ".") { end += 1 }
        return end
    }

    /// For `.path`: whether the pattern matches a split path; folds case where the reading says so.
    func matches(_ path: PathReading) -> Bool {
        let bytes = path.bytes.span
        for segments in alternatives where Self.matchesPath(segments, path, bytes) { return true }
        return false
    }

    private static func matchesPath(_ segments: [GlobSegment], _ path: PathReading, _ bytes: Span<UInt8>) -> Bool {
        var segment = 0
        var at = 0
        var retrySegment = -1
        var retryAt = 0
        while at < path.segments.count {
            if segment < segments.count, segments[segment].isAnyRun {
                segment += 1
                // A final `/**` takes all that is left.
                if segment == segments.count { return true }
                retrySegment = segment
                retryAt = at
            } else if segment < segments.count,
                segments[segment].matches(bytes, path.segments[at], fold: path.foldsCase)
            {
                segment += 1
                at += 1
            } else if retrySegment >= 0 {
                retryAt += 1
                at = retryAt
                segment = retrySegment
            } else {
                return false
            }
        }
        while segment < segments.count, segments[segment].isAnyRun { segment += 1 }
        return segment == segments.count
    }
}

extension Span<UInt8> {
    /// The bytes as an array of their own.
    var copied: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        for index in 0..<count { bytes.append(self[index]) }
        return bytes
    }
}
