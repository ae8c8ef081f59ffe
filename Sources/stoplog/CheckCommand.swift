import ArgumentParser
import GateEngine

/// `stoplog check`: the readiness checks without serving.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Runs the readiness checks without serving: exit 0 GO, 1 NO-GO.")

    @OptionGroup var options: GateOptions
    @Flag(help: "Print the checks as JSON.") var json = false

    func run() throws {
        let configuration = try GateConfiguration.loadOrComplain(options.sources())
        do {
            _ = try StateDirectory.open(configuration.stateDirectory)
        } catch {
            throw Ending.because(error)
        }
        let results = Gate.check(configuration)
        let isGo = results.allSatisfy(\.isPassed)
        if json {
            let checks = results.map { result in
                "{\"id\":\(JSONText.quoted(result.name)),\"ok\":\(result.isPassed),\"detail\":\(JSONText.quoted(result.detail))}"
            }
            Output.line("{\"status\":\"\(isGo ? "GO" : "NO-GO")\",\"checks\":[\(checks.joined(separator: ","))]}")
        } else {
            Output.line(isGo ? "GO" : "NO-GO")
            for result in results {
                Output.line("  \(result.isPassed ? "ok  " : "FAIL") \(result.name)  \(Output.harmless(result.detail))")
            }
        }
        if !isGo { throw Ending.negative }
    }
}
