import ArgumentParser
import Foundation
import GateEngine

/// `--config`, `--env` and `--policy`: what a policy's commands take too.
struct PolicyOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The configuration (default: ./stoplog.yaml where it exists).", valueName: "file"))
    var config: String?
    @Option(name: .customLong("env"), help: ArgumentHelp("The environment (default: development).", valueName: "name"))
    var environment: String?
    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("A policy judged before the configured ones; may be repeated.", valueName: "file"))
    var policy: [String] = []
    @Flag(help: "Every call that no rule classifies is irreversible.")
    var strict = false

    func sources() -> ConfigurationSources {
        var sources = ConfigurationSources(
            variables: ProcessInfo.processInfo.environment, workingDirectory: FileManager.default.currentDirectoryPath)
        sources.flags["config"] = config
        sources.flags["env"] = environment
        sources.policies = policy
        sources.isStrict = strict
        return sources
    }
}

/// The options of `run`, `serve` and `check`.
struct GateOptions: ParsableArguments {
    @OptionGroup var policy: PolicyOptions
    @Option(
        help: ArgumentHelp("observe, live, hold, dry-run or block (default: the environment's).", valueName: "mode"))
    var mode: String?
    @Option(
        help: ArgumentHelp(
            "Where applications reach the gate (default: 127.0.0.1:4780; port 0: any).", valueName: "host:port"))
    var listen: String?
    @Option(help: ArgumentHelp("Where the admin server listens (default: 127.0.0.1:4781).", valueName: "host:port"))
    var admin: String?
    @Option(
        help: ArgumentHelp(
            "The state directory (default: $XDG_STATE_HOME/stoplog or ~/.local/state/stoplog).", valueName: "dir"))
    var state: String?
    @Option(help: ArgumentHelp("sqlite, sqlite:PATH, memory or postgres://…", valueName: "url"))
    var store: String?
    @Option(help: ArgumentHelp("Roots in PEM, added to the system's.", valueName: "file"))
    var upstreamCa: String?
    @Option(help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"))
    var logLevel: String?
    @Option(help: ArgumentHelp("json or text.", valueName: "format"))
    var logFormat: String?
    @Option(
        help: ArgumentHelp(
            "How long in-flight calls may take after a signal to stop (default: 10s).", valueName: "duration"))
    var drain: String?

    func sources() -> ConfigurationSources {
        var sources = policy.sources()
        sources.flags["mode"] = mode
        sources.flags["listen"] = listen
        sources.flags["admin"] = admin
        sources.flags["state"] = state
        sources.flags["store"] = store
        sources.flags["upstream-ca"] = upstreamCa
        sources.flags["log-level"] = logLevel
        sources.flags["log-format"] = logFormat
        sources.flags["drain"] = drain
        return sources
    }
}

extension GateConfiguration {
    /// The configuration, or the exit code after every fault was printed.
    static func loadOrComplain(_ sources: ConfigurationSources) throws -> GateConfiguration {
        do {
            return try load(sources)
        } catch {
            throw Ending.because(error)
        }
    }
}
