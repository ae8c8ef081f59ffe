import ArgumentParser

/// `stoplog policy`: checks, explains, classifies and tests policies.
struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "policy", abstract: "Checks, explains and tests policies.")
}
