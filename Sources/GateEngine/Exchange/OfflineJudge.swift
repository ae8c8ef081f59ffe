public import GatePolicy

/// Judges calls that are written down, as the gate would judge them on the wire: `policy classify` and `explain`.
public struct OfflineJudge: Sendable {
    public let policy: CompiledPolicy
    private let isStrict: Bool
    private let inspect: GateConfiguration.Inspection

    public init(_ policy: CompiledPolicy, _ configuration: GateConfiguration) {
        self.policy = policy
        isStrict = configuration.isStrict
        inspect = configuration.inspect
    }

    /// The body as the policy may see it: without its content codings, unless it is too large or cannot be decoded.
    public func evidence(_ body: [UInt8]?, contentCoding: String?) -> BodyEvidence {
        guard let body else { return .none }
        guard body.count <= inspect.bodyLimit.bytes else { return .unreadable }
        switch ContentDecoder.decode(body, codings: contentCoding, limit: inspect.bodyLimit.bytes) {
        case .decoded(let content): return .decoded(content)
        case .overLimit, .unreadable: return .unreadable
        }
    }

    public func judge(_ facts: RequestFacts, _ evidence: BodyEvidence) -> Classification {
        if case .decided(let verdict) = policy.judge(facts, body: evidence, strict: isStrict) { return verdict }
        // The verdict depends on a body that cannot be judged.
        let isSafe = inspect.overLimit == .safe
        return Classification(
            class: isSafe ? .safe : .irreversible, rule: "over-limit",
            action: inspect.overLimit == .reject ? .block : nil)
    }

    public func explain(_ facts: RequestFacts, _ evidence: BodyEvidence, mode: Mode) -> Explanation {
        var explanation = policy.explain(facts, body: evidence, strict: isStrict, mode: mode)
        if case .decided(let verdict) = policy.judge(facts, body: evidence, strict: isStrict) {
            explanation.refusal = refusal(verdict, facts, evidence, call: explanation.call, mode: mode)
        }
        return explanation
    }

    /// What a call that the mode stops would be answered, the ids made up.
    private func refusal(
        _ verdict: Classification, _ facts: RequestFacts, _ evidence: BodyEvidence, call: String, mode: Mode
    ) -> Explanation.Answer? {
        let type: RefusalType
        switch Decision.of(verdict, mode: mode) {
        case .block: type = .blocked
        case .hold: type = .holdExpired
        case .forward, .send, .record, .observe: return nil
        }
        let context = AnswerContext(callID: "01JEXPLAIN0000000000000000", now_us: 0)
        var refusal = Refusal(
            type, detail: Refusal.words(type, call, verdict, mode: mode), callID: context.callID,
            correlationID: context.callID)
        refusal.rule = verdict.rule
        refusal.class = verdict.class
        refusal.kind = verdict.kind
        refusal.mode = mode
        guard
            var shaped = policy.refusal(
                for: verdict, facts, body: evidence, context: context, fields: refusal.fields)
        else { return Explanation.Answer(refusal.answer(facts.errorDialect)) }
        shaped.headers += refusal.commonFields
        return Explanation.Answer(shaped)
    }
}
