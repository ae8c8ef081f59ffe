import ArgumentParser
import GateEngine

/// `stoplog ca`: the local certificate authority.
struct AuthorityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ca", abstract: "The local certificate authority.",
        subcommands: [Path.self])

    struct Path: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "path", abstract: "Prints the path of its certificate.")
        @OptionGroup var finder: FinderOptions
        func run() throws { Output.line(try GateFinder(finder).statePath + "/ca.pem") }
    }
}
