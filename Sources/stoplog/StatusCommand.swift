import ArgumentParser
import Foundation
import GateEngine

/// `stoplog status`: readiness and mode of the running gate; exit 0 GO, 1 NO-GO, 69 when none answers.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Shows the running gate's readiness and mode: exit 0 GO, 1 NO-GO, 69 no gate.")

    @OptionGroup var finder: FinderOptions
    @Flag(help: "Print the gate's answer as JSON.") var json = false

    func run() throws {
        let client = try GateFinder(finder).require().client
        let answer = try client.call("GET", "/api/v1/status")
        guard let object = try? JSONSerialization.jsonObject(with: Data(answer)) as? [String: Any],
            let status = object["status"] as? String
        else {
            throw Ending.because(
                Ending.internalFault, "the gate's answer cannot be read: are gate and command of one version?")
        }
        Output.line(json ? String(decoding: answer, as: UTF8.self) : Self.text(object, status))
        if status != "GO" { throw Ending.negative }
    }

    private static func text(_ object: [String: Any], _ status: String) -> String {
        var lines = [status]
        for name in ["environment", "mode", "pid", "connections", "policy_digest"] {
            guard let value = object[name] else { continue }
            lines.append("  " + name.padding(toLength: 14, withPad: " ", startingAt: 0) + Output.harmless("\(value)"))
        }
        for check in object["checks"] as? [[String: Any]] ?? [] {
            let word = check["ok"] as? Bool == true ? "ok  " : "FAIL"
            lines.append("  \(word) " + Output.harmless("\(check["id"] ?? "")  \(check["detail"] ?? "")"))
        }
        return lines.joined(separator: "\n")
    }
}
