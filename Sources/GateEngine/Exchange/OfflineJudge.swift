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
        return Classification(class: isSafe ? .safe : .irreversible, rule: "over-limit", action: inspect.overLimit == .reject ? .block : nil)
    }

    public func explain(_ facts: RequestFacts, _ evidence: BodyEvidence, mode: Mode) -> Explanation {
        policy.explain(facts, body: evidence, strict: isStrict, mode: mode)
    }
}
