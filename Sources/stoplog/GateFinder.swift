import ArgumentParser
import Foundation
import GateEngine

/// `--admin` and `--state` of the commands that talk to a running gate.
struct FinderOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The admin server of the gate, where several run.", valueName: "host:port"))
    var admin: String?
    @Option(help: ArgumentHelp("The state directory of the gate.", valueName: "dir"))
    var state: String?
}

/// Finds the running gate that a command means.
struct GateFinder {
    let statePath: String
    private let named: ListenAddress?

    init(_ options: FinderOptions) throws {
        let variables = ProcessInfo.processInfo.environment
        var sources = ConfigurationSources(
            variables: variables, workingDirectory: FileManager.default.currentDirectoryPath)
        sources.flags["state"] = options.state
        do {
            statePath = try sources.statePath()
        } catch {
            throw Ending.because(error)
        }
        if let text = options.admin {
            named = try Self.address(text, place: "--admin", Ending.usage)
        } else if let text = variables["STOPLOG_ADMIN"], !text.isEmpty {
            named = try Self.address(text, place: "STOPLOG_ADMIN", Ending.configuration)
        } else {
            named = nil
        }
    }

    private static func address(_ text: String, place: String, _ code: ExitCode) throws -> ListenAddress {
        let bare = text.hasPrefix("http://") ? String(text.dropFirst(7).prefix { $0 != "/" }) : text
        guard let address = ListenAddress(text: bare), address.port != 0 else {
            throw Ending.because(code, "\(place): '\(text)' is not HOST:PORT")
        }
        return address.reachable
    }

    /// A gate and what the state directory knows of it.
    struct Found {
        var client: AdminClient
        var registration: GateRegistration?
    }

    /// The one gate meant; nil when none runs. Several that are not told apart end the command with their list.
    func find(environment: String? = nil) throws -> Found? {
        let state: StateDirectory
        do {
            state = try StateDirectory.existing(statePath)
        } catch {
            if let named { return Found(client: AdminClient(named, token: nil), registration: nil) }
            guard error.code == .absent else { throw Ending.because(error) }
            return nil
        }
        var gates = state.runningGates()
        if let named {
            let registration = gates.first { ListenAddress(text: String($0.admin.dropFirst(7))) == named }
            return Found(client: AdminClient(named, token: try token()), registration: registration)
        }
        if let environment { gates = gates.filter { $0.environment == environment } }
        guard gates.count <= 1 else { throw Self.ambiguous(gates) }
        guard let gate = gates.first, let address = ListenAddress(text: String(gate.admin.dropFirst(7))) else {
            return nil
        }
        return Found(client: AdminClient(address, token: try token()), registration: gate)
    }

    /// As `find`, but a missing gate ends the command with 69.
    func require(environment: String? = nil) throws -> Found {
        if let found = try find(environment: environment) { return found }
        throw Ending.because(
            Ending.unreachable, "no gate runs with the state directory \(statePath): start one with `stoplog serve`")
    }

    private func token() throws -> String? {
        guard let state = try? StateDirectory.existing(statePath), state.hasAdminToken else { return nil }
        do {
            return try state.adminToken()
        } catch {
            throw Ending.because(error)
        }
    }

    private static func ambiguous(_ gates: [GateRegistration]) -> ExitCode {
        let list = gates.map { gate in
            "  --admin \(gate.admin.dropFirst(7))  (pid \(gate.pid), \(gate.environment), proxy \(gate.proxy), since \(gate.started))"
        }
        return Ending.because(Ending.usage, "several gates run; name one:\n" + list.joined(separator: "\n"))
    }
}
