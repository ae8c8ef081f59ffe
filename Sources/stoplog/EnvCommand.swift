import ArgumentParser
import Foundation
import GateEngine

/// `stoplog env`: the variables that put an application behind a running gate.
struct EnvCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "env", abstract: "Prints the variables that put an application behind the running gate.",
        discussion: "eval \"$(stoplog env)\"")

    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case sh, fish, powershell, dotenv
    }
    @OptionGroup var finder: FinderOptions
    @Option(help: "sh, fish, powershell or dotenv.") var shell = Shell.sh
    @Option(help: ArgumentHelp("Hosts that the application reaches directly (default: none).", valueName: "list"))
    var noProxy: String?

    func run() throws {
        let finder = try GateFinder(finder)
        guard let gate = try finder.require().registration,
            let proxy = ListenAddress(text: String(gate.proxy.dropFirst(7)))
        else {
            throw Ending.because(
                Ending.unreachable, "the gate has no entry in \(finder.statePath)/gates: name its --state")
        }
        let inherited = ProcessInfo.processInfo.environment
        do {
            let state = try StateDirectory.existing(finder.statePath)
            let files = try RunFiles.write(
                in: state, name: "env-\(proxy.port)", authorityFile: gate.ca, inherited: inherited, preload: false)
            let facts = RunEnvironment.Facts(
                proxy: proxy, noProxy: noProxy ?? inherited["STOPLOG_NO_PROXY"] ?? "", files: files.paths,
                runtimeDirectory: files.runtimeDirectory)
            for (name, value) in RunEnvironment.variables(inherited: inherited, facts: facts) {
                Output.line(shell.assignment(name, value))
            }
        } catch {
            throw Ending.because(error)
        }
    }
}

extension EnvCommand.Shell {
    /// One line that sets a variable, whatever characters its value has.
    func assignment(_ name: String, _ value: String) -> String {
        switch self {
        case .sh: "export \(name)='\(replacing(value, ["'": "'\\''"]))'"
        case .fish: "set -gx \(name) '\(replacing(value, ["'": "\\'", "\\": "\\\\"]))'"
        case .powershell: "$env:\(name) = '\(replacing(value, ["'": "''"]))'"
        case .dotenv:
            "\(name)=\"\(replacing(value, ["\"": "\\\"", "\\": "\\\\", "$": "\\$", "`": "\\`", "\n": "\\n"]))\""
        }
    }

    private func replacing(_ value: String, _ escapes: [Character: String]) -> String {
        value.map { escapes[$0] ?? String($0) }.joined()
    }
}
