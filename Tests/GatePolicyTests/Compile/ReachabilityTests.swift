import Testing

@testable import GatePolicy

@Suite struct ReachabilityTests {
    @Test func aRuleThatAnEarlierOneCoversIsAFaultWithBothPlaces() {
        let faults = check(
            """
            policy: t
            rules:
              - { id: wide, match: { method: [POST, PUT], path: "/v1/**" }, class: safe }
              - { id: narrow, match: { method: POST, path: "/v1/charges", query.a: b }, class: irreversible }
            """)
        #expect(
            faults == [
                "p.yaml:4:11: error: the rule `t/narrow` can never fire: `t/wide` (line 3) takes all of its calls"
            ])
    }

    @Test(arguments: [
        "{ id: a, match: { method: POST }, class: safe }\n  - { id: b, match: { path: /x }, class: safe }",
        "{ id: a, match: { method: POST, form.a: 1 }, class: safe }\n  - { id: b, match: { method: POST }, class: safe }",
        "{ id: a, match: { host: a.example }, class: safe }\n  - { id: b, match: { host: '*.example' }, class: safe }",
        "{ id: a, match: { not: { path: /x } }, class: safe }\n  - { id: b, match: { method: GET }, class: safe }",
        "{ id: a, match: { path: '/**' }, class: safe }\n  - { id: b, match: { host: a.example }, class: safe }",
    ])
    func whatMayFireIsNoFault(_ rules: String) {
        #expect(check("policy: t\nrules:\n  - \(rules)\n") == [])
    }

    @Test func aRuleReportedUnreachableNeverFires() {
        var generator = PolicyRandom(seed: 42)
        var reported = 0
        for _ in 0..<150 {
            let text = Self.policy(&generator)
            let set = PolicySet.check(sources: [PolicySource(name: "p", text: text)])
            guard let policy = set.policy else {
                Issue.record("\(set.diagnostics) in \(text)")
                continue
            }
            let dead = Set(Reachability.unreachable(in: policy.program.rules).map(\.rule.id))
            reported += dead.count
            for _ in 0..<60 {
                let (call, headers, body) = Self.call(&generator)
                guard case .decided(let verdict) = policy.judge(facts(call, headers), body: body, strict: false) else {
                    continue
                }
                #expect(!dead.contains(verdict.rule ?? ""), "\(call) met \(verdict.rule ?? "") of\n\(text)")
            }
        }
        #expect(reported > 50)
    }

    /// The index must find exactly what a plain walk over the rules finds.
    @Test func theIndexFindsTheSameRuleAsAPlainWalk() {
        var generator = PolicyRandom(seed: 99)
        for _ in 0..<150 {
            let policy = compile(Self.policy(&generator)).policy
            for _ in 0..<60 {
                let (call, headers, body) = Self.call(&generator)
                let view = CallView(facts(call, headers), body: body)
                let readings = Readings(view, foldAlways: policy.program.foldsAlways)
                for path in readings.paths {
                    for method in readings.methods {
                        let reading = CallReading(view: view, host: readings.host, method: method, path: path)
                        let outcome = policy.outcome(of: reading, PathSignature(path), strict: false)
                        guard let found = outcome.verdict, !outcome.isOpen else { continue }
                        #expect(found == Self.walk(policy, reading, readings.host))
                    }
                }
            }
        }
    }

    /// The verdict found rule by rule: the first one certainly met, and the stricter ones before it that may be.
    private static func walk(_ policy: CompiledPolicy, _ reading: CallReading, _ host: String) -> Classification {
        var strictest: Classification?
        for (index, rule) in policy.program.rules.enumerated() {
            guard rule.hosts.isEmpty || rule.hosts.contains(where: { $0.matches(host) }) else { continue }
            let condition = CompiledCondition(rule.condition)
            let any = condition.evaluate(reading, .any), all = condition.evaluate(reading, .all)
            guard any != .no else { continue }
            let verdict = rule.classification(index: index)
            if all == .yes { return strictest?.stricter(of: verdict) ?? verdict }
            if rule.class == .irreversible { strictest = strictest?.stricter(of: verdict) ?? verdict }
        }
        let unclassified = Classification(class: .safe)
        return strictest?.stricter(of: unclassified) ?? unclassified
    }

    private static func policy(_ generator: inout PolicyRandom) -> String {
        var text = "policy: t\nrules:\n"
        for index in 0..<Int.random(in: 3...9, using: &generator) {
            var conditions: [String] = []
            let choices: [[String]] = [
                ["method: POST", "method: [POST, PUT]", "method: GET", "method: '*'", "method: 'P*'"],
                [
                    "path: /v1/a", "path: '/v1/*'", "path: '/v1/**'", "path: '/**'", "path: '/{v1,v2}/a'",
                    "path: '/**/delete*'",
                ],
                ["host: a.example", "host: '*.example'", "host: '**'", "host: [a.example, b.example]"],
                ["query.q: x", "query.q: '*'", "query.q: [x, y]", "query.q: { exists: true }"],
                ["form.n: { gt: 5 }", "form.n: { gt: 3 }", "form.n: { gte: 6 }", "form.n: 7"],
                ["not: { path: /v1/a }", "any: [{ path: /v1/a }, { query.q: x }]"],
            ]
            for choice in choices where Int.random(in: 0..<3, using: &generator) == 0 {
                conditions.append(choice[Int.random(in: 0..<choice.count, using: &generator)])
            }
            let kind = Bool.random(using: &generator) ? "safe" : "irreversible"
            text += "  - { id: r\(index), match: { \(conditions.joined(separator: ", ")) }, class: \(kind) }\n"
        }
        return text
    }

    private static func call(_ generator: inout PolicyRandom) -> (String, [String: String], BodyEvidence) {
        func pick<Element>(_ items: [Element]) -> Element { items[Int.random(in: 0..<items.count, using: &generator)] }
        let method = pick(["GET", "POST", "PUT", "DELETE", "PATCH", "post"])
        let host = pick(["a.example", "b.example", "c.d.example", "other.test"])
        let path = pick(["/", "/v1/a", "/v1/b", "/v1/a/b", "/v2/a", "/v2/deleteall", "/V1/A", "/v1//a", "/v1/%61"])
        let query = pick(["", "?q=x", "?q=y", "?q=", "?p=1"])
        let body = pick(["", "n=4", "n=6", "n=7", "m=1"])
        return (
            "\(method) http://\(host)\(path)\(query)", ["Content-Type": "application/x-www-form-urlencoded"],
            body.isEmpty ? .none : .decoded(Array(body.utf8))
        )
    }
}
