/// What a call without an idempotency key gets.
public enum WithoutKey: String, Sendable, Codable, CaseIterable {
    case forward, derive, require
}

/// What a repeat gets while the first call with its key is under way.
public enum InFlight: String, Sendable, Codable, CaseIterable {
    case reject
}

/// Where a call carries its idempotency key.
public enum IdempotencyKeySource: Sendable, Hashable {
    /// A header's name, in lower case.
    case header(String)
    /// A JSON pointer.
    case json(String)
    case form(String)
}

/// How the keys of a call's repeats are found and what they mean, everything filled in.
public struct IdempotencyRule: Sendable, Hashable {
    /// `Idempotency-Key` first, then what rules name.
    public var sources: [IdempotencyKeySource] = [.header("idempotency-key")]
    public var ttl: Duration = .seconds(3600)
    public var withoutKey: WithoutKey = .forward
    public var inFlight: InFlight = .reject
    /// The provider honours the key itself: the same key may be sent again.
    public var isUpstreamIdempotent = false

    public init() {}
}

public enum RetryJitter: String, Sendable, Codable, CaseIterable {
    case full, none
}

/// What makes a call be sent again.
public enum RetryCause: Sendable, Hashable {
    case connect
    case status(Int)
}

/// How often and when a call is sent again.
public struct RetryRule: Sendable, Hashable {
    /// Retries after the first attempt.
    public var max = 3
    public var base: Duration = .milliseconds(500)
    public var factor = 2.0
    public var cap: Duration = .seconds(120)
    public var jitter: RetryJitter = .full
    public var on: Set<RetryCause> = [.connect, .status(429), .status(502), .status(503), .status(504)]

    public init() {}
}

/// What a limit keeps a count of its own for.
public enum LimitKey: Sendable, Hashable {
    case host, credential, session, rule, kind
    /// A header's name, in lower case.
    case header(String)
    case query(String)
    case form(String)
    /// A JSON pointer.
    case json(String)

    /// Reads the spelling of a policy file; nil for anything else.
    init?(_ text: String) {
        switch text {
        case "host": self = .host
        case "credential": self = .credential
        case "session": self = .session
        case "rule": self = .rule
        case "kind": self = .kind
        default:
            guard let dot = text.firstIndex(of: ".") else { return nil }
            let name = String(text[text.index(after: dot)...])
            guard !name.isEmpty else { return nil }
            switch text[..<dot] {
            case "header": self = .header(name.lowercased())
            case "query": self = .query(name)
            case "form": self = .form(name)
            case "json" where name.hasPrefix("/"): self = .json(name)
            default: return nil
            }
        }
    }

    /// As a policy file spells it.
    public var text: String {
        switch self {
        case .host: "host"
        case .credential: "credential"
        case .session: "session"
        case .rule: "rule"
        case .kind: "kind"
        case .header(let name): "header.\(name)"
        case .query(let name): "query.\(name)"
        case .form(let name): "form.\(name)"
        case .json(let pointer): "json.\(pointer)"
        }
    }

    /// Whether it names a value of the call that can be added up.
    var isValue: Bool {
        switch self {
        case .header, .query, .form, .json: true
        case .host, .credential, .session, .rule, .kind: false
        }
    }
}

/// A limit on how many calls pass in a time, or on a sum over them.
public struct Limit: Sendable, Hashable {
    public var id: String
    /// nil: unlimited, switched off.
    public var max: Int64?
    public var per: Duration
    /// What is added up; nil: calls are counted.
    public var sum: LimitKey?
    /// Each combination of these has a count of its own.
    public var key: [LimitKey]
    /// false: counted and alerted on, but refuses nothing.
    public var enforce: Bool
    /// `policy` of the file that defined it.
    public var policy: String
}
