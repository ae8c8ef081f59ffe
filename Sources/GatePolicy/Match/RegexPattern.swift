internal import CGate

/// A compiled PCRE2 expression with bounded effort; searches anywhere in the subject.
final class RegexPattern: Sendable {
    enum Outcome: UInt8, Sendable {
        case matched, unmatched
        /// A limit was hit: unknown, fail closed.
        case exhausted
    }

    let text: String

    init(_ text: String) throws(PatternError) { self.text = text }

    /// Searches `subject`; thread-safe, allocates the match data per call.
    func search(_ subject: [UInt8]) -> Outcome { .exhausted }
}
