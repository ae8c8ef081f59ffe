/// Whether a call can be undone.
public enum CallClass: String, Sendable, Codable, CaseIterable {
    case safe, irreversible
}

/// What an environment does with irreversible calls, from the loosest to the strictest.
public enum Mode: String, Sendable, Codable, CaseIterable, Comparable {
    case observe, live, hold
    case dryRun = "dry-run"
    case block

    public static func < (a: Mode, b: Mode) -> Bool {
        (allCases.firstIndex(of: a) ?? 0) < (allCases.firstIndex(of: b) ?? 0)
    }
}

/// What a rule asks for its own calls: it tightens any mode; `allow` lifts out of `dry-run` and `hold`.
public enum RuleAction: String, Sendable, Codable, CaseIterable {
    case allow, block, record, hold
}

public enum Severity: String, Sendable, Codable, CaseIterable {
    case info, warning, error, critical
}

/// The verdict on one call.
public struct Classification: Sendable, Equatable {
    public var `class`: CallClass
    /// What the call does: `payment`, `delete`, …; nil where the rule names none.
    public var kind: String?
    /// The full id of the rule that decided (`policy/rule`, `strict`, `over-limit`); nil when none matched.
    public var rule: String?
    public var action: RuleAction?
    public var severity: Severity
    /// True when a rule outside the pack `default` decided.
    public var isSpecific: Bool
    /// Index into `CompiledPolicy.rules`, for the rule's `respond`, `refuse` and `idempotency`; nil when none matched.
    public var ruleIndex: Int?
    /// The protocol in whose error shape a refusal of this call is answered.
    public var dialect: ErrorDialect

    public init(
        class: CallClass, kind: String? = nil, rule: String? = nil, action: RuleAction? = nil,
        severity: Severity = .warning, isSpecific: Bool = false, ruleIndex: Int? = nil, dialect: ErrorDialect = .problem
    ) {
        self.class = `class`
        self.kind = kind
        self.rule = rule
        self.action = action
        self.severity = severity
        self.isSpecific = isSpecific
        self.ruleIndex = ruleIndex
        self.dialect = dialect
    }
}

/// The shape in which a refusal is written so that the caller's SDK raises its own error.
public enum ErrorDialect: UInt8, Sendable, Equatable {
    /// RFC 9457 problem+json with `message` and `error` for SDKs.
    case problem
    /// `{"__type":"AccessDenied","message":…}` with `x-amzn-ErrorType` (AWS JSON 1.0, 1.1 and REST-JSON).
    case awsJSON
    /// `<ErrorResponse><Error><Code>AccessDenied…` (AWS query).
    case awsXML
    /// `<Response><Errors><Error><Code>AccessDenied…` (EC2).
    case ec2XML
    /// `<Error><Code>AccessDenied</Code>…` (S3 and REST-XML).
    case s3XML
    /// A trailers-only answer with `grpc-status: 7`.
    case grpc
}

/// The answer of the policy to one request.
public enum Judgement: Sendable {
    case decided(Classification)
    /// The verdict depends on the body: read it, then ask again with `.decoded` or `.unreadable`.
    case needsBody
}

/// What happens to a call.
public enum Decision: Sendable, Equatable {
    /// Sent upstream as a safe call.
    case forward
    /// Irreversible and sent: limits, key and intent first.
    case send
    /// Answered with a synthetic success, never sent.
    case record
    /// Refused.
    case block
    /// Waits for a person.
    case hold
    /// Sent untouched; the mode named would have led to the class of decision in `would`.
    case observe

    /// The table of CONTRACT §2: what `mode` and the rule's action make of a call.
    public static func of(_ verdict: Classification, mode: Mode) -> Decision {
        if mode == .observe { return .observe }
        let byMode = verdict.class == .safe ? Decision.forward : ofIrreversible(mode)
        guard let action = verdict.action else { return byMode }
        switch action {
        case .allow:
            guard verdict.class == .irreversible else { return byMode }
            return mode == .block ? .block : .send
        case .block: return .block
        case .record: return byMode == .block ? .block : .record
        case .hold: return byMode == .block || byMode == .record ? byMode : .hold
        }
    }

    private static func ofIrreversible(_ mode: Mode) -> Decision {
        switch mode {
        case .observe: .observe
        case .live: .send
        case .hold: .hold
        case .dryRun: .record
        case .block: .block
        }
    }
}
