public import GatePolicy

extension GateConfiguration {
    /// The configured policies compiled, or everything that is wrong with them; an unreadable file is a fault as well.
    public func loadPolicies() -> (policy: CompiledPolicy?, diagnostics: [Diagnostic]) { PolicyFiles.load(policies) }
}

/// Policies read from where a configuration names them.
public enum PolicyFiles {
    /// The longest policy file that is read.
    public static let limit = ByteCount.mebibytes(4)

    /// The texts in their order, and what could not be read.
    public static func read(_ references: [PolicyReference]) -> (sources: [PolicySource], faults: [Diagnostic]) {
        var sources: [PolicySource] = []
        var faults: [Diagnostic] = []
        for reference in references {
            switch reference {
            case .pack(let name):
                guard let source = BuiltInPacks.source(name) else {
                    let known = BuiltInPacks.names.joined(separator: ", ")
                    let message = "no built-in policy has this name; there are \(known)"
                    faults.append(Diagnostic(file: name, position: SourcePosition(), message: message))
                    continue
                }
                sources.append(source)
            case .file(let path):
                do {
                    sources.append(PolicySource(name: path, text: try FileAccess.readText(path, limit: limit)))
                } catch {
                    let message = "cannot read the policy: \(error.reason)"
                    faults.append(Diagnostic(file: path, position: SourcePosition(), message: message))
                }
            }
        }
        return (sources, faults)
    }

    /// The files whose change means a reload.
    static func watched(_ configuration: GateConfiguration) -> [String] {
        var files = configuration.file.map { [$0] } ?? []
        for case .file(let path) in configuration.policies { files.append(path) }
        return files
    }

    /// The policies compiled; no policy where there is any fault.
    public static func load(_ references: [PolicyReference]) -> (policy: CompiledPolicy?, diagnostics: [Diagnostic]) {
        let (sources, faults) = read(references)
        let set = PolicySet.load(sources: sources)
        return (faults.isEmpty ? set.policy : nil, faults + set.diagnostics)
    }
}
