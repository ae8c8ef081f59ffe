import Foundation
import Glibc
import Testing

/// What a program that ran to its end left behind; status 124 when it did not end in time.
struct Ended {
    var status: Int32
    var out: String
    var err: String
}

/// A request as an origin got it.
struct SeenRequest {
    var method: String
    var path: String
    var headers: [(name: String, value: String)]
    var body: String
    var size: Int
    var sha256: String

    func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// Two origins on loopback, one with TLS by a test's own authority, a state directory and the real binary.
///
/// All of it lies in one scratch directory and ends with the scope of `with`.
final class ClientScene {
    let directory: String
    let plain: SceneOrigin
    let secure: SceneOrigin
    /// Set for every program of the scene besides `PATH` and `HOME`.
    var variables: [String: String] = [:]

    static func with(_ body: (ClientScene) throws -> Void) throws {
        let scene = try ClientScene()
        defer { scene.end() }
        try body(scene)
    }

    private init() throws {
        directory = NSTemporaryDirectory() + "stoplog-clients-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: directory + "/root", withIntermediateDirectories: true)
        try SceneCertificates.make(in: directory)
        plain = try SceneOrigin(scheme: "http", host: "127.0.0.1", directory: directory)
        secure = try SceneOrigin(scheme: "https", host: "localhost", directory: directory)
    }

    private func end() {
        plain.stop()
        secure.stop()
        try? FileManager.default.removeItem(atPath: directory)
    }

    var state: String { directory + "/state" }
    var authority: String { directory + "/ca.pem" }

    func path(_ name: String) -> String { "\(directory)/\(name)" }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
        return path(name)
    }

    // MARK: The binary

    /// The executable that was built with the tests.
    static let binary: String = {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let here = URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("stoplog").path
        return FileManager.default.isExecutableFile(atPath: here) ? here : repository + "/.build/debug/stoplog"
    }()

    static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .path

    /// A script or fixture beside this file.
    static func support(_ name: String) -> String { repository + "/Tests/GateEngineTests/Support/" + name }

    /// A program of the tests' Python environment, which `Tests/setup test` makes.
    static func python(_ name: String = "python") -> String { repository + "/.build-tests/venv/bin/" + name }

    /// `stoplog COMMAND ARGS…` on this scene's state.
    func stoplog(_ arguments: [String], environment: [String: String] = [:]) throws -> Ended {
        try run([Self.binary] + arguments, environment: environment)
    }

    /// A program behind a gate of its own.
    func behindGate(_ options: [String] = [], _ command: [String], environment: [String: String] = [:]) throws -> Ended
    {
        try run([Self.binary, "run"] + gateOptions(options) + ["--"] + command, environment: environment)
    }

    func gateOptions(_ options: [String]) -> [String] { ["--state", state, "--upstream-ca", authority] + options }

    /// The journal's calls, oldest first.
    func journal(_ filters: [String] = []) throws -> [[String: Any]] {
        let ended = try stoplog(["log", "--state", state, "--format", "json", "--limit", "1000"] + filters)
        try #require(ended.status == 0, "\(ended.err)")
        return try ended.out.split(separator: "\n").map { line in
            try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    // MARK: Programs

    /// Runs a program to its end, two minutes at most, with an environment of its own.
    func run(_ command: [String], environment: [String: String] = [:], input: String = "") throws -> Ended {
        let mark = UUID().uuidString.prefix(8)
        let files = ["in", "out", "err"].map { path("\($0)-\(mark)") }
        try input.write(toFile: files[0], atomically: false, encoding: .utf8)
        let descriptors =
            [open(files[0], O_RDONLY | O_CLOEXEC)]
            + files.dropFirst().map { open($0, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600) }
        defer { for descriptor in descriptors { close(descriptor) } }
        let program = try SpawnedProgram(
            ["timeout", "-k", "5", "100"] + command, directory: directory,
            environment: environmentOfPrograms.merging(environment) { $1 }, descriptors: descriptors)
        let status = program.wait()
        return Ended(
            status: status, out: Self.text(files[1]), err: Self.text(files[2]))
    }

    var environmentOfPrograms: [String: String] {
        var variables = variables
        variables["PATH"] = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        variables["HOME"] = directory
        variables["LC_ALL"] = "C.UTF-8"
        return variables
    }

    static func text(_ file: String) -> String {
        FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// The files below a directory that hold one of these texts.
    func files(below root: String, holding needles: [String]) throws -> [String] {
        let ended = try run(["grep", "-rlaF"] + needles.flatMap { ["-e", $0] } + [root])
        return ended.out.split(separator: "\n").map(String.init)
    }
}

/// `origin.py`, running.
final class SceneOrigin {
    let url: String
    let port: Int
    private let program: SpawnedProgram
    private let log: String

    init(scheme: String, host: String, directory: String) throws {
        log = "\(directory)/\(scheme).log"
        var command = ["python3", ClientScene.support("origin.py"), log, "--root", directory + "/root"]
        if scheme == "https" { command += ["--tls", directory + "/leaf.pem", directory + "/leaf.key"] }
        let started = try StandIn.start(command, directory)
        program = started.program
        port = started.port
        url = "\(scheme)://\(host):\(port)"
    }

    func stop() { program.stop() }

    /// Every request that came here, in the order of their ends.
    var seen: [SeenRequest] {
        ClientScene.text(log).split(separator: "\n").compactMap { line in
            guard let note = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
                let method = note["method"] as? String, let path = note["path"] as? String
            else { return nil }
            let headers = (note["headers"] as? [[String]] ?? []).compactMap { pair in
                pair.count == 2 ? (name: pair[0], value: pair[1]) : nil
            }
            return SeenRequest(
                method: method, path: path, headers: headers, body: note["body"] as? String ?? "",
                size: note["size"] as? Int ?? 0, sha256: note["sha256"] as? String ?? "")
        }
    }
}

/// An authority of the test's own and a leaf for loopback, made by openssl.
enum SceneCertificates {
    static func make(in directory: String) throws {
        let script = """
            set -e; cd '\(directory)'
            new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
            openssl req -x509 $new -keyout ca.key -out ca.pem -days 2 -subj '/CN=Test authority' \
                -addext basicConstraints=critical,CA:true -addext keyUsage=critical,keyCertSign
            openssl req $new -keyout leaf.key -out leaf.csr -subj /CN=localhost
            printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\\nextendedKeyUsage=serverAuth\\n' > leaf.ext
            openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out leaf.pem -extfile leaf.ext
            """
        let null = NullDevice.descriptor
        let program = try SpawnedProgram(
            ["bash", "-c", script], directory: directory, environment: ProcessInfo.processInfo.environment,
            descriptors: [null, null, null])
        try #require(program.wait() == 0, "openssl made no certificates")
    }
}

/// A server for the tests that prints its port when it is ready.
enum StandIn {
    static func start(_ command: [String], _ directory: String) throws -> (program: SpawnedProgram, port: Int) {
        let output = Pipe.ofOurOwn()
        let program = try SpawnedProgram(
            command, directory: directory, environment: ProcessInfo.processInfo.environment,
            descriptors: [
                NullDevice.descriptor, output.fileHandleForWriting.fileDescriptor, NullDevice.descriptor,
            ])
        try output.fileHandleForWriting.close()
        let line = withExtendedLifetime(output) {
            String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        }
        return (
            program, try #require(Int(line.filter(\.isNumber)), "\(command[1]) did not start: run Tests/setup test")
        )
    }
}
