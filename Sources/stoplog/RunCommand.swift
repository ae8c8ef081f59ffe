import ArgumentParser
import Foundation
import GateEngine
import Glibc

/// `stoplog run`: a program behind a gate of its own.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs a program behind a gate on free ports and sums up what was stopped.",
        usage: "stoplog run [<options>] -- <command> [<arguments> ...]")

    @OptionGroup var options: GateOptions
    @Option(help: ArgumentHelp("Hosts that the program reaches directly (default: none).", valueName: "list"))
    var noProxy: String?
    @Flag(name: .customLong("no-preload"), help: "Leave the shims for Python and Node out.")
    var isWithoutPreload = false
    @Option(help: ArgumentHelp("The session's name in the journal (default: a new one).", valueName: "name"))
    var session: String?
    @Argument(
        parsing: .captureForPassthrough, help: ArgumentHelp("The program and its arguments.", valueName: "command"))
    var words: [String] = []

    private var command: [String] { words.first == "--" ? Array(words.dropFirst()) : words }

    func validate() throws {
        if let first = words.first, first == "--help" || first == "-h" { throw CleanExit.helpRequest(self) }
        guard !command.isEmpty else {
            throw ValidationError("name the program to run: stoplog run [options] -- CMD ARGS…")
        }
        if command[0].hasPrefix("-"), words.first != "--" { throw ValidationError("unknown option '\(command[0])'") }
        if let session, !Self.isSessionName(session) {
            throw ValidationError("--session takes letters, digits, '-', '_' and '.' (at most 64)")
        }
    }

    private static func isSessionName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
    }

    func run() throws {
        var sources = options.sources()
        sources.flags["no-proxy"] = noProxy
        sources.defaultLogLevel = .warning
        var configuration = try GateConfiguration.loadOrComplain(sources)
        if !sources.isGiven("listen") { configuration.listen = ListenAddress(host: "127.0.0.1", port: 0) }
        if !sources.isGiven("admin") { configuration.admin = ListenAddress(host: "127.0.0.1", port: 0) }
        if isWithoutPreload { configuration.run.preload = false }

        signal(SIGCHLD, SIG_DFL)
        signal(SIGPIPE, SIG_IGN)
        let signals = SignalSet([SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2])
        signals.block()
        let sink = LogSink(descriptor: STDERR_FILENO, format: configuration.log.format)
        defer { sink.close() }
        let logger = sink.logger(label: "stoplog", level: configuration.log.level)
        let served = try ServedGate.start(configuration, logger: logger, failure: Ending.gateFailed)
        let name = session ?? Self.sessionName()
        let status = try runProgram(behind: served, configuration, session: name, signals)
        served.stop(deadline: .seconds(1))
        sink.flush()
        RunSummary.print(served.gate.summary(), ready: served.gate.ready, session: name)
        throw ExitCode(status)
    }

    /// The program's status for the shell. The gate lives until the program has ended, whatever signal comes.
    private func runProgram(
        behind served: ServedGate, _ configuration: GateConfiguration, session: String, _ signals: SignalSet
    ) throws -> Int32 {
        let inherited = ProcessInfo.processInfo.environment
        let files: RunFiles
        do {
            let state = try StateDirectory.existing(configuration.stateDirectory)
            RunFiles.sweep(state) { kill($0, 0) == 0 || errno != ESRCH }
            files = try RunFiles.write(
                in: state, name: "run-\(getpid())-\(session)", authorityFile: served.gate.ready.ca,
                inherited: inherited,
                preload: configuration.run.preload)
        } catch {
            served.stop(deadline: .zero)
            throw Ending.because(Ending.gateFailed, error.message)
        }
        defer { files.remove() }
        let facts = RunEnvironment.Facts(
            proxy: served.gate.ready.proxy.reachable, session: session, noProxy: configuration.run.noProxy,
            files: files.paths, runtimeDirectory: files.runtimeDirectory)
        do {
            let child = try ChildProcess.start(
                command, variables: RunEnvironment.variables(inherited: inherited, facts: facts))
            return Self.wait(for: child, signals)
        } catch {
            Output.complain("stoplog: cannot run \(command[0]): \(error.reason)")
            served.stop(deadline: .zero)
            return error.status
        }
    }

    private static func wait(for child: ChildProcess, _ signals: SignalSet) -> Int32 {
        while true {
            if let status = child.endedStatus() { return status }
            let received = signals.wait()
            if received.number != SIGCHLD, !received.isFromTerminal { kill(child.pid, received.number) }
        }
    }

    /// `run-` and ten characters that sort by nothing.
    private static func sessionName() -> String {
        let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")
        return "run-" + String((0..<10).compactMap { _ in alphabet.randomElement() })
    }
}

/// The words on stderr after a run.
enum RunSummary {
    /// More lines than these are left to `stoplog log`.
    private static let limit = 200

    static func print(_ lines: [SummaryLine], ready: ReadyLine, session: String) {
        for line in text(lines, ready: ready, session: session) { Output.complain(line) }
    }

    static func text(_ lines: [SummaryLine], ready: ReadyLine, session: String) -> [String] {
        let head = "stoplog: \(ready.environment), mode \(ready.mode), session \(session): "
        guard !lines.isEmpty else { return [head + "nothing was blocked, recorded, held or limited"] }
        var text = [head + "\(lines.count) call\(lines.count == 1 ? "" : "s") did not pass as sent"]
        let outcomes = lines.map(\.outcome.count).max() ?? 0
        let rules = min(40, lines.map { ($0.rule ?? "-").count }.max() ?? 0)
        for line in lines.prefix(limit) {
            let outcome = line.outcome.padding(toLength: outcomes, withPad: " ", startingAt: 0)
            let rule = line.rule ?? "-"
            let padded = rule + String(repeating: " ", count: max(0, rules - rule.count))
            text.append("  \(line.id)  \(outcome)  \(padded)  " + Output.harmless("\(line.method) \(line.url)"))
        }
        if lines.count > limit { text.append("  … \(lines.count - limit) more: stoplog log --session \(session)") }
        return text
    }
}
