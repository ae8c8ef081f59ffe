internal import GatePolicy
internal import GateStore

/// The readiness checks without serving.
enum PreFlight {
    static func run(_ configuration: GateConfiguration) -> [CheckResult] {
        var results: [CheckResult] = []
        func check(_ name: String, _ work: () throws -> String) {
            do {
                results.append(CheckResult(name: name, isPassed: true, detail: try work()))
            } catch {
                results.append(CheckResult(name: name, isPassed: false, detail: GateParts.failure(error).message))
            }
        }
        check("store") {
            try GateParts.store(configuration).close()
            return "the journal can be opened"
        }
        check("policy") {
            let loaded = PolicyLoader.load(configuration.policies)
            guard let policy = loaded.policy else {
                throw GateError(.configuration, loaded.faults.joined(separator: "; "))
            }
            return "\(policy.ruleCount) rules, digest \(policy.digest.prefix(12))"
        }
        check("ca") {
            let authority = try Authority.open(stateDirectory: configuration.stateDirectory)
            return authority.subject
        }
        check("upstream-tls") {
            let trust = try UpstreamTrust(extraFiles: configuration.upstream.authorityFiles)
            return "\(trust.count) roots"
        }
        return results
    }
}
