import ArgumentParser
import GateEngine
import Glibc

/// How a command ends: the exit codes that users may rely on, and words on stderr.
enum Ending {
    static let negative = ExitCode(1)
    static let usage = ExitCode(64)
    static let unreachable = ExitCode(69)
    static let internalFault = ExitCode(70)
    static let configuration = ExitCode(78)
    /// `run` alone: the gate itself failed.
    static let gateFailed = ExitCode(125)

    /// Says why on stderr and gives the code to throw.
    static func because(_ code: ExitCode, _ message: String) -> ExitCode {
        Output.complain("stoplog: " + message)
        return code
    }

    /// Prints every fault. What only flags got wrong is a matter of usage, all else of configuration.
    static func because(_ error: ConfigurationError) -> ExitCode {
        for fault in error.faults { Output.complain(fault.description) }
        let isUsage = error.faults.allSatisfy { fault in
            guard case .flag(let name) = fault.place else { return false }
            return !["--config", "--env", "--policy"].contains(name)
        }
        return isUsage ? usage : configuration
    }

    static func because(_ error: StateError) -> ExitCode { because(configuration, error.message) }
}

/// The two streams, written whole.
enum Output {
    static func line(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }
    static func complain(_ text: String) { write(text + "\n", to: STDERR_FILENO) }
    static func text(_ text: String) { write(text, to: STDOUT_FILENO) }

    static func write(_ text: String, to descriptor: Int32) { bytes(Array(text.utf8), to: descriptor) }

    /// A closed pipe (`| head`) ends the process as it would end `cat`: by SIGPIPE, which is left at its default.
    static func bytes(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                if errno == EAGAIN {
                    var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    _ = unsafe poll(&waiting, 1, -1)
                    continue
                }
                return
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Text from a caller as a terminal may show it: control characters become `?`.
    static func harmless(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? "?" : $0 }))
    }
}
