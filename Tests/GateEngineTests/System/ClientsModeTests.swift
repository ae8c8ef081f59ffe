import Foundation
import Testing

/// Every row of the table of modes, over both schemes: what the client sees, what the origin got, what the journal says.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct ClientsModeTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var mode: String
        var status: Int
        var outcome: String
        var reachesOrigin: Bool
        var testDescription: String { mode }
    }

    static let rows = [
        Row(mode: "live", status: 200, outcome: "forwarded", reachesOrigin: true),
        Row(mode: "dry-run", status: 200, outcome: "recorded", reachesOrigin: false),
        Row(mode: "block", status: 403, outcome: "blocked", reachesOrigin: false),
        Row(mode: "hold", status: 403, outcome: "held", reachesOrigin: false),
        Row(mode: "observe", status: 200, outcome: "observed", reachesOrigin: true),
    ]

    @Test(arguments: rows, ["http", "https"])
    func `A mode forwards the safe call and does its own with the irreversible one`(_ row: Row, _ scheme: String) throws
    {
        try ClientScene.with { scene in
            let origin = scheme == "http" ? scene.plain : scene.secure
            let config = try scene.write("c.yaml", "version: 1\njournal: { calls: all }\nhold: { wait: 0s }\n")
            try ServedScene.with(scene, ["--config", config, "--mode", row.mode]) { gate in
                let read = try gate.curl([origin.url + "/read?a=%20b", "-H", "X-Correlation-ID: mine-1"])
                #expect(read.status == 200, "\(read.error)")
                #expect(read.json["path"] as? String == "/read?a=%20b")
                #expect(read.header("X-Correlation-ID") == "mine-1")
                #expect(read.header("Stoplog-Call")?.count == 26)
                #expect(read.header("Proxy-Status") == nil)

                let gone = try gate.curl(["-X", "DELETE", origin.url + "/users/7", "-H", "Stoplog-Session: s-1"])
                #expect(gone.status == row.status, "\(gone.body)\(gone.error)")
                try checkAnswer(gone, row, origin.url + "/users/7")

                let reached = origin.seen
                #expect(reached.map(\.method) == (row.reachesOrigin ? ["GET", "DELETE"] : ["GET"]))
                #expect(reached.first?.header("X-Correlation-ID") == "mine-1")
                #expect(
                    reached.allSatisfy { $0.header("Stoplog-Session") == nil && $0.header("Proxy-Connection") == nil })

                let id = try #require(gone.header("Stoplog-Call"))
                if !row.reachesOrigin {
                    let told = try #require(
                        try scene.journal(["--class", "irreversible"]).first?["response"] as? [String: Any])
                    #expect(told["body"] as? String == gone.body, "the journal holds what the client got")
                }
                try checkJournal(scene, id, row, origin.url + "/users/7")
                let safe = try scene.journal(["--class", "safe"])
                #expect(safe.map { $0["outcome"] as? String } == [row.mode == "observe" ? "observed" : "forwarded"])
                #expect(safe.first?["correlation_id"] as? String == "mine-1")
            }
            try #expect(scene.stoplog(["log", "verify", "--state", scene.state]).status == 0)
        }
    }

    private func checkAnswer(_ answer: CurlAnswer, _ row: Row, _ url: String) throws {
        let id = try #require(answer.header("Stoplog-Call"))
        switch row.outcome {
        case "recorded":
            #expect(answer.header("Stoplog-Verdict") == "recorded")
            #expect(answer.header("Content-Type") == "application/json")
            #expect(answer.body == "{\"dry_run\":true,\"call\":\"\(id)\"}")
        case "blocked", "held":
            let type = row.outcome == "blocked" ? "blocked" : "hold-expired"
            try ProblemCheck.expect(answer, type, 403)
            let json = answer.json
            #expect(json["rule"] as? String == "default/delete")
            #expect(json["class"] as? String == "irreversible")
            #expect(json["kind"] as? String == "delete")
            #expect(json["mode"] as? String == row.mode)
            #expect((json["detail"] as? String)?.hasPrefix("DELETE \(url) matched default/delete (delete)") == true)
        default:
            #expect(answer.json["method"] as? String == "DELETE")
            #expect(answer.header("Stoplog-Verdict") == nil)
        }
    }

    private func checkJournal(_ scene: ClientScene, _ id: String, _ row: Row, _ url: String) throws {
        let call = try #require(try scene.journal(["--class", "irreversible"]).first)
        #expect(call["id"] as? String == id)
        #expect(call["outcome"] as? String == row.outcome)
        #expect(call["mode"] as? String == row.mode)
        #expect(call["session"] as? String == "s-1")
        #expect(call["rule"] as? String == "default/delete")
        #expect(call["url"] as? String == url)
        #expect((call["response"] as? [String: Any])?["status"] as? Int == row.status)
        #expect(call["would"] as? String == (row.mode == "observe" ? "recorded" : nil))
        let formats = try ["table", "har", "curl"].map { format in
            try scene.stoplog(["log", "--state", scene.state, "--format", format, "--class", "irreversible"])
        }
        #expect(formats[0].out.contains(id) && formats[0].out.contains(row.outcome))
        let archive = try JSONSerialization.jsonObject(with: Data(formats[1].out.utf8)) as? [String: Any]
        let entries = (archive?["log"] as? [String: Any])?["entries"] as? [[String: Any]]
        #expect((entries?.first?["request"] as? [String: Any])?["url"] as? String == url)
        #expect(formats[2].out.contains("curl") && formats[2].out.contains(url) && formats[2].out.contains("DELETE"))
        let whole = try scene.stoplog(["log", id, "--state", scene.state])
        #expect(whole.status == 0 && whole.out.contains(id))
    }

    static let policy = """
        policy: mine
        rules:
          - { id: allowed, match: { method: DELETE, path: /allowed }, class: irreversible, action: allow }
          - { id: blocked, match: { method: DELETE, path: /blocked }, class: irreversible, action: block }
          - { id: recorded, match: { method: DELETE, path: /recorded }, class: irreversible, action: record }
          - { id: held, match: { method: DELETE, path: /held }, class: irreversible, action: hold }
          - { id: known, match: { method: GET, path: /known }, class: safe }
          - id: typed
            match: { method: POST, path: "/typed/*" }
            class: irreversible
            respond:
              status: 201
              headers: { X-Made-By: "{{path.1}}" }
              json: { id: "x_{{id}}", amount: "{{json./amount}}", list: "{{json./list}}", none: "{{json./missing}}", text: "n={{json./amount}}", at: "{{now}}", who: "{{header.x-who}}" }
          - id: form
            match: { method: POST, path: /form }
            class: irreversible
            respond: { status: 200, json: { amount: "{{form.amount}}", name: "{{form.name}}" } }
          - id: empty
            match: { method: POST, path: /empty }
            class: irreversible
            respond: { status: 204 }
          - id: shaped
            match: { method: POST, path: /shaped }
            class: irreversible
            action: block
            refuse: { status: 402, json: { fault: "{{refusal.detail}}", code: "{{refusal.code}}" } }
        """

    /// What each action makes of each mode; `block` is the kill switch, `observe` ignores actions.
    static let actions: [(mode: String, outcomes: [String])] = [
        ("live", ["forwarded", "blocked", "recorded", "held"]),
        ("dry-run", ["forwarded", "blocked", "recorded", "recorded"]),
        ("hold", ["forwarded", "blocked", "recorded", "held"]),
        ("block", ["blocked", "blocked", "blocked", "blocked"]),
        ("observe", ["observed", "observed", "observed", "observed"]),
    ]

    @Test(arguments: actions)
    func `An action tightens its mode and allow lifts out of it`(_ mode: String, _ outcomes: [String]) throws {
        try ClientScene.with { scene in
            let policy = try scene.write("p.yaml", Self.policy)
            let config = try scene.write("c.yaml", "version: 1\nhold: { wait: 0s }\n")
            try ServedScene.with(scene, ["--config", config, "--mode", mode, "--policy", policy]) { gate in
                for path in ["allowed", "blocked", "recorded", "held"] {
                    _ = try gate.curl(["-X", "DELETE", "\(scene.plain.url)/\(path)"])
                }
                let calls = try scene.journal()
                #expect(calls.map { $0["outcome"] as? String } == outcomes)
                #expect(
                    calls.map { $0["rule"] as? String } == [
                        "mine/allowed", "mine/blocked", "mine/recorded", "mine/held",
                    ])
                let passed = outcomes.filter { $0 == "forwarded" || $0 == "observed" }.count
                #expect(scene.plain.seen.count == passed)
            }
        }
    }

    @Test
    func `Strict holds every call that no rule classifies for irreversible`() throws {
        try ClientScene.with { scene in
            let policy = try scene.write("p.yaml", Self.policy)
            try ServedScene.with(scene, ["--mode", "block", "--strict", "--policy", policy]) { gate in
                let unknown = try gate.curl([scene.plain.url + "/unknown"])
                try ProblemCheck.expect(unknown, "blocked", 403)
                #expect(unknown.json["rule"] as? String == "strict")
                try #expect(gate.curl([scene.plain.url + "/known"]).status == 200)
                #expect(scene.plain.seen.map(\.path) == ["/known"])
            }
        }
    }

    @Test
    func `A synthetic answer is typed by its template`() throws {
        try ClientScene.with { scene in
            let policy = try scene.write("p.yaml", Self.policy)
            try ServedScene.with(scene, ["--mode", "dry-run", "--policy", policy]) { gate in
                let typed = try gate.curl([
                    scene.plain.url + "/typed/a%20b", "-H", "Content-Type: application/json", "-H", "X-Who: me \"you\"",
                    "-d",
                    #"{"amount": 12.50, "list": [1, "a"]}"#,
                ])
                #expect(typed.status == 201)
                #expect(typed.header("Stoplog-Verdict") == "recorded")
                let json = typed.json
                #expect(typed.body.contains(#""amount":12.50"#), "\(typed.body)")
                #expect((json["id"] as? String)?.hasPrefix("x_") == true)
                #expect(json["none"] is NSNull)
                #expect(json["text"] as? String == "n=12.50")
                #expect((json["list"] as? [Any])?.count == 2)
                #expect((json["at"] as? Int ?? 0) > 1_700_000_000)
                #expect(json["who"] as? String == "me \"you\"")
                let form = try gate.curl([scene.plain.url + "/form", "-d", "amount=200&name=Sam+Lee"])
                #expect(form.body == #"{"amount":200,"name":"Sam Lee"}"#)
                let empty = try gate.curl([scene.plain.url + "/empty", "-d", "x"])
                #expect(empty.status == 204 && empty.body == "" && empty.header("Content-Length") == nil)
                let shaped = try gate.curl([scene.plain.url + "/shaped", "-d", "x=1"])
                #expect(shaped.status == 402 && shaped.header("Proxy-Status") != nil)
                #expect(shaped.json["code"] as? String == "stoplog_blocked")
                #expect(scene.plain.seen.isEmpty)
            }
        }
    }

    // MARK: Flips and reloads

    @Test
    func `A flip holds at once; a stricter one survives a restart, a looser one does not`() throws {
        try ClientScene.with { scene in
            let target = scene.plain.url + "/users/7"
            try ServedScene.with(scene, ["--mode", "live"]) { gate in
                try #expect(gate.curl(["-X", "DELETE", target]).status == 200)
                try #expect(gate.stoplog(["mode"]).out.contains("live"))
                try #expect(gate.stoplog(["mode", "block"]).status == 0)
                try #expect(gate.curl(["-X", "DELETE", target]).status == 403)
            }
            try ServedScene.with(scene, ["--mode", "live"]) { gate in
                #expect(gate.ready["mode"] as? String == "block")
                try #expect(gate.curl(["-X", "DELETE", target]).status == 403)
                try #expect(gate.stoplog(["mode", "observe"]).status == 0)
                try #expect(gate.curl(["-X", "DELETE", target]).status == 200)
            }
            try ServedScene.with(scene, ["--mode", "live"]) { gate in
                #expect(gate.ready["mode"] as? String == "live")
                try #expect(gate.stoplog(["mode", "yolo"]).status == 64)
            }
            #expect(scene.plain.seen.count == 2)
            try #expect(scene.stoplog(["log", "verify", "--state", scene.state]).status == 0)
        }
    }

    @Test
    func `A changed policy is taken up whole and a faulty one refused while the running one stays`() throws {
        try ClientScene.with { scene in
            let policy = try scene.write(
                "p.yaml", "policy: p\nrules:\n  - { id: a, match: { path: /a }, class: safe }\n")
            let log = ["--log-level", "info", "--log-format", "text"]
            try ServedScene.with(scene, ["--mode", "block", "--policy", policy] + log) { gate in
                try #expect(gate.curl([scene.plain.url + "/a"]).status == 200)
                try scene.write(
                    "p.yaml", "policy: p\nrules:\n  - { id: a, match: { path: /a }, class: irreversible }\n")
                gate.signal(SIGHUP)
                #expect(gate.logged("policy was reloaded"))
                try #expect(gate.curl([scene.plain.url + "/a"]).status == 403)
                try scene.write("p.yaml", "policy: p\nrules:\n  - { id: a, match: { pth: /a }, class: safe }\n")
                gate.signal(SIGHUP)
                #expect(gate.logged("running one stays"))
                try #expect(gate.curl([scene.plain.url + "/a"]).status == 403)
            }
        }
    }
}

/// A refusal as the contract words it.
enum ProblemCheck {
    static func expect(
        _ answer: CurlAnswer, _ type: String, _ status: Int, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(answer.status == status, "\(answer.head)\(answer.body)\(answer.error)", sourceLocation: sourceLocation)
        let id = try #require(answer.header("Stoplog-Call"), sourceLocation: sourceLocation)
        #expect(answer.header("Content-Type") == "application/problem+json", sourceLocation: sourceLocation)
        #expect(answer.header("Proxy-Status")?.hasPrefix("stoplog; error=") == true, sourceLocation: sourceLocation)
        let json = answer.json
        let detail = json["detail"] as? String ?? ""
        let code = "stoplog_" + type.replacingOccurrences(of: "-", with: "_")
        let error = json["error"] as? [String: Any] ?? [:]
        #expect(json["type"] as? String == "urn:stoplog:\(type)", sourceLocation: sourceLocation)
        #expect(json["status"] as? Int == status, sourceLocation: sourceLocation)
        #expect(!(json["title"] as? String ?? "").isEmpty && !detail.isEmpty, sourceLocation: sourceLocation)
        #expect(json["call"] as? String == id, sourceLocation: sourceLocation)
        #expect(json["correlation_id"] as? String == answer.header("X-Correlation-ID"), sourceLocation: sourceLocation)
        #expect(json["message"] as? String == detail, sourceLocation: sourceLocation)
        #expect(error["message"] as? String == detail, sourceLocation: sourceLocation)
        #expect(error["type"] as? String == code && error["code"] as? String == code, sourceLocation: sourceLocation)
    }
}
