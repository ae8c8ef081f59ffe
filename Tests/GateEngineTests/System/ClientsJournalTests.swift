import Foundation
import Testing

/// What the journal keeps of real calls: no secret in any file, an unbroken chain, and large bodies in little memory.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ClientsJournalTests {
    private static let secrets = [
        "canary-bearer-token-1", "canary-cookie-2", "canary-query-3", "canary-key-4", "canary-password-5",
        "4242424242424242",
        "4242 4242 4242 4242", "canary-proxy-6", "canary-user-7", "canary-answer-8",
    ]

    @Test(arguments: ["live", "dry-run", "block", "observe"])
    func `No secret of a call is in any file of the state directory`(_ mode: String) throws {
        try ClientScene.with { scene in
            let config = try scene.write("c.yaml", "version: 1\njournal: { calls: all }\nlog: { level: info }\n")
            let policy = try scene.write(
                "p.yaml",
                "policy: p\nrules: [{ id: charge, match: { method: POST }, class: irreversible, kind: payment }]\n")
            try ServedScene.with(scene, ["--config", config, "--mode", mode, "--policy", policy]) { gate in
                for origin in [scene.plain, scene.secure] {
                    let fields = [
                        "Authorization: Bearer canary-bearer-token-1", "Cookie: session=canary-cookie-2",
                        "X-Api-Key: canary-key-4",
                    ].flatMap { ["-H", $0] }
                    let url = origin.url.replacingOccurrences(of: "://", with: "://canary-user-7:canary-password-5@")
                    _ = try gate.curl(
                        fields + [
                            "\(url)/status/200?access_token=canary-query-3", "-d",
                            "card[number]=4242424242424242&password=canary-password-5",
                        ])
                    _ = try gate.curl(
                        fields + [
                            "\(origin.url)/status/200?api_key=canary-query-3", "-H", "Content-Type: application/json",
                            "--proxy-user", "me:canary-proxy-6", "-d",
                            #"{"card": {"number": "4242 4242 4242 4242"}, "client_secret": "canary-password-5", "note": "4242424242424242"}"#,
                        ])
                    _ = try gate.curl(
                        fields + [
                            "-X", "DELETE", "\(origin.url)/status/200?token=canary-query-3", "-H",
                            "Proxy-Authorization: Basic bWU6Y2FuYXJ5LXByb3h5LTY=",
                        ])
                }
                try #expect(scene.journal().count >= 6)
            }
            let found = try scene.files(below: scene.state, holding: Self.secrets)
            #expect(found == [])
        }
    }

    @Test
    func `A journal altered by hand is found out by verify`() throws {
        try ClientScene.with { scene in
            _ = try scene.behindGate(
                ["--mode", "block"],
                ["sh", "-c", "for i in 1 2 3; do curl -sS -X DELETE \(scene.plain.url)/x/$i; done"])
            let verify = ["log", "verify", "--state", scene.state]
            try #expect(scene.stoplog(verify).status == 0)
            let alter =
                "import sqlite3, sys; d = sqlite3.connect(sys.argv[1]); d.execute(\"update calls set url = 'http://x/' where rowid = 2\"); d.commit()"
            let file = try #require(
                FileManager.default.subpathsOfDirectory(atPath: scene.state).first { $0.hasSuffix(".sqlite") })
            try #expect(scene.run(["python3", "-c", alter, scene.state + "/" + file]).status == 0)
            let ended = try scene.stoplog(verify)
            #expect(ended.status == 1, "\(ended.out)\(ended.err)")
        }
    }

    @Test(arguments: ["http", "https"])
    func `A gigabyte up and a gigabyte down pass in less than 100 MB`(_ scheme: String) throws {
        try ClientScene.with { scene in
            let origin = scheme == "http" ? scene.plain : scene.secure
            let size = 1 << 30
            try ServedScene.with(scene, ["--mode", "dry-run"]) { gate in
                let curl = ["curl", "-sS", "--noproxy", "", "--proxy", gate.proxy, "--cacert", gate.authority]
                let down = try scene.run(
                    curl + ["-o", "/dev/null", "-w", "%{http_code} %{size_download}", "\(origin.url)/bytes/\(size)"])
                #expect(down.out == "200 \(size)", "\(down.err)")
                let up = try scene.run(
                    [
                        "bash", "-c",
                        "truncate -s \(size) big; exec \"$@\"", "-",
                    ] + curl + [
                        "-o", "/dev/null", "-w", "%{http_code} %{size_upload}", "-T", "big", "\(origin.url)/upload",
                    ])
                #expect(up.out == "200 \(size)", "\(up.err)")
                #expect(origin.seen.last?.size == size)
                let status = ClientScene.text("/proc/\(gate.pid)/status")
                let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }?.filter(\.isNumber) ?? ""
                let peakKiB = try #require(Int(peak))
                #expect(peakKiB < 100 * 1000, "\(peakKiB) KiB at most")
            }
        }
    }
}
