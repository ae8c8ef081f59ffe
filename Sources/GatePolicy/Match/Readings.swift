/// The plausible readings of a call's method, path and host: what some server may take them for.
struct Readings: Sendable {
    /// The methods, the one sent first; then its upper-case form and overrides. Never empty.
    private(set) var methods: [[UInt8]] = []
    /// The paths, the one sent first. Never empty.
    private(set) var paths: [PathReading] = []
    /// The host without trailing dot, IP literals in canonical form (RFC 5952; IPv4-mapped as IPv4).
    private(set) var host: String
    /// There are more readings than the limit: treat the call as if an irreversible rule could match.
    private(set) var isExceeded = false
    /// A form body that was not read or is unreadable might name another method (`_method`).
    private(set) var bodyMayOverrideMethod = false

    /// True for a call spelled plainly: one method, one path.
    var isPlain: Bool { methods.count == 1 && paths.count == 1 && !isExceeded }

    /// Reads method, path and host; `foldAlways` where a path pattern of the policy has upper-case letters
    /// (then a case-folded reading is made for lower-case paths too).
    init(_ facts: RequestFacts, body: BodyEvidence, foldAlways: Bool) { host = facts.host }
}
