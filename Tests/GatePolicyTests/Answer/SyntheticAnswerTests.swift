import Foundation
import Testing

@testable import GatePolicy

@Suite struct SyntheticAnswerTests {
    private let context = AnswerContext(callID: "01JDXK3Z-ABC", now_us: 1_700_000_000_500_000)

    private func answer(
        _ respond: String, _ call: String = "POST http://h/v1/pi_9/confirm?q=z", _ headers: [String: String] = [:],
        body: BodyEvidence = .none
    ) -> SyntheticAnswer {
        let (policy, faults) = compile(
            "policy: t\nrules:\n  - id: a\n    match: {}\n    class: irreversible\n    respond: \(respond)\n")
        #expect(faults == [])
        let request = facts(call, headers)
        guard case .decided(let verdict) = policy.judge(request, body: body, strict: false) else {
            Issue.record("not decided")
            return SyntheticAnswer(status: 0, headers: [], body: [])
        }
        return policy.answer(for: verdict, request, body: body, context: context)
    }

    private func text(_ answer: SyntheticAnswer) -> String { String(decoding: answer.body, as: UTF8.self) }

    @Test func withoutRespondTheAnswerNamesTheCall() {
        let policy = rules("id: a, match: {}, class: irreversible")
        let answer = policy.answer(
            for: Classification(class: .irreversible), facts("GET http://h/"), body: .none, context: context)
        #expect(
            answer
                == SyntheticAnswer(
                    status: 200, headers: [("Content-Type", "application/json")],
                    body: Array(#"{"dry_run":true,"call":"01JDXK3Z-ABC"}"#.utf8)))
    }

    @Test func wholeValuesKeepTheirTypes() {
        let form = ["Content-Type": "application/x-www-form-urlencoded"]
        let body = BodyEvidence.decoded(Array("amount=2000&zero=007&name=a%22b&big=99999999999999999999".utf8))
        let answer = answer(
            #"{ json: { a: "{{form.amount}}", z: "{{form.zero}}", n: "{{form.name}}", b: "{{form.big}}", m: "{{form.none}}", t: "{{now}}", i: "x_{{id}}", p: "{{path.2}}", q: "{{query.q}}", d: true } }"#,
            "POST http://h/v1/pi_9/confirm?q=z", form, body: body)
        #expect(
            text(answer)
                == #"{"a":2000,"z":"007","n":"a\"b","b":"99999999999999999999","m":null,"t":1700000000,"i":"x_01jdxk3zabc","p":"pi_9","q":"z","d":true}"#
        )
        #expect(answer.headers.map(\.name) == ["Content-Type"])
    }

    @Test func jsonValuesAreRepeatedAsTheyWere() {
        let body = BodyEvidence.decoded(Array(#"{"n":1.50,"b":false,"o":{"x":[1,"a"]},"s":"5","z":null}"#.utf8))
        let answer = answer(
            #"{ status: 201, json: ["{{json./n}}", "{{json./b}}", "{{json./o}}", "{{json./s}}", "{{json./z}}", "{{json./none}}", "n={{json./n}}"] }"#,
            "POST http://h/", ["Content-Type": "application/json"], body: body)
        #expect(answer.status == 201)
        #expect(text(answer) == #"[1.50,false,{"x":[1,"a"]},"5",null,null,"n=1.50"]"#)
    }

    @Test func timesAreWrittenInISO() {
        #expect(text(answer(#"{ body: "{{now.iso}}" }"#)) == "2023-11-14T22:13:20Z")
        #expect(ISOTime.text(0) == "1970-01-01T00:00:00Z")
        #expect(ISOTime.text(951_782_400) == "2000-02-29T00:00:00Z")
        #expect(ISOTime.text(Int64.max) == "9999-12-31T23:59:59Z")
    }

    @Test func aValueCannotBreakOutOfATextBody() {
        let call = "POST http://h/?v=%3Ca%3E%26%22%0D%0A"
        #expect(
            text(answer(#"{ headers: { Content-Type: text/xml }, body: "<v>{{query.v}}</v>" }"#, call))
                == "<v>&lt;a&gt;&amp;&quot;\r\n</v>")
        #expect(
            text(answer(#"{ headers: { Content-Type: application/json }, body: '{"v":"{{query.v}}"}' }"#, call))
                == #"{"v":"<a>&\"\r\n"}"#)
    }

    @Test func aValueCannotAddAHeader() {
        let answer = answer(
            #"{ status: 204, headers: { X-Echo: "a{{query.v}}b" } }"#, "POST http://h/?v=%0D%0AX-Evil:%201%00")
        #expect(answer.headers.map(\.value) == ["aX-Evil: 1b"])
        #expect(answer.body.isEmpty)
    }

    @Test func aRefusalIsShapedByItsRule() throws {
        let policy = compile(
            #"""
            policy: t
            rules:
              - id: a
                match: {}
                class: irreversible
                refuse: { status: 402, json: { error: { message: "{{refusal.detail}}", status: "{{refusal.status}}" } } }
              - { id: b, match: {}, class: safe }
            """#
        ).policy
        let request = facts("POST http://h/")
        guard case .decided(let verdict) = policy.judge(request, body: .none, strict: false) else { return }
        let answer = try #require(
            policy.refusal(
                for: verdict, request, body: .none, context: context, fields: ["detail": "no \"way\"", "status": "403"])
        )
        #expect(answer.status == 402)
        #expect(text(answer) == #"{"error":{"message":"no \"way\"","status":403}}"#)
        #expect(
            policy.refusal(for: Classification(class: .safe), request, body: .none, context: context, fields: [:])
                == nil)
    }

    @Test func whateverBytesComeTheAnswerIsJSON() throws {
        var generator = PolicyRandom(seed: 5)
        for _ in 0..<300 {
            let bytes = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            let seeds = [Array(#"{"a":"#.utf8) + bytes + Array("}".utf8), bytes, Array("a=".utf8) + bytes]
            for (index, body) in seeds.enumerated() {
                let type = index == 0 ? "application/json" : "application/x-www-form-urlencoded"
                let answer = answer(
                    #"{ json: { a: "{{json./a}}", b: "x{{json./a}}y", c: "{{form.a}}", d: "x{{form.a}}y", e: "{{json.}}" } }"#
                        .replacing(#", e: "{{json.}}""#, with: ""),
                    "POST http://h/", ["Content-Type": type], body: .decoded(body))
                let parsed = try? JSONSerialization.jsonObject(with: Data(answer.body))
                #expect(parsed is [String: Any], "\(body) gave \(text(answer))")
            }
        }
    }

    @Test func noTemplateTextCrashesTheCompiler() {
        var generator = PolicyRandom(seed: 11)
        let pieces = [
            "{{", "}}", "{", "}", "id", "form.", "json./", "path.", "99999999999999999999", " ", "é", ".", "~",
        ]
        for _ in 0..<3000 {
            let text = (0..<Int.random(in: 0...9, using: &generator))
                .map { _ in pieces[Int.random(in: 0..<pieces.count, using: &generator)] }.joined()
            _ = try? TextTemplate(text, allowsRefusal: false)
        }
    }
}
