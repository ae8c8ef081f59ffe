/// What became of one of the `tests:` in a policy file.
public struct PolicyTestResult: Sendable, Equatable {
    public var file: String
    public var position: SourcePosition
    /// `METHOD URL`.
    public var call: String
    /// What differs from what was expected; empty: passed.
    public var differences: [String]

    public var isPassed: Bool { differences.isEmpty }

    /// `file:line:column: error: …` for a failed test.
    public var diagnostic: Diagnostic? {
        guard !isPassed else { return nil }
        return Diagnostic(file: file, position: position, message: "\(call): \(differences.joined(separator: "; "))")
    }
}

extension CompiledPolicy {
    /// Runs the tests of all files against the policy as a whole.
    public func runTests(strict: Bool = false) -> [PolicyTestResult] {
        program.tests.map { file, test in
            PolicyTestResult(
                file: file, position: test.position, call: test.call, differences: differences(test, strict: strict))
        }
    }

    private func differences(_ test: TestDocument, strict: Bool) -> [String] {
        guard let facts = RequestFacts(test: test.request) else { return ["the call cannot be read"] }
        let body: BodyEvidence = test.request.body.map { .decoded($0) } ?? .none
        guard case .decided(let verdict) = judge(facts, body: body, strict: strict) else {
            return ["the verdict depends on a body"]
        }
        var differences: [String] = []
        func compare(_ name: String, _ found: String?, _ expected: String?) {
            guard found != expected else { return }
            differences.append("\(name) is \(found ?? "null"), expected \(expected ?? "null")")
        }
        if let expected = test.expected.class { compare("class", verdict.class.rawValue, expected.rawValue) }
        if let expected = test.expected.rule { compare("rule", verdict.rule, expected) }
        if let expected = test.expected.kind { compare("kind", verdict.kind, expected) }
        if let expected = test.expected.action { compare("action", verdict.action?.rawValue, expected.rawValue) }
        return differences
    }
}
