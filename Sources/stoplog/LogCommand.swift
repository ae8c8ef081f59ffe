import ArgumentParser

/// `stoplog log`: reads the journal.
struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "log", abstract: "Shows the journal's calls.")
}
