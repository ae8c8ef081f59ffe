import ArgumentParser
import GateEngine
import GatePolicy

/// `stoplog schema`: the JSON Schema of either file.
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Prints the JSON Schema of the configuration or of a policy, for editors.")

    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case config, policy
    }
    @Argument(help: "config or policy.") var kind: Kind

    func run() {
        let text = kind == .config ? ConfigurationSchema.json : PolicySchema.policy
        Output.text(text.hasSuffix("\n") ? text : text + "\n")
    }
}
