/// Why a call is judged as it is: for `policy explain`, as JSON and as text.
public struct Explanation: Sendable, Codable {
    public struct Condition: Sendable, Codable, Equatable {
        /// The condition in words.
        public var condition: String
        /// `yes`, `no` or `unknown`.
        public var outcome: String
    }

    public struct NearMiss: Sendable, Codable, Equatable {
        public var rule: String
        /// What kept it from matching.
        public var failed: [String]
    }

    public struct Reading: Sendable, Codable, Equatable {
        public var method: String
        public var path: String
        public var `class`: CallClass?
        public var rule: String?
    }

    public struct LimitView: Sendable, Codable, Equatable {
        public var id: String
        public var max: Int64?
        public var per: String
        public var sum: String?
        public var key: [String]
        public var enforce: Bool
    }

    public struct IdempotencyView: Sendable, Codable, Equatable {
        public var sources: [String]
        public var ttl: String
        public var withoutKey: WithoutKey
        public var inFlight: InFlight
        public var upstreamIdempotent: Bool

        private enum CodingKeys: String, CodingKey {
            case sources, ttl
            case withoutKey = "without_key"
            case inFlight = "in_flight"
            case upstreamIdempotent = "upstream_idempotent"
        }
    }

    public struct RetryView: Sendable, Codable, Equatable {
        public var max: Int
        public var base: String
        public var factor: Double
        public var cap: String
        public var jitter: RetryJitter
        public var on: [String]
    }

    public struct Answer: Sendable, Codable, Equatable {
        public var status: Int
        public var headers: [String: String]
        public var body: String

        public init(_ answer: SyntheticAnswer) {
            status = answer.status
            headers = Dictionary(answer.headers.map { ($0.name, $0.value) }, uniquingKeysWith: { "\($0), \($1)" })
            body = String(decoding: answer.body, as: UTF8.self)
        }

        fileprivate var lines: [String] {
            ["\(status)"] + headers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
                + (body.isEmpty ? [] : [body])
        }
    }

    public var call: String
    /// nil: the verdict depends on a body that was not given.
    public var `class`: CallClass?
    public var kind: String?
    public var rule: String?
    public var action: RuleAction?
    public var severity: Severity?
    public var mode: Mode
    /// What happens to the call in this mode: `forward`, `send`, `record`, `block`, `hold` or `observe`.
    public var decision: String?
    /// Where the rule stands: `file:line:column`.
    public var place: String?
    public var description: String?
    public var conditions: [Condition]
    public var readings: [Reading]
    public var nearMisses: [NearMiss]
    public var limits: [LimitView]
    public var idempotency: IdempotencyView?
    public var retries: RetryView?
    /// What a dry run would answer; nil where the call is blocked.
    public var answer: Answer?
    /// What a blocked call, or a held one that nobody approves, is answered.
    public var refusal: Answer?

    private enum CodingKeys: String, CodingKey {
        case call, `class`, kind, rule, action, severity, mode, decision, place, description, conditions, readings
        case nearMisses = "near_misses"
        case limits, idempotency, retries, answer, refusal
    }
}

extension Explanation {
    /// As a person reads it, several lines.
    public var text: String {
        var lines = [call, ""]
        lines.append("class     \(`class`?.rawValue ?? "depends on the body, which was not given")")
        let facts: [(String, String?)] = [
            ("kind", kind), ("rule", rule ?? (`class` == nil ? nil : "none")), ("at", place), ("about", description),
            ("action", action?.rawValue), ("severity", `class` == .irreversible ? severity?.rawValue : nil),
            ("mode", mode.rawValue), ("decision", decision),
        ]
        for (name, value) in facts { if let value { lines.append(Self.pad(name) + value) } }
        section("Conditions of the rule", conditions.map { "[\($0.outcome)] \($0.condition)" }, &lines)
        if readings.count > 1 {
            section(
                "Readings considered",
                readings.map {
                    "\($0.method) \($0.path): \($0.class?.rawValue ?? "depends on the body") (\($0.rule ?? "no rule"))"
                },
                &lines)
        }
        section("Near misses", nearMisses.map { "\($0.rule): not \($0.failed.joined(separator: ", not "))" }, &lines)
        section("Limits", limits.map(Self.line), &lines)
        if let idempotency { section("Idempotency", [Self.line(idempotency)], &lines) }
        if let retries { section("Retries", [Self.line(retries)], &lines) }
        if let refusal {
            section(decision == "hold" ? "Answered where nobody approves it" : "Answered", refusal.lines, &lines)
        }
        if let answer { section(decision == "record" ? "Answered" : "A dry run answers", answer.lines, &lines) }
        return lines.joined(separator: "\n") + "\n"
    }

    private func section(_ title: String, _ items: [String], _ lines: inout [String]) {
        guard !items.isEmpty else { return }
        lines += ["", title + ":"]
        lines += items.map { "  " + $0 }
    }

    private static func pad(_ name: String) -> String {
        name + String(repeating: " ", count: max(1, 10 - name.count))
    }

    private static func line(_ limit: LimitView) -> String {
        let what = limit.sum.map { "sum of \($0)" } ?? "calls"
        let key = limit.key.isEmpty ? "" : " for each \(limit.key.joined(separator: ", "))"
        let note = limit.enforce ? "" : " (counted, not enforced)"
        return "\(limit.id): \(limit.max.map(String.init) ?? "unlimited") \(what) in \(limit.per)\(key)\(note)"
    }

    private static func line(_ rule: IdempotencyView) -> String {
        let provider = rule.upstreamIdempotent ? "; the provider honours the key itself" : ""
        return
            "\(rule.sources.joined(separator: ", ")); kept \(rule.ttl); without a key: \(rule.withoutKey.rawValue)\(provider)"
    }

    private static func line(_ rule: RetryView) -> String {
        "\(rule.max) times, first after \(rule.base), then \(rule.factor) times as long up to \(rule.cap), "
            + "on \(rule.on.joined(separator: ", "))"
    }
}
