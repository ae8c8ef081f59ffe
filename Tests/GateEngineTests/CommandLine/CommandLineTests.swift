import Foundation
import Testing

/// The built program, run with a home of its own.
struct BuiltProgram {
    struct Ended {
        var status: Int32
        var out: String
        var err: String
    }

    /// The executable beside the test bundle.
    static let path = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .appendingPathComponent("stoplog").path

    static func run(
        _ arguments: [String], in directory: String, variables: [String: String] = [:], input: String = "",
        program: String = path
    ) throws -> Ended {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        process.environment = ["HOME": directory, "PATH": "/usr/bin:/bin"].merging(variables) { $1 }
        let (input_, out, err) = (Pipe(), directory + "/.out", directory + "/.err")
        for file in [out, err] { _ = FileManager.default.createFile(atPath: file, contents: nil) }
        process.standardInput = input_
        process.standardOutput = FileHandle(forWritingAtPath: out)
        process.standardError = FileHandle(forWritingAtPath: err)
        try process.run()
        input_.fileHandleForWriting.write(Data(input.utf8))
        try input_.fileHandleForWriting.close()
        process.waitUntilExit()
        func text(_ file: String) -> String { (try? String(contentsOfFile: file, encoding: .utf8)) ?? "" }
        let status = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
        return Ended(status: status, out: text(out), err: text(err))
    }
}

@Suite("Command line", .timeLimit(.minutes(2)))
struct CommandLineTests {
    @Test(
        arguments: [
            (["serve", "--listen", "nonsense"], 64, "--listen: error: 'nonsense' is not HOST:PORT"),
            (["serve", "--admin", "1.2.3.4"], 64, "--admin: error:"),
            (["serve", "--mode", "blocked"], 64, "did you mean 'block'?"),
            (["check", "--log-level", "loud"], 64, "--log-level: error:"),
            (["check", "--log-format", "xml"], 64, "--log-format: error:"),
            (["check", "--store", "redis://x"], 64, "--store: error:"),
            (["check", "--drain", "5"], 64, "--drain: error:"),
            (
                ["check", "--env", "prodction"], 78,
                "unknown environment 'prodction'; known: development, production, staging, test"
            ),
            (["check", "--config", "absent.yaml"], 78, "No such file"),
            (["check", "--policy", "nopack"], 78, "neither a built-in pack"),
            (["serve", "--policy", "./absent.yaml"], 78, "absent.yaml"),
            (["serve", "--bogus"], 64, "--bogus"),
            (["nonsense"], 64, "nonsense"),
            (["run"], 64, "name the program"),
            (["run", "--"], 64, "name the program"),
            (["run", "--session", "a b", "--", "true"], 64, "--session"),
            (["mode", "blocked"], 64, "is not a mode"),
            (["mode"], 69, "no gate runs"),
            (["mode", "--admin", "127.0.0.1:1"], 69, "no gate answers at 127.0.0.1:1"),
            (["mode", "--admin", "nonsense"], 64, "is not HOST:PORT"),
            (["env"], 69, "no gate runs"),
            (["env", "--shell", "csh"], 64, "csh"),
            (["log"], 69, "no gate runs"),
            (["log", "--limit", "0"], 64, "--limit"),
            (["log", "--since", "yesterday"], 64, "--since"),
            (["log", "--outcome", "lost"], 64, "--outcome"),
            (["log", "--format", "xml"], 64, "xml"),
            (["log", "verify"], 69, "no gate runs"),
            (["policy", "check"], 64, "name the policy files"),
            (["policy", "check", "absent.yaml"], 1, "absent.yaml:1:1: error:"),
            (["policy", "explain", "GET", "nonsense"], 64, "is not a method and an absolute"),
            (["policy", "classify", "absent.jsonl"], 64, "cannot read absent.jsonl"),
            (["schema", "nonsense"], 64, "nonsense"),
            (["init", "/proc/absent"], 1, "cannot write"),
        ] as [([String], Int32, String)])
    func `wrong input ends with its code and says what is wrong`(arguments: [String], status: Int32, words: String)
        throws
    {
        try withDirectory { directory in
            let ended = try BuiltProgram.run(arguments, in: directory)
            #expect(ended.status == status, "\(ended.err)")
            #expect(ended.err.contains(words), "\(ended.err)")
            #expect(ended.out == "")
        }
    }

    @Test(arguments: [
        ["--help"], ["--version"], ["help", "run"], ["log", "--help"], ["schema", "config"], ["schema", "policy"],
        ["ca", "path"], ["ca", "show"], ["ca", "install-help"],
    ])
    func `what only tells ends with 0`(arguments: [String]) throws {
        try withDirectory { directory in
            let ended = try BuiltProgram.run(arguments, in: directory)
            #expect(ended.status == 0 && !ended.out.isEmpty, "\(ended.err)")
        }
    }

    @Test func `init writes files that pass every check, once`() throws {
        try withDirectory { directory in
            let first = try BuiltProgram.run(["init", "new"], in: directory)
            #expect(first.status == 0)
            for command in [["check", "policies/local.yaml"], ["test"], ["explain", "GET", "https://a.example/"]] {
                let ended = try BuiltProgram.run(["policy"] + command, in: directory + "/new")
                #expect(ended.status == 0, "\(command) \(ended.err)")
            }
            let again = try BuiltProgram.run(["init", "new"], in: directory)
            #expect(again.status == 1 && again.err.contains("exists; nothing was written"))
        }
    }

    @Test func `classify keeps the order, ignores unknown keys and names bad lines`() throws {
        try withDirectory { directory in
            let input = """
                {"id":1,"method":"GET","url":"https://a.example/","extra":[1]}
                {"id":{"x":"/"},"method":"POST","url":"https://api.stripe.com/v1/refunds","headers":{"A":["b","c"]},"body_base64":"eD0x"}
                junk
                {"id":"u","method":"GET","url":"https://user@a.example/"}

                {"method":"GET"}
                {"method":"GET","url":"https://a.example/","headers":7}
                {"method":"GET","url":"https://a.example/"}
                """
            let ended = try BuiltProgram.run(["policy", "classify", "-"], in: directory, input: input)
            #expect(ended.status == 1)
            let lines = ended.out.split(separator: "\n")
            #expect(lines.count == 4)
            #expect(lines.first == #"{"id":1,"class":"safe","kind":null,"rule":null,"action":null}"#)
            #expect(lines[1].hasPrefix(#"{"id":{"x":"/"},"class":"irreversible""#))
            #expect(lines[2] == #"{"id":"u","class":"irreversible","kind":null,"rule":"bad-request","action":"block"}"#)
            #expect(ended.err.contains("stdin:3: error: the line is no JSON"))
            #expect(ended.err.contains("stdin:6: error: 'url' must be text"))
            #expect(ended.err.contains("stdin:7: error: 'headers'"))
        }
    }

    @Test(
        arguments: [("exit 7", 7), ("kill -9 $$", 137), ("kill -TERM $PPID; sleep 60", 143), ("true", 0)]
            as [(String, Int32)])
    func `run passes the program's status on, and signals to it`(script: String, status: Int32) throws {
        try withDirectory { directory in
            let ended = try BuiltProgram.run(["run", "--", "sh", "-c", script], in: directory)
            #expect(ended.status == status, "\(ended.err)")
            #expect(ended.err.contains("mode dry-run"))
            for left in ["gates", "runtime"] {
                let names = try FileManager.default.contentsOfDirectory(
                    atPath: "\(directory)/.local/state/stoplog/\(left)")
                #expect(names == [])
            }
        }
    }

    @Test func `a program that is absent or no program has its own codes`() throws {
        try withDirectory { directory in
            let absent = try BuiltProgram.run(["run", "--", "no-such-program"], in: directory)
            #expect(absent.status == 127)
            let noProgram = try BuiltProgram.run(["run", "--", "/etc/passwd"], in: directory)
            #expect(noProgram.status == 126)
        }
    }

    @Test func `options of run end where the program begins`() throws {
        try withDirectory { directory in
            let ended = try BuiltProgram.run(
                ["run", "--mode", "block", "--", "printf", "%s|", "--mode", "--", "-x"], in: directory)
            #expect(ended.out == "--mode|--|-x|" && ended.status == 0)
            #expect(ended.err.contains("mode block"))
        }
    }

    @Test func `a state directory that others may write to stops the start`() throws {
        try withDirectory { directory in
            try FileManager.default.createDirectory(atPath: directory + "/open", withIntermediateDirectories: false)
            try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: directory + "/open")
            for command in [["serve"], ["check"], ["run", "--", "true"]] {
                let ended = try BuiltProgram.run([command[0], "--state", "open"] + command.dropFirst(), in: directory)
                #expect(
                    ended.status == 78 && ended.err.contains("others may write"),
                    "\(command) \(ended.status) \(ended.err)")
            }
        }
    }
}
