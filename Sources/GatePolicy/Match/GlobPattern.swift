/// A compiled glob of CONTRACT §3 over a path, a host, a method or free text.
struct GlobPattern: Sendable, Equatable {
    enum Domain: UInt8, Sendable {
        /// Segments are separated by `/`; the pattern must begin with `/` or `**`. Literals are percent-decoded.
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

    init(_ text: String, domain: Domain) throws(PatternError) {
        self.text = text
        self.domain = domain
    }

    /// Whether the pattern matches these bytes: a canonical path (`/a/b`), a host, a method in upper case, or text.
    ///
    /// Polynomial time. For paths prefer `matches(_: PathReading)`.
    func matches(_ bytes: Span<UInt8>) -> Bool { false }

    func matches(_ string: String) -> Bool { false }

    /// For `.path`: whether the pattern matches a split path; folds case where the reading says so.
    func matches(_ path: PathReading) -> Bool { false }

    /// True only where every input that `other` matches is certainly matched by this pattern.
    func covers(_ other: GlobPattern) -> Bool { false }

    /// The segments of a path pattern that every match begins with, in lower case.
    var literalPrefixSegments: [[UInt8]] { [] }

    /// Sets of segments in lower case: of each set one must occur as a whole segment in every match. Path and host.
    var requiredWords: [Set<[UInt8]>] { [] }

    /// Whether a literal holds an upper-case letter: paths then need the case-folded reading always.
    var hasUppercase: Bool { false }

    /// The only text that matches, where the pattern has no wildcard and no alternatives.
    var literal: [UInt8]? { nil }
}
