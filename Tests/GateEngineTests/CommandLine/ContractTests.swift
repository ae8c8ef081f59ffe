import Foundation
import Glibc
import Testing

/// What the contract says of the command line and the admin server, asked of the built program.
@Suite("Contract", .timeLimit(.minutes(2)))
struct ContractTests {
    @Test func `the state directory of another user, or one that is none, is named with 78`() throws {
        try withDirectory { directory in
            try Data("x".utf8).write(to: URL(fileURLWithPath: directory + "/file"))
            let isRoot = getuid() == 0
            for command in [["mode"], ["env"], ["log"], ["log", "verify"]] {
                let file = try BuiltProgram.run(command + ["--state", "file"], in: directory)
                #expect(
                    file.status == 78 && file.err.contains("not a directory"), "\(command) \(file.status) \(file.err)")
                guard isRoot else { continue }
                let other = directory + "/other"
                try? FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: false)
                _ = chown(other, 4321, 4321)
                let ended = try BuiltProgram.run(command + ["--state", "other"], in: directory)
                #expect(
                    ended.status == 78 && ended.err.contains("belongs to user 4321"),
                    "\(command) \(ended.status) \(ended.err)")
            }
        }
    }

    @Test func `a faulty variable is called by its own name`() throws {
        try withDirectory { directory in
            let ended = try BuiltProgram.run(["mode"], in: directory, variables: ["STOPLOG_ADMIN": "nonsense"])
            #expect(
                ended.status == 78 && ended.err.contains("STOPLOG_ADMIN: 'nonsense' is not HOST:PORT"), "\(ended.err)")
        }
    }

    @Test(arguments: [("block", "block", "403"), ("hold", "hold", "403"), ("dry-run", "record", "200")])
    func `explain tells what would be answered in the mode`(mode: String, decision: String, status: String) throws {
        try withDirectory { directory in
            let ended = try BuiltProgram.run(
                ["policy", "explain", "DELETE", "https://a.example/users/1", "--mode", mode, "--json"], in: directory)
            let text = try #require(ended.out.data(using: .utf8))
            let json = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
            #expect(json["decision"] as? String == decision)
            let given = json[mode == "dry-run" ? "answer" : "refusal"] as? [String: Any]
            #expect((given?["status"] as? Int).map { "\($0)" } == status)
            #expect((json["answer"] == nil) == (mode == "block"))
            let idempotency = json["idempotency"] as? [String: Any]
            #expect(idempotency?["without_key"] as? String == "forward")
        }
    }

    @Test func `a rule's own action is told apart from block mode`() throws {
        try withDirectory { directory in
            let policy =
                "policy: p\nrules:\n  - { id: a, match: { host: a.example }, class: irreversible, action: block }\n"
            try policy.write(toFile: directory + "/p.yaml", atomically: true, encoding: .utf8)
            let ended = try BuiltProgram.run(
                ["policy", "explain", "GET", "https://a.example/", "--policy", "p.yaml"], in: directory)
            #expect(
                ended.out.contains("GET https://a.example/ matched p/a, whose action is block, in dry-run mode"),
                "\(ended.out)")
        }
    }

    @Test func `probes, status and mode are open, calls and changes need the token`() throws {
        try withGate { gate in
            let base = "http://127.0.0.1:\(gate.adminPort)"
            func status(_ arguments: [String]) throws -> String {
                try BuiltProgram.run(
                    ["-s", "--noproxy", "*", "-o", "/dev/null", "-w", "%{http_code}"] + arguments, in: gate.directory,
                    program: "/usr/bin/curl"
                ).out
            }
            for path in ["/livez", "/readyz", "/api/v1/status", "/api/v1/mode"] {
                let found = [
                    try status([base + path]), try status([base + path, "-H", "Host: evil.example"]),
                    try status([base + path, "-H", "Origin: http://evil.example"]),
                ]
                #expect(found == ["200", "403", "403"], "\(path)")
            }
            for path in ["/api/v1/calls", "/api/v1/calls/x", "/api/v1/sessions"] {
                let found = try status([base + path])
                #expect(found == "401", "\(path)")
            }
            let flip = try status(["-X", "PUT", "-d", "{\"mode\":\"block\"}", base + "/api/v1/mode"])
            #expect(flip == "401")
        }
    }

    @Test func `status says GO, and a stricter flip that outlives a start is told`() throws {
        try withGate { gate in
            let state = gate.directory + "/state"
            let status = try BuiltProgram.run(["status", "--state", state], in: gate.directory)
            #expect(status.status == 0 && status.out.hasPrefix("GO\n"), "\(status.err)")
            #expect(status.out.contains("mode          live"), "\(status.out)")
            let json = try BuiltProgram.run(["status", "--json", "--state", state], in: gate.directory)
            #expect(json.out.contains("\"status\":\"GO\""))
            let flip = try BuiltProgram.run(["mode", "block", "--json", "--state", state], in: gate.directory)
            #expect(flip.out == "{\"mode\":\"block\",\"environment\":\"production\"}\n", "\(flip.err)")
            let run = try BuiltProgram.run(
                ["run", "--env", "production", "--mode", "live", "--state", state, "--", "true"], in: gate.directory)
            #expect(
                run.err.contains("A flip from before the start holds") && run.err.contains("mode block"), "\(run.err)")
        }
        try withDirectory { directory in
            let ended = try BuiltProgram.run(["status"], in: directory)
            #expect(ended.status == 69)
        }
    }
}
