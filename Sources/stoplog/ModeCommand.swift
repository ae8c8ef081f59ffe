import ArgumentParser
import GateEngine
import GatePolicy

/// `stoplog mode`: shows or flips the mode of a running gate.
struct ModeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mode", abstract: "Shows or flips the running gate's mode.",
        discussion: "A flip to a stricter mode survives a restart, a flip to a looser one does not.")

    @OptionGroup var finder: FinderOptions
    @Flag(help: "Print the gate's answer as JSON.") var json = false
    @Argument(help: ArgumentHelp("observe, live, hold, dry-run or block.", valueName: "mode")) var mode: String?

    func validate() throws {
        guard let mode, Mode(rawValue: mode) == nil else { return }
        throw ValidationError("'\(mode)' is not a mode: use \(Mode.allCases.map(\.rawValue).joined(separator: ", "))")
    }

    func run() throws {
        let client = try GateFinder(finder).require().client
        let answer: [UInt8]
        if let mode {
            answer = try client.call("PUT", "/api/v1/mode", json: "{\"mode\":\(JSONText.quoted(mode))}")
        } else {
            answer = try client.call("GET", "/api/v1/mode")
        }
        guard !json else { return Output.line(String(decoding: answer, as: UTF8.self)) }
        Output.line(JSONObject(answer)?.string("mode") ?? mode ?? String(decoding: answer, as: UTF8.self))
    }
}
