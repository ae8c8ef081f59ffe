import Foundation
import Testing

/// `stoplog run`: the program's status, its signals, its variables, and the summary when it has ended.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct ClientsRunTests {
    @Test(
        arguments: [
            (["true"], 0), (["sh", "-c", "exit 7"], 7), (["sh", "-c", "kill -TERM $$"], 143),
            (["sh", "-c", "kill -KILL $$"], 137),
            (["/etc/hostname"], 126), (["/"], 126), (["no-such-program-4711"], 127), (["/no/such/program"], 127),
        ] as [([String], Int32)])
    func `The program's status is passed on`(_ command: [String], _ status: Int32) throws {
        try ClientScene.with { scene in
            let ended = try scene.behindGate([], command)
            #expect(ended.status == status, "\(ended.err)")
        }
    }

    @Test
    func `A bad argument is 64, a bad configuration or a port in use 78, and the program is not started`() throws {
        try ClientScene.with { scene in
            try scene.write("file", "")
            let blocked = try scene.run([
                ClientScene.binary, "run", "--listen", "127.0.0.1:\(scene.plain.port)", "--state", scene.state, "--",
                "touch", "ran",
            ])
            #expect(blocked.status == 78 && blocked.err.contains("Address already in use"), "\(blocked.err)")
            try #expect(scene.behindGate(["--mode", "yolo"], ["touch", "ran"]).status == 64)
            let moon = try scene.behindGate(["--env", "moon"], ["touch", "ran"])
            #expect(moon.status == 78 && moon.err.contains("production"))
            try #expect(scene.behindGate(["--no-such-option"], ["touch", "ran"]).status == 64)
            try #expect(scene.run([ClientScene.binary, "run"]).status == 64)
            #expect(!FileManager.default.fileExists(atPath: scene.path("ran")))
        }
    }

    @Test(arguments: ["TERM", "INT", "HUP", "USR1"])
    func `A signal goes to the program and the gate outlives it`(_ signal: String) throws {
        try ClientScene.with { scene in
            let script = """
                import signal, sys, os, urllib.request
                def got(number, frame):
                    print("got", signal.Signals(number).name, urllib.request.urlopen("\(scene.plain.url)/after").status, flush=True)
                    sys.exit(9)
                signal.signal(signal.SIG\(signal), got)
                os.kill(os.getppid(), signal.SIG\(signal))
                while True: signal.pause()
                """
            let ended = try scene.behindGate([], ["python3", "-c", script])
            #expect(ended.status == 9 && ended.out == "got SIG\(signal) 200\n", "\(ended.out)\(ended.err)")
        }
    }

    @Test
    func `The summary on stderr names id, outcome, rule, method and URL; stdout is the program's own`() throws {
        try ClientScene.with { scene in
            let target = scene.plain.url + "/users/7?token=canary"
            let ended = try scene.behindGate(
                ["--mode", "block"],
                [
                    "sh", "-c",
                    "curl -sS -o /dev/null \(scene.plain.url)/ok; curl -sS -o /dev/null -X DELETE '\(target)'; echo mine",
                ])
            #expect(ended.out == "mine\n")
            let call = try #require(try scene.journal(["--class", "irreversible"]).first)
            let id = try #require(call["id"] as? String)
            let line = ended.err.split(separator: "\n").first { $0.contains(id) }
            #expect(line?.contains("blocked") == true && line?.contains("default/delete") == true, "\(ended.err)")
            #expect(line?.contains("DELETE \(scene.plain.url)/users/7") == true)
            #expect(!ended.err.contains("canary"))
            let session = try #require(call["session"] as? String)
            #expect(ended.err.contains("session \(session)"))
            try #expect(scene.journal(["--session", session]).count == 2)
        }
    }

    @Test
    func `The program's variables are set and the user's own values kept where both can hold`() throws {
        try ClientScene.with { scene in
            try scene.write("own.py", "")
            let own = [
                "NO_PROXY": "*", "no_proxy": "localhost", "PYTHONPATH": scene.path("mine"),
                "NODE_OPTIONS": "--no-warnings",
                "JAVA_TOOL_OPTIONS": "-Dmine=1", "PHP_INI_SCAN_DIR": "/mine", "HTTP_PROXY": "http://127.0.0.1:9",
                "AWS_CA_BUNDLE": scene.authority,
            ]
            let ended = try scene.behindGate(["--no-proxy", "a.example"], ["env"], environment: own)
            let variables = Dictionary(
                ended.out.split(separator: "\n").compactMap { line -> (String, String)? in
                    guard let at = line.firstIndex(of: "=") else { return nil }
                    return (String(line[..<at]), String(line[line.index(after: at)...]))
                }, uniquingKeysWith: { $1 })
            for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"] {
                #expect(variables[name]?.contains("@127.0.0.1:") == true, "\(name)=\(variables[name] ?? "")")
            }
            #expect(variables["NO_PROXY"] == "a.example" && variables["no_proxy"] == "a.example")
            #expect(variables["PYTHONPATH"]?.hasSuffix(":" + scene.path("mine")) == true)
            #expect(variables["NODE_OPTIONS"]?.hasPrefix("--no-warnings --require ") == true)
            #expect(variables["JAVA_TOOL_OPTIONS"]?.contains("-Dmine=1") == true)
            #expect(variables["PHP_INI_SCAN_DIR"]?.hasPrefix("/mine:") == true)
            for name in [
                "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "PIP_CERT",
                "NODE_EXTRA_CA_CERTS", "WGETRC", "AWS_CA_BUNDLE",
            ] {
                #expect(variables[name]?.hasPrefix(scene.state) == true, "\(name)=\(variables[name] ?? "")")
            }
            let plain = try scene.behindGate(["--no-preload"], ["env"], environment: ["NO_PROXY": "*"])
            #expect(plain.out.contains("\nNO_PROXY=\n") && plain.out.contains("\nno_proxy=\n"))
            #expect(
                !plain.out.contains("PYTHONPATH") && !plain.out.contains("NODE_OPTIONS")
                    && !plain.out.contains("AWS_CA_BUNDLE"))
        }
    }

    @Test
    func `An application's own sitecustomize still runs`() throws {
        try ClientScene.with { scene in
            try FileManager.default.createDirectory(atPath: scene.path("mine"), withIntermediateDirectories: true)
            try scene.write("mine/sitecustomize.py", "print('my own')\n")
            let ended = try scene.behindGate(
                [], ["python3", "-c", "print('main')"], environment: ["PYTHONPATH": scene.path("mine")])
            #expect(ended.out == "my own\nmain\n", "\(ended.err)")
        }
    }

    @Test
    func `env prints what makes a program use the running gate`() throws {
        try ClientScene.with { scene in
            try ServedScene.with(scene, ["--mode", "block"]) { gate in
                let ended = try scene.run([
                    "bash", "-c",
                    "eval \"$(\(ClientScene.binary) env --state \(scene.state))\" && curl -sS -X DELETE \(scene.secure.url)/x",
                ])
                #expect(ended.out.contains("urn:stoplog:blocked"), "\(ended.out)\(ended.err)")
                for shell in ["sh", "fish", "powershell", "dotenv"] {
                    let printed = try gate.stoplog(["env", "--shell", shell])
                    #expect(
                        printed.status == 0 && printed.out.contains("HTTPS_PROXY") && printed.out.contains(gate.proxy),
                        "\(printed.err)")
                }
            }
            try #expect(scene.stoplog(["env", "--state", scene.state]).status == 69)
        }
    }
}
