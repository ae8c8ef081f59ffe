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
            let loaded = configuration.loadPolicies()
            guard let policy = loaded.policy else {
                throw GateError(.configuration, loaded.diagnostics.map(\.description).joined(separator: "; "))
            }
            return "\(policy.ruleCount) rules, digest \(policy.digest.prefix(12))"
        }
        check("ca") {
            try GateParts.authority(configuration).subject
        }
        check("upstream-tls") {
            let trust = try UpstreamTrust(extraFiles: configuration.upstream.authorityFiles)
            return "\(trust.count) roots"
        }
        return results
    }
}
