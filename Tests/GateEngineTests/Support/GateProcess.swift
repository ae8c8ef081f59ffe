import Foundation
import Glibc
import Testing

/// The real `stoplog serve` on free ports with a state directory of its own, for one test.
final class GateProcess {
    enum Fault: Error { case notBuilt, notReady(String) }

    let directory: String
    let port: UInt16
    let adminPort: UInt16
    /// PEM file of the gate's authority.
    let authority: String
    let identifier: Int32
    private let process: Process
    private let log: String

    /// - Parameter descriptors: the soft and hard limit of open descriptors; nil leaves the machine's.
    init(configuration: String, environment: String, descriptors: Int?) throws {
        // OpenSSL writes to sockets whose peer has gone.
        Glibc.signal(SIGPIPE, SIG_IGN)
        directory = NSTemporaryDirectory() + "stoplog-gate-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try configuration.write(toFile: directory + "/stoplog.yaml", atomically: true, encoding: .utf8)
        log = directory + "/log"
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let output = Pipe()
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        let limit = descriptors.map { "ulimit -n \($0); " } ?? ""
        process.arguments =
            ["-c", limit + "exec \"$@\"", "sh", try Self.binary()] + [
                "serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--state", directory + "/state",
                "--config",
                directory + "/stoplog.yaml", "--env", environment, "--upstream-ca", OriginCertificate.good + ".crt",
            ]
        process.standardOutput = output
        process.standardError = FileHandle(forWritingAtPath: log)
        try process.run()
        identifier = process.processIdentifier
        var line = Data()
        while !line.contains(0x0A) {
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { break }
            line += more
        }
        guard let ready = try? JSONSerialization.jsonObject(with: line) as? [String: Any],
            let proxy = (ready["proxy"] as? String).flatMap(URL.init(string:))?.port,
            let admin = (ready["admin"] as? String).flatMap(URL.init(string:))?.port, let ca = ready["ca"] as? String
        else {
            process.waitUntilExit()
            throw Fault.notReady((try? String(contentsOfFile: log, encoding: .utf8)) ?? "")
        }
        port = UInt16(clamping: proxy)
        adminPort = UInt16(clamping: admin)
        authority = ca
    }

    /// `stoplog` beside the test bundle.
    private static func binary() throws -> String {
        let arguments = CommandLine.arguments
        var places = arguments.indices.dropFirst().filter { arguments[$0 - 1] == "--test-bundle-path" }.map {
            arguments[$0]
        }
        places.append(arguments[0])
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        let candidates = places.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path + "/stoplog" }
        let all = candidates + [root.path + "/.build/debug/stoplog"]
        guard let found = all.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
            throw Fault.notBuilt
        }
        return found
    }

    /// What the gate has logged so far.
    var logText: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

    func signal(_ number: Int32) { kill(identifier, number) }

    var isRunning: Bool { process.isRunning }

    /// Waits for the end; the exit status, or 128 and the signal.
    func waitForEnd() -> Int32 {
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    }

    /// Stops the gate and gives its exit status.
    fileprivate func end() -> Int32 {
        if process.isRunning { kill(identifier, SIGTERM) }
        let status = waitForEnd()
        try? FileManager.default.removeItem(atPath: directory)
        return status
    }
}

/// Runs `body` against a gate of its own; afterwards the gate must still be there and end in good order.
func withGate(
    _ configuration: String = "version: 1\npolicies: []\n", environment: String = "production", descriptors: Int? = nil,
    _ body: (GateProcess) throws -> Void
) throws {
    let gate = try GateProcess(configuration: configuration, environment: environment, descriptors: descriptors)
    var failure: (any Error)?
    do { try body(gate) } catch { failure = error }
    let log = gate.logText
    let status = gate.end()
    #expect(status == 0, "the gate ended with \(status): \(log.suffix(2000))")
    if let failure { throw failure }
}
