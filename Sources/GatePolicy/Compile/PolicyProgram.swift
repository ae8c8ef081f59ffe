/// The structures behind a compiled policy: rules in judging order and the indexes that find the few that may match.
final class PolicyProgram: Sendable {
    let names: [String]
    let rules: [CompiledRule]
    /// Hosts to the numbers of `lists`.
    let hosts: HostTrie<Int>
    let lists: [RuleList]
    /// What the lists' entries refer to.
    let signatures: [PathSignature]
    let limits: [CompiledLimit]
    let idempotency: [(match: CompiledCondition, rule: IdempotencyDocument)]
    let retries: [(match: CompiledCondition, rule: RetryRule)]
    let tests: [(file: String, test: TestDocument)]
    /// Whether a path pattern has upper-case letters.
    let foldsAlways: Bool
    let digest: String

    /// `documents` in judging order.
    init(documents: [PolicyDocument], digest: String) {
        var builder = RuleListBuilder()
        var rules: [CompiledRule] = []
        for document in documents {
            for rule in document.rules {
                let compiled = CompiledRule(rule, of: document)
                builder.add(compiled, index: rules.count)
                rules.append(compiled)
            }
        }
        self.rules = rules
        names = documents.map(\.name)
        hosts = builder.hosts
        lists = builder.lists
        signatures = builder.signatures
        limits = Self.limits(of: documents)
        idempotency = documents.flatMap(\.idempotency).map { (CompiledCondition($0.match), $0.rule) }
        retries = documents.flatMap(\.retries).map { (CompiledCondition($0.match), $0.rule) }
        tests = documents.flatMap { document in document.tests.map { (document.file, $0) } }
        foldsAlways = rules.contains { $0.condition.hasUppercasePath }
        self.digest = digest
    }

    /// Of equal ids the first file's, then those that are switched off are left out.
    private static func limits(of documents: [PolicyDocument]) -> [CompiledLimit] {
        var seen: Set<String> = []
        return documents.flatMap(\.limits)
            .filter { seen.insert($0.limit.id).inserted && $0.limit.max != nil }
            .map { CompiledLimit(limit: $0.limit, match: CompiledCondition($0.match)) }
    }
}

struct CompiledLimit: Sendable {
    let limit: Limit
    let match: CompiledCondition
}

extension Condition {
    /// Whether a path glob has upper-case letters, so that calls must be read without case too.
    var hasUppercasePath: Bool {
        tests.contains { $0.subject == .path && ($0.pattern?.anyOf ?? []).contains { $0.hasUppercase } }
    }
}
