import ArgumentParser

@main
struct Stoplog: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "stoplog", abstract: "A gate for outbound calls.")
}
