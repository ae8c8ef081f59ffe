import Testing

@testable import GatePolicy

@Suite struct CompiledPolicyTests {
    @Test func theFirstRuleThatMatchesWins() {
        let policy = rules(
            "id: a, match: { path: /x }, class: safe",
            "id: b, match: { path: '/**' }, class: irreversible",
            "id: c, match: { method: GET }, class: safe")
        #expect(verdict(policy, "GET http://h/x") == "safe t/a")
        #expect(verdict(policy, "GET http://h/y") == "irreversible t/b")
    }

    @Test func filesAreJudgedInOrderAndDefaultLast() {
        func source(_ name: String) -> PolicySource {
            PolicySource(name: name, text: "policy: \(name)\nrules: [{ id: r, match: { path: /x }, class: safe }]\n")
        }
        let set = PolicySet.load(sources: ["default", "b", "a"].map(source))
        #expect(set.policy?.names == ["b", "a", "default"])
        #expect(set.policy.map { verdict($0, "GET http://h/x") } == "safe b/r")
    }

    @Test func onlyRulesOutsideOfDefaultAreSpecific() {
        for (name, isSpecific) in [("default", false), ("mine", true)] {
            let policy = compile("policy: \(name)\nrules: [{ id: r, match: {}, class: irreversible }]\n").policy
            guard case .decided(let verdict) = policy.judge(facts("GET http://h/"), body: .none, strict: false) else {
                Issue.record("not decided")
                continue
            }
            #expect(verdict.isSpecific == isSpecific)
        }
    }

    @Test func strictMakesUnclassifiedCallsIrreversible() {
        let policy = rules("id: a, match: { path: /known }, class: safe")
        #expect(verdict(policy, "GET http://h/known", strict: true) == "safe t/a")
        #expect(verdict(policy, "GET http://h/other", strict: true) == "irreversible strict")
        #expect(verdict(policy, "GET http://h/other") == "safe -")
    }

    @Test(arguments: [
        ("method: POST", "POST http://h/", "GET http://h/"),
        ("method: [PUT, PATCH]", "PATCH http://h/", "POST http://h/"),
        ("method: PROPFIND", "PROPFIND http://h/", "GET http://h/"),
        ("method: '*'", "GET http://h/", ""),
        ("scheme: https", "GET https://h/", "GET http://h/"),
        ("host: '*.example.com'", "GET http://a.example.com/", "GET http://a.b.example.com/"),
        ("host: '**.example.com'", "GET http://example.com/", "GET http://example.org/"),
        ("host: { matches: '^a' }", "GET http://ab/", "GET http://ba/"),
        ("port: 8443", "GET https://h:8443/", "GET https://h/"),
        ("port: { gte: 8000 }", "GET https://h:8443/", "GET https://h/"),
        ("path: '/v1/{a,b}/**'", "GET http://h/v1/b", "GET http://h/v1/c/d"),
        ("path: { matches: '^/v[0-9]+/a$' }", "GET http://h/v12/a", "GET http://h/v/a"),
        ("query.a: x", "GET http://h/?b=y&a=x", "GET http://h/?a=y"),
        ("query.a: { exists: false }", "GET http://h/?b=1", "GET http://h/?a="),
        ("any: [{ path: /a }, { path: /b }]", "GET http://h/b", "GET http://h/c"),
        ("all: [{ path: '/a/**' }, { path: '/**/b' }]", "GET http://h/a/x/b", "GET http://h/a/x"),
        ("path: '/**', not: { path: /a }", "GET http://h/b", "GET http://h/a"),
        ("path: '/**/*delete*'", "GET http://h/x/undelete-it", "GET http://h/x/del"),
    ])
    func aMatcherMeetsAndMisses(_ match: String, _ hit: String, _ miss: String) {
        let policy = rules("id: a, match: { \(match) }, class: irreversible")
        #expect(verdict(policy, hit) == "irreversible t/a")
        if !miss.isEmpty { #expect(verdict(policy, miss) == "safe -") }
    }

    @Test(arguments: [
        ("form.amount: { gt: 100 }", "application/x-www-form-urlencoded", "amount=101", "amount=99"),
        ("json./a/b: [x, y]", "application/json", #"{"a":{"b":"y"}}"#, #"{"a":{"b":"z"}}"#),
        ("json./confirm: 'true'", "application/json", #"{"confirm":true}"#, #"{"confirm":false}"#),
        ("body: 'dro+p'", "text/plain", "please drooop it", "please do"),
        (
            "graphql: { operation: mutation, field: 'delete*' }", "application/json",
            #"{"query":"mutation { deleteIssue { id } }"}"#, #"{"query":"query { deleteIssue { id } }"}"#
        ),
    ])
    func aMatcherOnTheBodyMeetsAndMisses(_ match: String, _ type: String, _ hit: String, _ miss: String) {
        let policy = rules("id: a, match: { \(match) }, class: irreversible")
        let headers = ["Content-Type": type]
        #expect(verdict(policy, "POST http://h/", headers, body: .decoded(Array(hit.utf8))) == "irreversible t/a")
        #expect(verdict(policy, "POST http://h/", headers, body: .decoded(Array(miss.utf8))) == "safe -")
        #expect(verdict(policy, "POST http://h/", headers, body: .unread) == "needs body")
        #expect(verdict(policy, "POST http://h/", headers, body: .unreadable) == "needs body")
    }

    @Test func theBodyIsAskedForOnlyWhereTheVerdictDependsOnIt() {
        let policy = rules(
            "id: upload, match: { method: PUT, path: '/files/**' }, class: safe",
            "id: amount, match: { method: [PUT, POST], json./amount: { gt: 5 } }, class: irreversible",
            "id: rest, match: { method: POST }, class: irreversible")
        let headers = ["Content-Type": "application/json"]
        #expect(verdict(policy, "PUT http://h/files/a", headers, body: .unread) == "safe t/upload")
        #expect(verdict(policy, "PUT http://h/b", headers, body: .unread) == "needs body")
        #expect(verdict(policy, "GET http://h/b", headers, body: .unread) == "safe -")
        #expect(verdict(policy, "POST http://h/b", headers, body: .decoded(Array("{}".utf8))) == "irreversible t/rest")
    }

    @Test func aBodyThatCannotBeParsedCountsAgainstTheCall() {
        let headers = ["Content-Type": "application/json"]
        let broken = BodyEvidence.decoded(Array(#"{"a": "#.utf8))
        #expect(
            verdict(rules("id: a, match: { json./a: 1 }, class: irreversible"), "POST http://h/", headers, body: broken)
                == "irreversible t/a")
        #expect(
            verdict(
                rules("id: a, match: { json./a: 1 }, class: safe"), "POST http://h/", headers, body: broken,
                strict: true)
                == "irreversible strict")
    }

    @Test func anyIrreversibleReadingWins() {
        let policy = rules(
            "id: delete, match: { method: DELETE }, class: irreversible",
            "id: post, match: { method: POST }, class: safe")
        #expect(verdict(policy, "POST http://h/x") == "safe t/post")
        #expect(verdict(policy, "POST http://h/x", ["X-HTTP-Method-Override": "DELETE"]) == "irreversible t/delete")
        #expect(verdict(policy, "POST http://h/x?_method=delete") == "irreversible t/delete")
        #expect(verdict(policy, "delete http://h/x") == "irreversible t/delete")
    }

    @Test(arguments: [
        "/v1/charges", "//v1/charges", "/v1/./charges", "/v1/x/../charges", "/v1/%63harges", "/V1/Charges",
        "/v1/charges/",
    ])
    func noSpellingOfAPathEscapesItsRule(_ path: String) {
        let policy = rules("id: a, match: { method: POST, path: /v1/charges }, class: irreversible")
        #expect(verdict(policy, "POST http://h\(path)") == "irreversible t/a")
    }

    @Test func onlyRulesOnHostAndPortMeetATunnel() {
        let policy = rules(
            "id: path, match: { path: '/**' }, class: irreversible",
            "id: post, match: { not: { method: GET } }, class: irreversible",
            "id: host, match: { host: bank.example, port: 443 }, class: irreversible")
        func tunnel(_ host: String) -> String {
            let facts = RequestFacts(
                bytes: Array("CONNECT".utf8), method: 0..<7, scheme: .connect, host: host, port: 443, path: 7..<7,
                query: nil, fields: [])
            guard case .decided(let verdict) = policy.judge(facts, body: .none, strict: false) else {
                return "needs body"
            }
            return verdict.rule ?? "-"
        }
        #expect(tunnel("bank.example") == "t/host")
        #expect(tunnel("other.example") == "-")
    }

    @Test func aRuleOfItsFilesHostIsNotMetElsewhere() {
        let policy = compile(
            """
            policy: t
            hosts: [a.example, "*.b.example"]
            rules:
              - { id: r, match: { method: POST }, class: irreversible }
              - { id: other, match: { host: c.example }, class: irreversible }
            """
        ).policy
        #expect(verdict(policy, "POST http://a.example/") == "irreversible t/r")
        #expect(verdict(policy, "POST http://x.b.example/") == "irreversible t/r")
        #expect(verdict(policy, "POST http://c.example/") == "irreversible t/other")
        #expect(verdict(policy, "POST http://d.example/") == "safe -")
    }

    @Test func anEarlierLimitReplacesALaterOneAndUnlimitedSwitchesItOff() {
        let set = PolicySet.load(sources: [
            PolicySource(
                name: "a",
                text:
                    "policy: a\nlimits:\n  - { id: x, match: {}, max: 5, per: 1m }\n  - { id: y, match: {}, max: unlimited }\n"
            ),
            PolicySource(
                name: "b",
                text:
                    "policy: b\nlimits:\n  - { id: y, match: {}, max: 1, per: 1m }\n  - { id: x, match: {}, max: 1, per: 1m }\n"
            ),
        ])
        #expect(set.policy?.limits.map(\.id) == ["x"])
        #expect(set.policy?.limits.first?.max == 5)
    }

    @Test func theShippedDefaultsAreTheContracts() throws {
        let policy = try #require(PolicySet.load(sources: BuiltInPacks.sources).policy)
        let api = try #require(policy.limits.first { $0.id == "api" })
        #expect(api.max == 1000 && api.per == .seconds(60) && !api.enforce)
        let payment = try #require(policy.limits.first { $0.id == "payment" })
        #expect(payment.max == 100 && payment.per == .seconds(3600) && payment.enforce)
        let call = facts("POST https://api.stripe.com/v1/charges")
        guard case .decided(let verdict) = policy.judge(call, body: .none, strict: false) else { return }
        #expect(policy.limits(for: verdict, call, body: .none).map { policy.limits[$0].id } == ["payment", "api"])
        let idempotency = policy.idempotency(for: verdict, call, body: .none)
        #expect(idempotency.isUpstreamIdempotent && idempotency.ttl == .seconds(3600))
        #expect(idempotency.sources == [.header("idempotency-key")])
        #expect(policy.retries(for: verdict, call, body: .none) == RetryRule())
    }

    @Test func theShippedPacksAreFaultlessAndTheirTestsPass() throws {
        let set = PolicySet.check(sources: BuiltInPacks.sources)
        #expect(set.diagnostics.map(\.description) == [])
        let results = try #require(set.policy).runTests()
        #expect(results.count > 20)
        #expect(results.compactMap { $0.diagnostic?.description } == [])
    }

    @Test func aFailedTestSaysWhatDiffersAndWhere() {
        let policy = compile(
            "policy: t\nrules: [{ id: a, match: {}, class: safe }]\ntests:\n  - { call: GET http://h/, expect: { class: irreversible, rule: t/b } }\n"
        ).policy
        #expect(
            policy.runTests().compactMap { $0.diagnostic?.description } == [
                "p.yaml:4:5: error: GET http://h/: class is safe, expected irreversible; rule is t/a, expected t/b"
            ])
    }

    @Test func theDigestTellsPoliciesApart() {
        #expect(rules("id: a, match: {}, class: safe").digest.count == 64)
        #expect(rules("id: a, match: {}, class: safe").digest != rules("id: b, match: {}, class: safe").digest)
    }

    @Test func anExplanationNamesTheRuleItsConditionsAndTheNearMisses() throws {
        let policy = try #require(PolicySet.load(sources: BuiltInPacks.sources).policy)
        let body = BodyEvidence.decoded(Array("amount=5".utf8))
        let call = facts(
            "POST https://api.stripe.com/v1/payment_intents", ["Content-Type": "application/x-www-form-urlencoded"])
        let explanation = policy.explain(call, body: body, strict: false, mode: .dryRun)
        #expect(explanation.rule == "stripe/payment-intent" && explanation.decision == "forward")
        #expect(explanation.conditions.allSatisfy { $0.outcome == "yes" })
        #expect(
            explanation.nearMisses.contains {
                $0.rule == "stripe/payment-intent-confirmed" && $0.failed == ["form.confirm true"]
            })
        #expect(explanation.text.contains("stripe/payment-intent"))
    }
}
