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

    func run() throws {
        switch kind {
        case .config: Output.text(ConfigurationSchema.json)
        case .policy: throw Ending.because(Ending.internalFault, "this build has no schema of policies")
        }
    }
}
