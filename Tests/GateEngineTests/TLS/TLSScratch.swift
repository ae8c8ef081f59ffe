import Foundation
import Testing

@testable import GateEngine

/// A state directory of its own with an authority in it, removed in the end.
final class TLSScratch {
    let directory: String

    init() throws {
        directory = NSTemporaryDirectory() + "stoplog-tls-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func path(_ name: String) -> String { "\(directory)/\(name)" }

    func authority() throws -> Authority { try Authority.open(stateDirectory: directory) }

    func mode(_ name: String) throws -> Int {
        let facts = try FileManager.default.attributesOfItem(atPath: path(name))
        return try #require((facts[.posixPermissions] as? NSNumber)?.intValue)
    }

    func write(_ text: String, to name: String, mode: Int = 0o644) throws -> String {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path(name))
        return path(name)
    }

    func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

    /// Runs a program to its end, of 30 seconds at most; `input` is its standard input.
    func run(_ command: [String], input: String = "") throws -> (status: Int32, output: String) {
        let inputFile = try write(input, to: "input-\(UUID().uuidString)")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["timeout", "30"] + command
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        process.standardInput = FileHandle(forReadingAtPath: inputFile)
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }
}
