/// A policy compiled for judging: immutable, shared by all reactors, swapped whole on reload.
public struct CompiledPolicy: Sendable {
    /// One reference, so that a copy costs one retain.
    let program: PolicyProgram

    /// A policy without any rule: every call is unclassified.
    public static let empty = CompiledPolicy(program: PolicyProgram(documents: [], digest: ""))

    /// SHA-256 of the sources in order, hexadecimal.
    public var digest: String { program.digest }
    public var ruleCount: Int { program.rules.count }
    /// The policies' names in the order in which they are judged.
    public var names: [String] { program.names }
    /// The limits in force: of equal ids the first, without those that are `unlimited`.
    public var limits: [Limit] { program.limits.map(\.limit) }

    /// The rule that a classification names; nil when the index is of another policy.
    public func rule(at index: Int) -> RuleSummary? {
        guard program.rules.indices.contains(index) else { return nil }
        let rule = program.rules[index]
        return RuleSummary(
            id: rule.id, policy: rule.policy, description: rule.description, class: rule.class, kind: rule.kind,
            action: rule.action, severity: rule.severity, file: rule.file, position: rule.position,
            condition: rule.condition.text, hasAnswer: rule.respond != nil, hasRefusal: rule.refuse != nil)
    }
}

/// What one rule says, for people and for lists.
public struct RuleSummary: Sendable, Codable, Equatable {
    /// `policy/rule`.
    public var id: String
    public var policy: String
    public var description: String?
    public var `class`: CallClass
    public var kind: String?
    public var action: RuleAction?
    public var severity: Severity
    public var file: String
    public var position: SourcePosition
    /// Its conditions in words.
    public var condition: String
    /// Whether it has a `respond` of its own.
    public var hasAnswer: Bool
    /// Whether it has a `refuse` of its own.
    public var hasRefusal: Bool
}
