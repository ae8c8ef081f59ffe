/// A condition on one place of a call; it holds where any plausible value meets all of its parts.
struct ValuePattern: Sendable {
    /// Any of these globs matches the value's text; nil is no condition.
    var anyOf: [GlobPattern]?
    var greater: DecimalNumber?
    var greaterOrEqual: DecimalNumber?
    var less: DecimalNumber?
    var lessOrEqual: DecimalNumber?
    /// Equal text, or equal numbers where both are numbers.
    var equals: [UInt8]?
    var matches: RegexPattern?
    /// Whether the place must exist; alone, or together with other conditions.
    var exists: Bool?

    init() {}

    init(anyOf globs: [GlobPattern]) { anyOf = globs }

    /// The truth of the condition on this evidence; `unknown` where a body or a regex's limits leave it open.
    func evaluate(_ evidence: Evidence) -> Truth { .unknown }

    /// Whether every evidence that meets `other` certainly meets this one; conservative.
    func covers(_ other: ValuePattern) -> Bool { false }
}
