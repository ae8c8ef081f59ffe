import ArgumentParser
import GateEngine
import GatePolicy

/// `stoplog policy`: checks, explains, classifies and tests policies.
struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Checks, explains, classifies and tests policies.",
        subcommands: [PolicyCheck.self, PolicyExplain.self, PolicyClassify.self, PolicyTest.self])
}

extension GateConfiguration {
    /// The configured policies ready to judge; faults are printed and end the command with 78.
    func judgeOrComplain() throws -> OfflineJudge {
        let set = loadPolicies()
        guard let policy = set.policy else {
            for fault in set.diagnostics { Output.complain(fault.description) }
            throw Ending.configuration
        }
        return OfflineJudge(policy, self)
    }
}

/// Policy files named on the command line.
enum NamedPolicies {
    /// Prints every fault; the command ends with 1.
    static func complain(_ faults: [Diagnostic]) -> ExitCode {
        for fault in faults { Output.complain(fault.description) }
        return Ending.negative
    }
}

/// `stoplog policy check FILE…`
struct PolicyCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Finds every fault in policy files, rules that can never fire among them.")

    @OptionGroup var options: PolicyOptions
    @Argument(help: ArgumentHelp("Policy files, judged in this order.", valueName: "file")) var files: [String] = []

    func validate() throws {
        if files.isEmpty, options.policy.isEmpty { throw ValidationError("name the policy files to check") }
    }

    func run() throws {
        let (sources, faults) = PolicyFiles.read((options.policy + files).map(PolicyReference.file))
        let set = PolicySet.check(sources: sources)
        let all = faults + set.diagnostics
        guard all.isEmpty, let policy = set.policy else { throw NamedPolicies.complain(all) }
        let rules = policy.ruleCount
        Output.line(
            "\(sources.count) file\(sources.count == 1 ? "" : "s"), \(rules) rule\(rules == 1 ? "" : "s"): no fault")
    }
}

/// `stoplog policy test [FILE…]`
struct PolicyTest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Runs the tests written inside policy files; without files, the configured policies'.")

    @OptionGroup var options: PolicyOptions
    @Argument(help: ArgumentHelp("Policy files, judged in this order.", valueName: "file")) var files: [String] = []

    func run() throws {
        let configuration = try GateConfiguration.loadOrComplain(options.sources())
        let judged = files.isEmpty ? configuration.policies : (options.policy + files).map(PolicyReference.file)
        let loaded = PolicyFiles.load(judged)
        guard let policy = loaded.policy else { throw NamedPolicies.complain(loaded.diagnostics) }
        let results = policy.runTests(strict: configuration.isStrict)
        let failures = results.compactMap(\.diagnostic)
        for failure in failures { Output.complain(failure.description) }
        Output.line("\(results.count) test\(results.count == 1 ? "" : "s"), \(failures.count) failed")
        if !failures.isEmpty { throw Ending.negative }
    }
}
