internal import GatePolicy

/// Reads the policies that a configuration names, all of them or none.
enum PolicyLoader {
    struct Loaded {
        /// nil when there is any fault.
        var policy: CompiledPolicy?
        /// `file:line:column: error: …`
        var faults: [String]
    }

    /// The largest policy file.
    static let fileLimit = ByteCount.mebibytes(4)

    static func load(_ locations: [PolicyReference]) -> Loaded {
        var sources: [PolicySource] = []
        var faults: [String] = []
        for location in locations {
            switch location {
            case .pack(let name):
                guard let source = BuiltInPacks.source(name) else {
                    faults.append("no built-in policy is called '\(name)'; there are \(BuiltInPacks.names.joined(separator: ", "))")
                    continue
                }
                sources.append(source)
            case .file(let path):
                do {
                    sources.append(.init(name: path, text: try FileAccess.readText(path, limit: fileLimit)))
                } catch {
                    faults.append("\(path):1:1: error: \(error)")
                }
            }
        }
        guard faults.isEmpty else { return Loaded(policy: nil, faults: faults) }
        let set = PolicySet.load(sources: sources)
        return Loaded(policy: set.policy, faults: set.policy == nil ? set.diagnostics.map(\.description) : [])
    }

    /// The files whose change means a reload.
    static func files(_ configuration: GateConfiguration) -> [String] {
        var files = configuration.file.map { [$0] } ?? []
        for case .file(let path) in configuration.policies { files.append(path) }
        return files
    }
}
