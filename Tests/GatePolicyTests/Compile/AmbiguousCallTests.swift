import Testing

@testable import GatePolicy

/// Calls with several plausible values in one place: what lets a call pass must hold for all of them.
@Suite struct AmbiguousCallTests {
    private static let json = ["Content-Type": "application/json"]
    private static let form = ["Content-Type": "application/x-www-form-urlencoded"]

    private static func decoded(_ text: String) -> BodyEvidence { .decoded(Array(text.utf8)) }

    /// A safe rule on one place before an irreversible rest.
    private static func safe(_ match: String) -> CompiledPolicy {
        rules("id: s, match: { \(match) }, class: safe", "id: i, match: { path: '/**' }, class: irreversible")
    }

    @Test func aRepeatedQueryParameterMeetsASafeRuleOnlyWithAllItsValues() {
        let policy = Self.safe("query.a: x")
        #expect(verdict(policy, "GET http://h/?a=x") == "safe t/s")
        #expect(verdict(policy, "GET http://h/?a=x&a=x") == "safe t/s")
        #expect(verdict(policy, "GET http://h/?a=x&a=y") == "irreversible t/i")
        #expect(verdict(policy, "GET http://h/?a=y&a=x") == "irreversible t/i")
        #expect(verdict(policy, "GET http://h/?b=1;a=x") == "irreversible t/i")
        #expect(verdict(policy, "GET http://h/?a=x;b=1") == "irreversible t/i")
        #expect(verdict(policy, "GET http://h/?a=x&b=1;2") == "safe t/s")
    }

    @Test func aRepeatedHeaderFormFieldOrMemberMeetsASafeRuleOnlyWithAllItsValues() {
        let header = Self.safe("header.x-mode: read")
        let facts = RequestFacts(
            method: "GET", url: "http://h/", headers: [(name: "X-Mode", value: "read"), (name: "x-mode", value: "do")])
        if let facts, case .decided(let verdict) = header.judge(facts, body: .none, strict: false) {
            #expect(verdict.class == .irreversible)
        } else {
            Issue.record("not decided")
        }
        let form = Self.safe("form.a: x")
        #expect(verdict(form, "POST http://h/", Self.form, body: Self.decoded("a=x")) == "safe t/s")
        #expect(verdict(form, "POST http://h/", Self.form, body: Self.decoded("a=x&a=y")) == "irreversible t/i")
        let json = Self.safe("json./a: x")
        #expect(verdict(json, "POST http://h/", Self.json, body: Self.decoded(#"{"a":"x"}"#)) == "safe t/s")
        #expect(
            verdict(json, "POST http://h/", Self.json, body: Self.decoded(#"{"a":"x","a":"y"}"#)) == "irreversible t/i")
        let element = Self.safe("json./*/a: x")
        #expect(
            verdict(element, "POST http://h/", Self.json, body: Self.decoded(#"[{"a":"x"},{"a":"y"}]"#))
                == "irreversible t/i")
    }

    @Test func aBodyThatClaimsToBeSomethingElseMeetsNoSafeRule() {
        let json = Self.safe("json./a: x")
        #expect(verdict(json, "POST http://h/", Self.form, body: Self.decoded(#"{"a":"x"}"#)) == "irreversible t/i")
        #expect(verdict(json, "POST http://h/", body: Self.decoded(#"{"a":"x"}"#)) == "safe t/s")
        #expect(verdict(json, "POST http://h/", body: Self.decoded(#"{"a":"x"}&b=1"#)) == "irreversible t/i")
        #expect(
            verdict(json, "POST http://h/", Self.json, body: Self.decoded(#"{"a":"x"}{"b":1}"#)) == "irreversible t/i")
        let form = Self.safe("form.a: x")
        #expect(
            verdict(form, "POST http://h/", ["Content-Type": "text/plain"], body: Self.decoded("a=x"))
                == "irreversible t/i")
        #expect(verdict(form, "POST http://h/", body: Self.decoded("a=x")) == "safe t/s")
    }

    @Test func underNotTheQuantifierFlips() {
        let policy = Self.safe("not: { query.a: delete }")
        #expect(verdict(policy, "GET http://h/?a=read") == "safe t/s")
        #expect(verdict(policy, "GET http://h/?a=read&a=delete") == "irreversible t/i")
        let stop = rules(
            "id: i, match: { query.a: '*', not: { query.a: read } }, class: irreversible",
            "id: s, match: { path: '/**' }, class: safe")
        #expect(verdict(stop, "GET http://h/?a=read") == "safe t/s")
        #expect(verdict(stop, "GET http://h/?a=read&a=write") == "irreversible t/i")
        let doubled = Self.safe("not: { not: { query.a: x } }")
        #expect(verdict(doubled, "GET http://h/?a=x") == "safe t/s")
        #expect(verdict(doubled, "GET http://h/?a=x&a=y") == "irreversible t/i")
    }

    @Test(arguments: [
        (#"{"query":"query { a b }"}"#, "safe t/s"),
        (#"{"query":"mutation { a }"}"#, "irreversible t/i"),
        (#"[{"query":"query { a }"},{"query":"mutation { a }"}]"#, "irreversible t/i"),
        (#"[{"query":"mutation { a }"},{"query":"query { a }"}]"#, "irreversible t/i"),
        (#"{"query":"query A { a } mutation B { a }"}"#, "irreversible t/i"),
        (#"{"query":"query A { a } mutation B { a }","operationName":"A"}"#, "safe t/s"),
        (#"{"query":"query { a }","query":"mutation { a }"}"#, "irreversible t/i"),
    ])
    func allOperationsOfGraphQLMustBeSafe(_ body: String, _ expected: String) {
        let policy = Self.safe("graphql: { operation: query }")
        #expect(verdict(policy, "POST http://h/graphql", Self.json, body: Self.decoded(body)) == expected)
    }

    @Test func allRootFieldsOfGraphQLMustBeSafe() {
        let policy = Self.safe("graphql: { operation: mutation, field: 'preview*' }")
        let one = Self.decoded(#"{"query":"mutation { previewA }"}"#)
        let two = Self.decoded(#"{"query":"mutation { previewA deleteB }"}"#)
        #expect(verdict(policy, "POST http://h/graphql", Self.json, body: one) == "safe t/s")
        #expect(verdict(policy, "POST http://h/graphql", Self.json, body: two) == "irreversible t/i")
    }

    @Test func allPlausibleActionsOfAWSMustBeSafe() {
        let policy = Self.safe("aws: { action: 'Describe*' }")
        let url = "POST https://ec2.us-east-1.amazonaws.com/"
        #expect(verdict(policy, url, Self.form, body: Self.decoded("Action=DescribeInstances&Version=1")) == "safe t/s")
        let doubled = Self.decoded("Action=DescribeInstances&Action=TerminateInstances&Version=1")
        #expect(verdict(policy, url, Self.form, body: doubled) == "irreversible t/i")
        let split = Self.decoded("Action=TerminateInstances&Version=1")
        #expect(verdict(policy, url + "?Action=DescribeInstances", Self.form, body: split) == "irreversible t/i")
    }

    @Test func anAllowedRuleMustHoldForAllValuesWhateverItsClass() {
        let policy = rules(
            "id: a, match: { query.a: x }, class: irreversible, action: allow",
            "id: i, match: { path: '/**' }, class: irreversible")
        #expect(action(policy, "GET http://h/?a=x") == .allow)
        #expect(action(policy, "GET http://h/?a=x&a=y") == nil)
        #expect(
            verdict(policy, "GET http://h/?a=x&a=y") == "irreversible t/a"
                || verdict(policy, "GET http://h/?a=x&a=y") == "irreversible t/i")
        let alone = rules("id: a, match: { query.a: x }, class: irreversible, action: allow")
        #expect(verdict(alone, "GET http://h/?a=x&a=y") == "irreversible t/a")
        #expect(action(alone, "GET http://h/?a=x&a=y") == nil)
    }

    @Test func theStrictestActionOfAllReadingsHolds() {
        let policy = rules(
            "id: a, match: { method: POST, path: '/a' }, class: irreversible, action: allow",
            "id: b, match: { method: DELETE }, class: irreversible, action: block")
        #expect(action(policy, "POST http://h/a") == .allow)
        #expect(action(policy, "POST http://h/a", ["X-HTTP-Method-Override": "DELETE"]) == .block)
        let mixed = rules(
            "id: a, match: { query.a: x }, class: irreversible",
            "id: b, match: { query.a: y }, class: irreversible, action: block",
            "id: c, match: { query.a: z }, class: safe, action: hold")
        #expect(action(mixed, "GET http://h/?a=x") == nil)
        #expect(action(mixed, "GET http://h/?a=x&a=y") == .block)
        #expect(action(mixed, "GET http://h/?a=x&a=z") == .hold)
        #expect(verdict(mixed, "GET http://h/?a=z&a=x") == "irreversible t/a")
    }

    /// Policies of random rules over two places with three values each: whatever a call of one value per place leads
    /// to, the same call with a value doubled is judged no less strictly.
    @Test func noDoubledValueEscapesWhatThePlainCallMeets() {
        var random = PolicyRandom(seed: 7)
        let places = ["query.a", "query.b"]
        let values = ["x", "y", "z"]
        func test() -> String {
            let place = places[Int.random(in: 0..<2, using: &random)]
            let test = "\(place): \(values[Int.random(in: 0..<3, using: &random)])"
            return Bool.random(using: &random) ? test : "not: { \(test) }"
        }
        for _ in 0..<300 {
            var text = "policy: t\nrules:\n"
            for index in 0..<Int.random(in: 1...5, using: &random) {
                let match = Bool.random(using: &random) ? "any: [{ \(test()) }, { \(test()) }]" : test()
                let kind = ["safe", "irreversible", "irreversible, action: allow", "irreversible, action: block"]
                text +=
                    "  - { id: r\(index), match: { \(match) }, class: \(kind[Int.random(in: 0..<4, using: &random)]) }\n"
            }
            let policy = compile(text).policy
            let a = values.shuffled(using: &random), b = values.shuffled(using: &random)
            let plain = ["GET http://h/?a=\(a[0])&b=\(b[0])", "GET http://h/?a=\(a[1])&b=\(b[0])"]
            let doubled = [
                "GET http://h/?a=\(a[0])&a=\(a[1])&b=\(b[0])", "GET http://h/?a=\(a[1])&b=\(b[0])&a=\(a[0])",
            ]
            for call in doubled {
                for mode in Mode.allCases where mode != .observe {
                    let found = rank(policy, call, mode)
                    for one in plain where found < rank(policy, one, mode) {
                        Issue.record("\(call) is judged less strictly than \(one) in \(mode.rawValue) under\n\(text)")
                    }
                }
            }
        }
    }

    /// The same for batches of GraphQL and for repeated actions of AWS.
    @Test func noBatchEscapesWhatItsWorstPartMeets() {
        var random = PolicyRandom(seed: 11)
        let policies = [
            Self.safe("graphql: { operation: query }"),
            Self.safe("not: { graphql: { operation: mutation } }"),
            rules("id: i, match: { graphql: { operation: mutation } }, class: irreversible"),
            rules(
                "id: s, match: { graphql: { field: 'a*' } }, class: safe",
                "id: i, match: { graphql: { operation: mutation, field: 'b*' } }, class: irreversible"),
        ]
        for _ in 0..<200 {
            var parts = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                "query { a\(UInt8.random(in: 0...9, using: &random)) }"
            }
            parts.insert("mutation { b1 }", at: Int.random(in: 0...parts.count, using: &random))
            let batch = "[" + parts.map { #"{"query":"\#($0)"}"# }.joined(separator: ",") + "]"
            let members = "{" + parts.map { #""query":"\#($0)""# }.joined(separator: ",") + "}"
            for policy in policies {
                for body in [batch, members] {
                    let found = verdict(policy, "POST http://h/graphql", Self.json, body: Self.decoded(body))
                    #expect(found == "irreversible t/i", "\(body)")
                }
            }
        }
    }

    private func action(_ policy: CompiledPolicy, _ call: String, _ headers: [String: String] = [:]) -> RuleAction? {
        guard case .decided(let verdict) = policy.judge(facts(call, headers), body: .none, strict: false) else {
            return nil
        }
        return verdict.action
    }

    /// How strictly a call is treated: forwarded, sent under limits, held, recorded, blocked.
    private func rank(_ policy: CompiledPolicy, _ call: String, _ mode: Mode) -> Int {
        guard case .decided(let verdict) = policy.judge(facts(call), body: .none, strict: false) else { return -1 }
        switch Decision.of(verdict, mode: mode) {
        case .forward, .observe: return 0
        case .send: return 1
        case .hold: return 2
        case .record: return 3
        case .block: return 4
        }
    }
}
