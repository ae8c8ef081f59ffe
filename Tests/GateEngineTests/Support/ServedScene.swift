import Foundation
import Testing

/// `stoplog serve` in a scene, from its ready line to its drained end.
final class ServedScene {
    let scene: ClientScene
    let proxy: String
    let admin: String
    /// The gate's own authority.
    let authority: String
    let ready: [String: Any]
    private let program: SpawnedProgram
    private let errors: FileHandle
    private var unread = ""

    /// Starts a gate on free ports and ends it after `body`.
    static func with(
        _ scene: ClientScene, _ options: [String] = [], launcher: [String] = [], _ body: (ServedScene) throws -> Void
    ) throws {
        let served = try ServedScene(scene, options, launcher)
        defer { served.stop() }
        try body(served)
    }

    private init(_ scene: ClientScene, _ options: [String], _ launcher: [String]) throws {
        self.scene = scene
        let output = Pipe.ofOurOwn()
        let error = Pipe.ofOurOwn()
        program = try SpawnedProgram(
            launcher + [ClientScene.binary, "serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]
                + scene.gateOptions(options),
            directory: scene.directory, environment: scene.environmentOfPrograms,
            descriptors: [
                NullDevice.descriptor, output.fileHandleForWriting.fileDescriptor,
                error.fileHandleForWriting.fileDescriptor,
            ])
        try output.fileHandleForWriting.close()
        try error.fileHandleForWriting.close()
        errors = error.fileHandleForReading
        let line = output.fileHandleForReading.availableData
        ready = try #require(
            (try? JSONSerialization.jsonObject(with: line)) as? [String: Any],
            "no ready line: \(String(decoding: error.fileHandleForReading.availableData, as: UTF8.self))")
        proxy = try #require(ready["proxy"] as? String)
        admin = try #require(ready["admin"] as? String)
        authority = try #require(ready["ca"] as? String)
    }

    var pid: Int32 { program.pid }

    func signal(_ number: Int32) { program.signal(number) }

    /// Waits for the gate's own end; its status.
    func waitForEnd() -> Int32 { program.wait() }

    func stop() { program.stop() }

    /// Reads the gate's log up to a line that holds a text; false where the log ends before.
    func logged(_ text: String) -> Bool {
        while true {
            if let found = unread.range(of: text) {
                unread = String(unread[found.upperBound...])
                return true
            }
            let more = errors.availableData
            if more.isEmpty { return false }
            unread += String(decoding: more, as: UTF8.self)
        }
    }

    // MARK: Callers

    /// curl through the gate, as a program would call it; `-i` and silent.
    func curl(_ arguments: [String]) throws -> CurlAnswer {
        let ended = try scene.run(
            ["curl", "-sS", "-i", "--suppress-connect-headers", "--noproxy", "", "--proxy", proxy, "--cacert", bundle]
                + arguments)
        return CurlAnswer(ended)
    }

    /// Sends bytes as they are and gives what came back until the gate closed.
    func raw(_ bytes: String) throws -> String {
        let port = proxy.split(separator: ":").last.map(String.init) ?? ""
        return try scene.run(["python3", ClientScene.support("raw.py"), port], input: bytes).out
    }

    func stoplog(_ arguments: [String]) throws -> Ended {
        try scene.stoplog(arguments + ["--state", scene.state])
    }

    private var bundle: String { authority }
}

/// What curl printed of the last answer.
struct CurlAnswer {
    let exit: Int32
    let status: Int
    let head: [String]
    let body: String
    let error: String

    init(_ ended: Ended) {
        exit = ended.status
        error = ended.err
        // Interim answers come before the final head.
        var rest = Substring(ended.out.replacingOccurrences(of: "\r\n", with: "\n"))
        var lines: [String] = []
        while rest.hasPrefix("HTTP/") {
            let parts = rest.components(separatedBy: "\n\n")
            lines = (parts.first ?? "").split(separator: "\n").map(String.init)
            rest = Substring(parts.dropFirst().joined(separator: "\n\n"))
            guard lines.first.map({ $0.contains(" 1") }) == true else { break }
        }
        status = lines.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
        head = lines
        body = String(rest)
    }

    func header(_ name: String) -> String? {
        let prefix = name.lowercased() + ":"
        guard let line = head.first(where: { $0.lowercased().hasPrefix(prefix) }) else { return nil }
        return line.dropFirst(prefix.count).trimmingCharacters(in: .whitespaces)
    }

    /// The body as an object; empty where it is none.
    var json: [String: Any] {
        ((try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any]) ?? [:]
    }
}
