import Foundation
import Testing

@testable import GateStore

@Suite struct ExportTests {
    private func stored(_ record: CallRecord) -> StoredCall {
        StoredCall(record: record, previousHash: "00", hash: "ff", isReleasable: true)
    }

    @Test func `A call in JSON has the contract's fields in one line`() throws {
        let line = CallJSON.encode(stored(fullCall(1)))
        #expect(!line.contains(0x0a))
        let json = try #require(JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
        let expected: Set = [
            "id", "time", "environment", "session", "correlation_id", "mode", "class", "kind", "rule", "outcome",
            "would",
            "refusal", "method", "url", "request", "response", "attempts", "idempotency", "limits", "client",
            "duration_ms", "releasable", "prev_hash", "hash",
        ]
        #expect(Set(json.keys) == expected)
        let request = try #require(json["request"] as? [String: Any])
        #expect(request["body"] as? String == "{\"amount\":1,\n\"note\":\"é\\u0000\"}")
        #expect(request["truncated"] as? Bool == true)
        #expect(request["body_encoding"] == nil)
        #expect((request["headers"] as? [[String: String]])?.first == ["name": "Accept", "value": "*/*"])
        let response = try #require(json["response"] as? [String: Any])
        #expect(response["status"] as? Int == 200)
        #expect(response["body_encoding"] as? String == "base64")
        #expect(response["body"] as? String == "/wD+Cg==")
        let attempts = try #require(json["attempts"] as? [[String: Any]])
        #expect(attempts[1]["error"] as? String == "upstream-timeout")
        #expect(attempts[0]["at"] as? String == "2023-11-14T22:13:21.001500Z")
        #expect((json["idempotency"] as? [String: String])?["state"] == "claimed")
        #expect(json["time"] as? String == "2023-11-14T22:13:21.000000Z")
    }

    @Test func `A call without answer, key and rule has nulls`() throws {
        var record = call(1)
        record.response = nil
        let json = try #require(
            JSONSerialization.jsonObject(with: Data(CallJSON.encode(stored(record)))) as? [String: Any])
        for name in ["response", "idempotency", "rule", "kind", "session", "would", "refusal"] {
            #expect(json[name] is NSNull)
        }
        let page = CallJSON.encode(CallPage(calls: [stored(record), stored(record)], nextCursor: "c.1"))
        let object = try #require(JSONSerialization.jsonObject(with: Data(page)) as? [String: Any])
        #expect((object["calls"] as? [Any])?.count == 2)
        #expect(object["next_cursor"] as? String == "c.1")
    }

    @Test func `An HTTP archive is what viewers read`() throws {
        var form = fullCall(2)
        form.url = "https://h/x?a=1&b=%C3%A9+2&c"
        let bytes = HARExport.encode([stored(call(1)), stored(form)], version: "1.0")
        let archive = try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        let log = try #require(archive["log"] as? [String: Any])
        #expect(log["version"] as? String == "1.2")
        let entries = try #require(log["entries"] as? [[String: Any]])
        let request = try #require(entries[1]["request"] as? [String: Any])
        #expect(
            request["queryString"] as? [[String: String]] == [
                ["name": "a", "value": "1"], ["name": "b", "value": "é 2"], ["name": "c", "value": ""],
            ])
        #expect(request["bodySize"] as? Int == 99)
        let response = try #require(entries[1]["response"] as? [String: Any])
        #expect((response["content"] as? [String: Any])?["encoding"] as? String == "base64")
    }

    @Test func `A shell gives curl exactly the recorded words`() throws {
        var record = call(1)
        record.method = "POST"
        record.url = "https://h/x?a='$(touch /tmp/x)'&b=\"`!"
        record.request.headers = [.init(name: "X-A", value: "it's; $HOME"), .init(name: "X-Empty", value: "")]
        record.request.body = Array("line 1\nit's \\ \"two\"".utf8)
        let command = CurlExport.encode(stored(record)).replacing("curl ", with: "printf '%s\\0' ", maxReplacements: 1)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = try #require(try pipe.fileHandleForReading.readToEnd())
        process.waitUntilExit()
        #expect(
            String(decoding: output, as: UTF8.self).split(separator: "\0").map { String($0) } == [
                "--globoff", "--path-as-is", "-X", "POST", record.url, "-H", "X-A: it's; $HOME", "-H", "X-Empty;",
                "--data-raw", "line 1\nit's \\ \"two\"",
            ])
    }

    @Test func `A body that curl cannot be given is named in a comment`() {
        var record = call(1)
        record.request.bodyLength = 7
        #expect(CurlExport.encode(stored(record)).hasPrefix("# the body was not kept: 7 bytes\ncurl "))
        record.request.body = [0]
        #expect(CurlExport.encode(stored(record)).hasPrefix("# the body is binary"))
    }

    @Test func `A table has one line a call, fits its width, and no control characters`() {
        var record = call(1)
        record.url = "https://h/\u{1b}[31m" + String(repeating: "x", count: 300)
        let table = CallTable.render([stored(record), stored(call(2))], width: 160)
        let lines = table.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.allSatisfy { $0.unicodeScalars.count <= 160 })
        #expect(!table.unicodeScalars.contains("\u{1b}"))
        #expect(lines[0].hasPrefix("TIME"))
        #expect(CallTable.render([], width: nil).split(separator: "\n").count == 1)
    }
}
