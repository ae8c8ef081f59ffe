/// A policy file as it was written, checked and with its patterns compiled, each part with its place.
struct PolicyDocument: Sendable {
    var file: String
    var name: String
    var description: String?
    var hosts: [GlobPattern]
    var rules: [RuleDocument]
    var limits: [LimitDocument]
    var idempotency: [(match: Condition, rule: IdempotencyDocument)]
    var retries: [(match: Condition, rule: RetryRule)]
    var tests: [TestDocument]
}

struct RuleDocument: Sendable {
    var id: String
    var position: SourcePosition
    var description: String?
    var match: Condition
    var `class`: CallClass
    var kind: String?
    var severity: Severity
    var action: RuleAction?
    var idempotency: IdempotencyDocument?
    var respond: AnswerTemplate?
    var refuse: AnswerTemplate?
}

struct LimitDocument: Sendable {
    var limit: Limit
    var position: SourcePosition
    var match: Condition
}

/// What a file says of idempotency; nil where it is silent, so that blocks and defaults can fill in.
struct IdempotencyDocument: Sendable {
    var sources: [IdempotencyKeySource] = []
    var ttl: Duration?
    var withoutKey: WithoutKey?
    var inFlight: InFlight?
    var isUpstreamIdempotent: Bool?
}

struct TestDocument: Sendable {
    var call: String
    var position: SourcePosition
    var request: TestRequest
    var expected: TestExpectation
}

struct TestRequest: Sendable {
    var method: String
    var url: String
    var headers: [(name: String, value: String)]
    var body: [UInt8]?
}

struct TestExpectation: Sendable {
    var `class`: CallClass?
    /// The outer nil: not compared; the inner: no rule.
    var rule: String??
    var kind: String??
    var action: RuleAction?
}
