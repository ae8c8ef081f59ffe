import Testing

@testable import GatePolicy

@Suite struct PolicyParserTests {
    @Test func aFaultIsReportedWithFileLineColumnAndTheWordError() {
        let faults = compile("policy: t\nrules:\n  - id: a\n    match: { methd: GET }\n    class: safe\n").faults
        #expect(faults == ["p.yaml:4:14: error: unknown key `methd`: did you mean `method`?"])
    }

    @Test func everyFaultOfAFileIsReported() {
        let faults = compile(
            """
            policy: t
            hosts: []
            rules:
              - id: a
                match: { path: "/{a" }
                class: unsafe
              - id: b
                match: { method: GET }
                class: safe
                severity: [1]
            limits:
              - { id: l, match: {}, max: many, per: 5 }
            nonsense: 1
            """
        ).faults
        let lines = Set(faults.compactMap { $0.split(separator: ":").dropFirst().first.map(String.init) })
        #expect(lines.isSuperset(of: ["2", "5", "6", "10", "12", "13"]), "\(faults)")
    }

    @Test(arguments: [
        ("", "the file has no content"),
        ("# only a comment\n", "the file has no content"),
        ("---\n", "the file has no content"),
        ("policy: t\n", "the file has no content"),
        ("policy: t\nrules: []\n", "`rules` is empty"),
        ("- a\n", "expected a mapping"),
        ("policy: t\nrules: 3\n", "`rules` must be a list"),
        ("policy: t\nrules:\n  - match: {}\n    class: safe\n", "the key `id` is missing"),
        (
            "policy: t\nrules:\n  - { id: a, match: {}, class: safe }\n  - { id: a, match: {}, class: safe }\n",
            "used twice"
        ),
        ("policy: t\nrules:\n  - { id: a b, match: {}, class: safe }\n", "`id` must be"),
        (
            "policy: t\nrules:\n  - { id: a, match: { kind: payment }, class: safe }\n",
            "limits, retries and idempotency only"
        ),
        ("policy: t\nrules:\n  - { id: a, match: { query: x }, class: safe }\n", "needs a name"),
        ("policy: t\nrules:\n  - { id: a, match: { port: https }, class: safe }\n", "`port` is never `https`"),
        ("policy: t\nrules:\n  - { id: a, match: { port: [443, 65536] }, class: safe }\n", "`port` is never `65536`"),
        (
            "policy: t\nrules:\n  - { id: a, match: { graphql: { operation: mutate } }, class: safe }\n",
            "`graphql.operation` is never `mutate`"
        ),
        ("policy: t\nrules:\n  - { id: a, match: { json.a: x }, class: safe }\n", "json.a"),
        ("policy: t\nrules:\n  - { id: a, match: { body: '(' }, class: safe }\n", "`body`"),
        ("policy: t\nrules:\n  - { id: a, match: { form.a: { gt: x } }, class: safe }\n", "must be a number"),
        ("policy: t\nrules:\n  - { id: a, match: { form.a: {} }, class: safe }\n", "no comparison"),
        ("policy: t\nrules:\n  - { id: a, match: { any: [] }, class: safe }\n", "`any` is empty"),
        ("policy: t\nrules:\n  - { id: a, match: { method: }, class: safe }\n", "has no value"),
        ("policy: t\nrules:\n  - { id: a, match: { path: *x }, class: safe }\n", "quote a glob"),
        ("policy: t\nrules:\n  - { id: a, match: { <<: {} }, class: safe }\n", "merge keys"),
        ("policy: t\nrules: [\n", "not valid YAML"),
        ("policy: t\n---\npolicy: u\n", "not valid YAML"),
        ("policy: t\nlimits:\n  - { id: l, match: {}, max: 1 }\n", "`per` is missing"),
        ("policy: t\nlimits:\n  - { id: l, match: {}, max: 1, per: 1h, key: [nothing] }\n", "`nothing` is none of"),
        ("policy: t\nlimits:\n  - { id: l, match: {}, max: 1, per: 1h, sum: host }\n", "`sum` must be"),
        ("policy: t\nretries:\n  - { match: {}, on: [200] }\n", "`on` holds"),
        ("policy: t\nretries:\n  - { match: {}, base: 5 seconds }\n", "must be a duration"),
        ("policy: t\nidempotency:\n  - { match: {}, without_key: derve }\n", "did you mean `derive`?"),
        (
            "policy: t\nrules:\n  - { id: a, match: {}, class: safe, respond: { status: 204, json: {} } }\n",
            "has no body"
        ),
        ("policy: t\nrules:\n  - { id: a, match: {}, class: safe, respond: { status: 99 } }\n", "`status` must be"),
        (
            "policy: t\nrules:\n  - { id: a, match: {}, class: safe, respond: { body: '{{idd}}' } }\n",
            "did you mean `id`?"
        ),
        ("policy: t\nrules:\n  - { id: a, match: {}, class: safe, respond: { body: '{{id' } }\n", "without `}}`"),
        (
            "policy: t\nrules:\n  - { id: a, match: {}, class: safe, respond: { body: '{{refusal.detail}}' } }\n",
            "in `refuse` only"
        ),
        (
            "policy: t\nrules:\n  - { id: a, match: {}, class: safe, respond: { headers: { Content-Length: 1 } } }\n",
            "the gate itself"
        ),
        ("policy: t\ntests:\n  - { call: GET, expect: { class: safe } }\n", "a method and a URL"),
        ("policy: t\ntests:\n  - { call: GET ftp://x/, expect: { class: safe } }\n", "not an absolute"),
    ])
    func aFaultyFileIsRefusedWithAReason(_ text: String, _ reason: String) {
        let faults = compile(text).faults
        #expect(faults.contains { $0.contains(reason) && $0.contains(": error: ") }, "\(faults)")
    }

    @Test func everyRepeatedKeyIsReportedAtItsSecondPlace() {
        let faults = compile(
            "policy: t\nrules:\n  - id: a\n    match: { method: GET, path: /a, method: PUT }\n    class: safe\n    class: safe\n"
        ).faults
        #expect(
            faults == [
                "p.yaml:4:37: error: the key `method` is given twice, first in line 4",
                "p.yaml:6:5: error: the key `class` is given twice, first in line 5",
            ])
    }

    @Test func anAnchorBombEndsInAFault() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...12 {
            let names = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(names)]\n"
        }
        #expect(compile(text).faults.contains { $0.contains("values, aliases expanded") })
    }

    @Test(arguments: ["? *a\n: 1\n", "{*a : 1}\n", "{[*a]: 1}\n"])
    func aliasesInKeysAreRefusedBeforeTheyAreCompared(_ key: String) {
        #expect(compile("policy: &a [t]\n" + key).faults.contains { $0.contains("in keys") })
    }

    @Test func deepNestingEndsInAFault() {
        for depth in [70, 900, 5000] {
            let deep = "policy: " + String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            #expect(!compile(deep).faults.isEmpty)
        }
        let conditions = String(repeating: "not: { ", count: 30) + "method: GET" + String(repeating: " }", count: 30)
        let faults = compile("policy: t\nrules:\n  - { id: a, match: { \(conditions) }, class: safe }\n").faults
        #expect(faults.contains { $0.contains("nested deeper") })
    }

    @Test func aFileOverFourMebibytesIsRefused() {
        let text = "policy: t\n" + String(repeating: "# padding padding padding\n", count: 170_000)
        #expect(compile(text).faults == ["p.yaml:1:1: error: the file is larger than 4 MiB"])
    }

    @Test func anchorsMaySpareRepetition() {
        let text = """
            policy: t
            rules:
              - { id: a, match: { method: POST, path: /a }, class: irreversible, idempotency: &k { header: X-Key } }
              - { id: b, match: { method: POST, path: /b }, class: irreversible, idempotency: *k }
            """
        #expect(compile(text).faults.isEmpty)
    }

    @Test func twoFilesMayNotHaveOneName() {
        let source = PolicySource(name: "a.yaml", text: "policy: t\nrules: [{ id: a, match: {}, class: safe }]\n")
        let set = PolicySet.load(sources: [source, PolicySource(name: "b.yaml", text: source.text)])
        #expect(
            set.diagnostics.map(\.description) == ["b.yaml:1:1: error: the policy name `t` is already used by a.yaml"])
    }

    @Test func noTextCrashesTheParser() {
        var generator = PolicyRandom(seed: 7)
        let base = BuiltInPacks.text("stripe") ?? ""
        let bytes = Array(base.utf8.prefix(6000))
        let marks = Array("{}[]:,*&#\"'\n -?|>%@`!\t".utf8)
        for _ in 0..<150 {
            var text = bytes
            for _ in 0..<Int.random(in: 1...12, using: &generator) {
                let place = Int.random(in: 0..<text.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: text[place] = marks[Int.random(in: 0..<marks.count, using: &generator)]
                case 1: text.remove(at: place)
                default: text.insert(marks[Int.random(in: 0..<marks.count, using: &generator)], at: place)
                }
            }
            let set = PolicySet.check(sources: [PolicySource(name: "f", text: String(decoding: text, as: UTF8.self))])
            #expect(set.policy != nil || !set.diagnostics.isEmpty)
        }
    }

    @Test(arguments: [
        ("500ms", Duration.milliseconds(500)), ("5s", .seconds(5)), ("10m", .seconds(600)), ("1h", .seconds(3600)),
        ("30d", .seconds(2_592_000)), ("2w", .seconds(1_209_600)),
    ])
    func durationsAreReadAndWritten(_ text: String, _ duration: Duration) {
        #expect(Quantity.duration(text) == duration)
        #expect(Quantity.duration(Quantity.text(duration)) == duration)
    }

    @Test(arguments: ["", "5", "s", "-5s", "5 s", "1.5h", "99999999999999999999s", "9999999999h", "5S"])
    func whatIsNoDurationIsRefused(_ text: String) {
        #expect(Quantity.duration(text) == nil)
    }

    @Test func byteCountsAreRead() {
        #expect(Quantity.byteCount("64KiB") == 65_536)
        #expect(Quantity.byteCount("1MiB") == 1_048_576)
        #expect(Quantity.byteCount("512") == 512)
        #expect(Quantity.byteCount("64 KiB") == nil)
        #expect(Quantity.byteCount("9999999999999GiB") == nil)
    }
}
