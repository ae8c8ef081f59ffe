import ArgumentParser
import Foundation
import GateEngine

/// `stoplog ca`: the local certificate authority.
struct AuthorityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ca", abstract: "The local certificate authority.",
        subcommands: [Path.self, Show.self, InstallHelp.self, Rotate.self])

    struct Options: ParsableArguments {
        @OptionGroup var policy: PolicyOptions
        @Option(help: ArgumentHelp("The state directory.", valueName: "dir")) var state: String?

        /// The authority as the gate would open it; made where there is none yet.
        func open() throws -> (authority: Authority, configuration: GateConfiguration) {
            var sources = policy.sources()
            sources.flags["state"] = state
            let configuration = try GateConfiguration.loadOrComplain(sources)
            do {
                if let certificate = configuration.tls.certificateFile, let key = configuration.tls.keyFile {
                    return (try Authority.load(certificate: certificate, key: key), configuration)
                }
                let state = try StateDirectory.open(configuration.stateDirectory)
                return (try Authority.open(stateDirectory: state.path), configuration)
            } catch let error as StateError {
                throw Ending.because(error)
            } catch {
                throw Ending.because(Ending.configuration, "\(error)")
            }
        }
    }

    struct Path: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "path", abstract: "Prints the path of its certificate.")
        @OptionGroup var options: Options
        func run() throws { Output.line(try options.open().authority.certificateFile) }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Prints its name, dates, fingerprint and certificate.")
        @OptionGroup var options: Options
        func run() throws {
            let authority = try options.open().authority
            Output.line("file         \(authority.certificateFile)")
            Output.line("subject      \(authority.subject)")
            Output.line("valid from   \(RFC3339.text(authority.notBefore * 1_000_000))")
            Output.line("valid until  \(RFC3339.text(authority.notAfter * 1_000_000))")
            Output.line("SHA-256      \(authority.fingerprint)")
            if let pem = try? String(contentsOfFile: authority.certificateFile, encoding: .utf8) { Output.text(pem) }
        }
    }

    struct InstallHelp: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "install-help", abstract: "Tells how to make systems and runtimes trust it.")
        @OptionGroup var options: Options
        func run() throws {
            Output.text(InstallationHelp.text(certificate: try options.open().authority.certificateFile))
        }
    }

    struct Rotate: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rotate", abstract: "Makes a new authority; running gates take it when they are restarted.")
        @OptionGroup var options: Options
        func run() throws {
            let configuration = try options.open().configuration
            guard configuration.tls.certificateFile == nil else {
                throw Ending.because(
                    Ending.negative,
                    "the configuration names an authority of your own (tls.ca_cert): rotate it yourself")
            }
            do {
                let authority = try Authority.rotate(stateDirectory: configuration.stateDirectory)
                Output.line("\(authority.certificateFile)")
                Output.complain(
                    "stoplog: \(authority.subject) is new; restart the gates, and trust it wherever the old one was installed"
                )
            } catch {
                throw Ending.because(Ending.configuration, "\(error)")
            }
        }
    }
}

/// How the authority is made known outside of `run` and `env`.
enum InstallationHelp {
    static func text(certificate: String) -> String {
        let path = "'" + certificate.replacingOccurrences(of: "'", with: "'\\''") + "'"
        return """
            `stoplog run` and `eval "$(stoplog env)"` need none of this: they point programs at a bundle of their own.
            For a program that reads only the system's store, install the certificate of the authority:

              Debian, Ubuntu   sudo cp \(path) /usr/local/share/ca-certificates/stoplog.crt && sudo update-ca-certificates
              Fedora, RHEL     sudo cp \(path) /etc/pki/ca-trust/source/anchors/stoplog.pem && sudo update-ca-trust
              Alpine           cp \(path) /usr/local/share/ca-certificates/stoplog.crt && update-ca-certificates
              Arch             sudo trust anchor --store \(path)
              macOS            sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain \(path)
              Java             keytool -importcert -cacerts -storepass changeit -noprompt -alias stoplog -file \(path)
              Firefox, Chrome  certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n stoplog -i \(path)

            Whoever has the authority's key can read what programs that trust it send: take it out again when
            the gate is gone, and never copy the key.

            """
    }
}
