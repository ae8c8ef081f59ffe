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
                        let plain = policy.program.rules.first { rule in
                            let isOfHost = rule.hosts.isEmpty || rule.hosts.contains { $0.matches(readings.host) }
                            let truth = CompiledCondition(rule.condition).evaluate(reading)
                            return isOfHost && CompiledPolicy.settled(truth, rule, reading) == .yes
                        }
                        guard case .decided(let found) = policy.outcome(of: reading, PathSignature(path), strict: false)
                        else { continue }
                        #expect(found.rule == plain?.id)
                    }
                }
            }
        }
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
