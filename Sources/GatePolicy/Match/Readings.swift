/// The plausible readings of a call's method, path and host: what some server may take them for.
struct Readings: Sendable {
    /// The methods, the one sent first; then its upper-case form and overrides in upper case.
    ///
    /// Never empty.
    private(set) var methods: [[UInt8]]
    /// The paths: the one sent, percent-decoded once, is the first (`%2F` stays within its segment).
    ///
    /// Never empty.
    private(set) var paths: [PathReading]
    /// The host without trailing dot, IP literals in canonical form (RFC 5952; IPv4-mapped as IPv4).
    let host: String
    /// There are more readings than the limit: treat the call as if an irreversible rule could match.
    private(set) var isExceeded = false
    /// A form body that was not read or is unreadable might name another method (`_method`).
    private(set) var bodyMayOverrideMethod = false

    /// Overrides that one call may name before it counts as exceeded.
    static let maxOverrides = 16

    /// True for a call spelled plainly: one method, one path.
    var isPlain: Bool { methods.count == 1 && paths.count == 1 && !isExceeded }

    /// Reads method, path and host; `foldAlways` where a path pattern of the policy has upper-case letters
    /// (then a case-folded reading is made for lower-case paths too).
    init(_ facts: RequestFacts, body: BodyEvidence, foldAlways: Bool) {
        self.init(CallView(facts, body: body), foldAlways: foldAlways)
    }

    /// The same over a view of the call, so that a form is parsed once.
    init(_ view: CallView, foldAlways: Bool) {
        let facts = view.facts
        host = CanonicalHost.of(facts.host)
        let method = Array(facts.bytes[facts.method])
        methods = [method]
        paths = []
        readPath(facts, foldAlways)
        if !method.allSatisfy(ASCII.isUpper) { addMethod(ASCII.uppercased(method)) }
        readOverrides(view)
    }

    // MARK: Path

    private mutating func readPath(_ facts: RequestFacts, _ foldAlways: Bool) {
        let spelling = PathSpelling(facts.bytes.span, facts.path)
        if spelling.isPlain {
            let sent = PathReading(facts.bytes, facts.path)
            paths = [sent]
            guard spelling.hasUppercase || foldAlways else { return }
            paths.append(PathReading(bytes: sent.bytes, segments: sent.segments, foldsCase: true))
            return
        }
        let expansion = PathExpansion(Array(facts.bytes[facts.path]))
        isExceeded = expansion.isExceeded
        paths = expansion.spellings.map { PathReading($0) }
        // A path not spelled plainly is read without case in any event.
        for exact in paths {
            guard foldAlways || exact.bytes.contains(where: ASCII.isUpper) else { continue }
            paths.append(PathReading(bytes: exact.bytes, segments: exact.segments, foldsCase: true))
        }
    }

    // MARK: Method

    private mutating func addMethod(_ method: [UInt8]) {
        guard !methods.contains(method) else { return }
        if methods.count > Self.maxOverrides { isExceeded = true } else { methods.append(method) }
    }

    private mutating func readOverrides(_ view: CallView) {
        for value in view.overrideHeaderValues() { addOverride(value) }
        for value in view.overrideQueryValues() { addOverride(value) }
        if case .none = view.body { return }
        switch view.overrideFormValues() {
        case .values(let values): for value in values { addOverride(value.bytes) }
        case .absent: break
        case .unknown: bodyMayOverrideMethod = true
        }
    }

    /// Adds the methods that a value names: several where headers were joined by commas.
    ///
    /// What is no token names none.
    private mutating func addOverride(_ value: [UInt8]) {
        for part in value.split(separator: UInt8(ascii: ",")) {
            let name = ASCII.trimmed(part)
            let isToken = name.allSatisfy { ASCII.isLetter($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
            if isToken, !name.isEmpty, name.count <= 32 { addMethod(ASCII.uppercased(Array(name))) }
        }
    }
}
