import ArgumentParser
import Foundation
import GateEngine
import Glibc
import Logging

/// `stoplog serve`: the gate until a signal ends it.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Runs the gate until SIGTERM or SIGINT; SIGHUP reloads configuration and policy.")

    @OptionGroup var options: GateOptions

    func run() throws {
        let sources = options.sources()
        let configuration = try GateConfiguration.loadOrComplain(sources)
        let signals = SignalSet([SIGTERM, SIGINT, SIGHUP])
        signals.block()
        signal(SIGPIPE, SIG_IGN)
        let sink = LogSink(descriptor: STDERR_FILENO, format: configuration.log.format)
        defer { sink.close() }
        let served = try ServedGate.start(
            configuration, logger: sink.logger(label: "stoplog", level: configuration.log.level), callSink: sink,
            failure: Ending.internalFault)
        served.gate.watchFiles { served.reload(sources) }
        Output.line(served.gate.ready.json)
        while true {
            let received = signals.wait()
            guard received.number == SIGHUP else { break }
            served.reload(sources)
        }
        // A second signal ends the process at once.
        signals.unblock()
        served.stop(deadline: configuration.drain)
    }
}

/// A gate with its entry in the state directory.
struct ServedGate: Sendable {
    let gate: Gate
    private let entry: GateEntry
    private let logger: Logger

    /// Starts the gate and registers it; `failure` is the exit code for faults of the gate itself.
    static func start(
        _ configuration: GateConfiguration, logger: Logger, callSink: LogSink? = nil, failure: ExitCode
    ) throws -> ServedGate {
        do {
            let state = try StateDirectory.open(configuration.stateDirectory)
            let gate = try Gate.start(configuration, logger: logger, callSink: callSink)
            do {
                return ServedGate(gate: gate, entry: try state.register(gate.ready.registration), logger: logger)
            } catch {
                gate.drain(deadline: .zero)
                throw error
            }
        } catch let error as StateError {
            throw Ending.because(error)
        } catch let error as GateError {
            throw Ending.because(error.code == .configuration ? Ending.configuration : failure, error.message)
        }
    }

    /// Reads everything again; a faulty configuration is logged, and the running one stays.
    func reload(_ sources: ConfigurationSources) {
        do {
            gate.reload(try GateConfiguration.load(sources))
        } catch {
            for fault in error.faults {
                logger.error(
                    "The configuration is faulty; the running one stays", metadata: .keyed([(.fault, "\(fault)")]))
            }
        }
    }

    func stop(deadline: Duration) {
        gate.drain(deadline: deadline)
        entry.remove()
    }
}

extension ReadyLine {
    /// What the command line will find in `gates/`.
    var registration: GateRegistration {
        GateRegistration(
            pid: getpid(), proxy: "http://\(proxy.reachable)", admin: "http://\(admin.reachable)",
            environment: environment, mode: mode, ca: ca,
            started: RFC3339.text(Int64(Date().timeIntervalSince1970 * 1_000_000)))
    }
}
