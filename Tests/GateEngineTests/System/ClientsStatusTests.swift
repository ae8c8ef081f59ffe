import Foundation
import Testing

/// Every refusal and error of the gate that a client can meet today, as curl sees it, and that nothing reached the origin.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct ClientsStatusTests {
    /// A gate in `block` mode with a configuration's text.
    private func withGate(
        _ config: String = "", _ options: [String] = [], launcher: [String] = [],
        _ body: (ClientScene, ServedScene) throws -> Void
    ) throws {
        try ClientScene.with { scene in
            let file = try scene.write("c.yaml", "version: 1\n" + config)
            try ServedScene.with(scene, ["--config", file] + options, launcher: launcher) { try body(scene, $0) }
        }
    }

    @Test
    func `A denied network is refused by the address dialled`() throws {
        try withGate("upstream: { deny_networks: [127.0.0.0/8, \"::1/128\"] }\n") { scene, gate in
            for url in [scene.plain.url, scene.secure.url] {
                try ProblemCheck.expect(gate.curl([url + "/x"]), "destination-denied", 403)
            }
            #expect(scene.plain.seen.isEmpty && scene.secure.seen.isEmpty)
            try #expect(scene.journal().map { $0["outcome"] as? String } == ["denied", "denied"])
        }
    }

    @Test
    func `The gate's own addresses are not reachable through it`() throws {
        try withGate { _, gate in
            for url in [
                gate.admin + "/api/v1/calls", gate.proxy + "/x",
                gate.admin.replacingOccurrences(of: "127.0.0.1", with: "localhost") + "/livez",
            ] {
                let answer = try gate.curl([url])
                try ProblemCheck.expect(answer, "destination-denied", 403)
            }
        }
    }

    @Test(arguments: [
        ("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "400 "),
        ("Content-Length: 3\r\nContent-Length: 4\r\n", "400 "),
        ("Transfer-Encoding: xchunked\r\n", "400 "), ("A : b\r\n", "400 "),
        ("Big: \(String(repeating: "a", count: 200_000))\r\n", "431 "),
    ])
    func `A request that two parsers could read differently is refused and the connection closed`(
        _ field: String, _ status: String
    ) throws {
        try withGate { scene, gate in
            let answer = try gate.raw(
                "POST \(scene.plain.url)/x HTTP/1.1\r\nHost: 127.0.0.1:\(scene.plain.port)\r\n\(field)\r\nabc")
            #expect(answer.hasPrefix("HTTP/1.1 " + status), "\(answer)")
            #expect(answer.contains("Connection: close"))
            #expect(answer.contains(status == "431 " ? "urn:stoplog:headers-too-large" : "urn:stoplog:bad-request"))
            #expect(scene.plain.seen.isEmpty)
        }
    }

    @Test
    func `Another version of HTTP is refused`() throws {
        try withGate { scene, gate in
            let answer = try gate.raw("GET \(scene.plain.url)/x HTTP/2.0\r\nHost: 127.0.0.1\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 505 "), "\(answer)")
            #expect(answer.contains("urn:stoplog:http-version"))
            #expect(scene.plain.seen.isEmpty)
        }
    }

    @Test
    func `A body too large to judge is refused where the configuration says so`() throws {
        try withGate("inspect: { body_limit: 1KiB, over_limit: reject }\n", ["--mode", "live"]) { scene, gate in
            let large = try scene.write("large.json", "{\"note\": \"\(String(repeating: "a", count: 4096))\"}")
            for url in [scene.plain.url, scene.secure.url] {
                let answer = try gate.curl([
                    url + "/v2/things", "-H", "Content-Type: application/json", "-d", "@" + large,
                ])
                try ProblemCheck.expect(answer, "body-too-large", 413)
            }
            #expect(scene.plain.seen.isEmpty && scene.secure.seen.isEmpty)
        }
    }

    @Test
    func `A TLS name other than the tunnel's is misdirected`() throws {
        try withGate { scene, gate in
            let script = """
                import socket, ssl, sys
                s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
                s.sendall(b"CONNECT localhost:%s HTTP/1.1\\r\\nHost: localhost:%s\\r\\n\\r\\n" % ((sys.argv[2].encode(),) * 2))
                while not s.recv(65536).endswith(b"\\r\\n\\r\\n"): pass
                c = ssl.create_default_context(); c.check_hostname = False; c.verify_mode = ssl.CERT_NONE
                t = c.wrap_socket(s, server_hostname="other.example")
                t.sendall(b"GET / HTTP/1.1\\r\\nHost: localhost:%s\\r\\nConnection: close\\r\\n\\r\\n" % sys.argv[2].encode())
                while True:
                    piece = t.recv(65536)
                    if not piece: break
                    sys.stdout.write(piece.decode())
                """
            let port = gate.proxy.split(separator: ":").last.map(String.init) ?? ""
            let ended = try scene.run(["python3", "-c", script, port, "\(scene.secure.port)"])
            #expect(
                ended.out.hasPrefix("HTTP/1.1 421 ") && ended.out.contains("urn:stoplog:misdirected"),
                "\(ended.out)\(ended.err)")
            #expect(scene.secure.seen.isEmpty)
        }
    }

    @Test
    func `An upstream's faults are told apart`() throws {
        try withGate("upstream: { timeout: 1s, connect_timeout: 2s }\n", ["--mode", "live"]) { scene, gate in
            let tls = "https://127.0.0.1:\(scene.plain.port)/x"
            try ProblemCheck.expect(gate.curl(["http://127.0.0.1:1/x"]), "upstream-unreachable", 502)
            try ProblemCheck.expect(gate.curl(["http://name.invalid/x"]), "upstream-unreachable", 502)
            try ProblemCheck.expect(gate.curl([tls]), "upstream-tls", 502)
            for origin in [scene.plain, scene.secure] {
                try ProblemCheck.expect(gate.curl([origin.url + "/garbage"]), "upstream-protocol", 502)
                try ProblemCheck.expect(gate.curl([origin.url + "/hang"]), "upstream-timeout", 504)
            }
        }
    }

    @Test
    func `A certificate that the gate does not trust is never passed on`() throws {
        try ClientScene.with { scene in
            _ = try scene.run(["cp", "ca.pem", "kept.pem"])
            // The state's gate trusts another authority than the origin's.
            let made = try scene.run([
                "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "o.key", "-out", "ca.pem",
                "-days", "2", "-subj", "/CN=Other",
            ])
            try #require(made.status == 0)
            try ServedScene.with(scene) { gate in
                try ProblemCheck.expect(gate.curl([scene.secure.url + "/x"]), "upstream-tls", 502)
                #expect(scene.secure.seen.isEmpty)
            }
        }
    }

    @Test
    func `An answer that breaks off is an error to the client`() throws {
        try withGate { scene, gate in
            for origin in [scene.plain, scene.secure] {
                let answer = try gate.curl([origin.url + "/cut"])
                #expect(answer.exit == 18 || answer.exit == 56, "curl ended with \(answer.exit)")
            }
        }
    }

    @Test
    func `A full disk stops irreversible calls and lets safe ones pass`() throws {
        // No file may grow beyond what the journal has at its start.
        let launcher = ["bash", "-c", "trap '' XFSZ; ulimit -f 128; exec \"$@\"", "-"]
        try withGate("", ["--mode", "live"], launcher: launcher) { scene, gate in
            let body = String(repeating: "a", count: 60_000)
            let file = try scene.write("body", body)
            var last: CurlAnswer?
            for number in 0..<40 {
                last = try gate.curl(["-X", "DELETE", "\(scene.plain.url)/full/\(number)", "--data-binary", "@" + file])
                if last?.status == 503 { break }
            }
            let refused = try #require(last)
            try ProblemCheck.expect(refused, "store-unavailable", 503)
            let url = "\(scene.plain.url)/safe"
            try #expect(gate.curl([url]).status == 200)
            let before = scene.plain.seen.filter { $0.method == "DELETE" }.count
            try #expect(
                gate.curl(["-X", "DELETE", "\(scene.plain.url)/again", "--data-binary", "@" + file]).status == 503)
            #expect(scene.plain.seen.filter { $0.method == "DELETE" }.count == before)
            let ready = try scene.run([
                "curl", "-sS", "--noproxy", "*", "-o", "/dev/null", "-w", "%{http_code}", gate.admin + "/readyz",
            ])
            #expect(ready.out == "503")
        }
    }

    @Test
    func `A draining gate lets what is in flight end, then goes with status 0`() throws {
        try withGate("threads: 1\n", ["--drain", "20s"]) { scene, gate in
            // One call is in flight, one connection idle, one head half sent when the gate gets its SIGTERM.
            let script = """
                import os, signal, socket, sys, threading
                port, origin, pid = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
                def connect():
                    s = socket.create_connection(("127.0.0.1", port)); return s
                def ask(s, path): s.sendall(("GET http://127.0.0.1:%s%s HTTP/1.1\\r\\nHost: 127.0.0.1:%s\\r\\n\\r\\n" % (origin, path, origin)).encode())
                busy = connect()
                ask(busy, "/late")
                first = busy.recv(65536)
                idle = connect()
                ask(idle, "/read")
                idle.recv(65536)
                half = connect()
                half.sendall(("GET http://127.0.0.1:%s/new HTTP/1.1\\r\\n" % origin).encode())
                os.kill(pid, signal.SIGTERM)
                while idle.recv(65536): pass
                half.sendall(("Host: 127.0.0.1:%s\\r\\n\\r\\n" % origin).encode())
                print(half.recv(65536).decode().split("\\r\\n")[0])
                rest = b""
                while True:
                    piece = busy.recv(65536)
                    if not piece: break
                    rest += piece
                print((first + rest).decode().split("\\r\\n\\r\\n")[-1].strip())
                """
            let port = gate.proxy.split(separator: ":").last.map(String.init) ?? ""
            let ended = try scene.run(["python3", "-c", script, port, "\(scene.plain.port)", "\(gate.pid)"])
            #expect(ended.out == "HTTP/1.1 503 Service Unavailable\nbegun and ended\n", "\(ended.err)")
            #expect(scene.plain.seen.map(\.path) == ["/late", "/read"])
            #expect(gate.waitForEnd() == 0)
        }
    }
}
