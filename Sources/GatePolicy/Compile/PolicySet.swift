internal import CGate

/// A policy file's text and the name under which its faults are reported.
public struct PolicySource: Sendable, Hashable {
    public var name: String
    public var text: String

    public init(name: String, text: String) {
        self.name = name
        self.text = text
    }
}

/// Policy files compiled together, or everything that is wrong with them.
public struct PolicySet: Sendable {
    /// The pack that is judged after all others, wherever it is named.
    public static let lastPolicy = "default"

    /// nil where there is any diagnostic that keeps the files from being used.
    public let policy: CompiledPolicy?
    /// In the order of the files and their lines.
    public let diagnostics: [Diagnostic]

    /// Compiles files in their order; `default` is judged last.
    ///
    /// A rule that can never fire is no fault here: a local policy may well overrule a shipped one.
    public static func load(sources: [PolicySource]) -> PolicySet {
        let (documents, faults) = parse(sources)
        guard faults.isEmpty else { return PolicySet(policy: nil, diagnostics: faults) }
        let program = PolicyProgram(documents: documents, digest: digest(of: sources))
        return PolicySet(policy: CompiledPolicy(program: program), diagnostics: [])
    }

    /// Compiles files and reports the rules that can never fire too, as `policy check` does.
    public static func check(sources: [PolicySource]) -> PolicySet {
        let loaded = load(sources: sources)
        guard let policy = loaded.policy else { return loaded }
        return PolicySet(
            policy: policy, diagnostics: Reachability.unreachable(in: policy.program.rules).map(\.diagnostic))
    }

    /// The documents in judging order.
    static func parse(_ sources: [PolicySource]) -> (documents: [PolicyDocument], faults: [Diagnostic]) {
        var documents: [PolicyDocument] = []
        var faults: [Diagnostic] = []
        var fileOfName: [String: String] = [:]
        for source in sources {
            let (document, found) = PolicyParser.parse(source)
            faults += found.sorted()
            guard let document else { continue }
            if let other = fileOfName[document.name] {
                faults.append(
                    Diagnostic(
                        file: source.name, position: SourcePosition(),
                        message: "the policy name `\(document.name)` is already used by \(other)"))
            }
            fileOfName[document.name] = source.name
            documents.append(document)
        }
        return (documents.filter { $0.name != lastPolicy } + documents.filter { $0.name == lastPolicy }, faults)
    }

    private static func digest(of sources: [PolicySource]) -> String {
        var hashed: [UInt8] = []
        for source in sources {
            hashed += "\(source.text.utf8.count):".utf8
            hashed += source.text.utf8
        }
        var digest = [UInt8](repeating: 0, count: 32)
        let isDone = unsafe hashed.withUnsafeBufferPointer { input in
            unsafe digest.withUnsafeMutableBufferPointer { output in
                unsafe EVP_Digest(input.baseAddress, input.count, output.baseAddress, nil, EVP_sha256(), nil)
            }
        }
        guard isDone == 1 else { return "" }
        let hex = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [hex[Int($0 >> 4)], hex[Int($0 & 15)]] }, as: UTF8.self)
    }
}

/// The policy packs that are embedded into the binary.
public enum BuiltInPacks {
    /// In judging order; `default` is last.
    public static var names: [String] {
        (0..<gate_pack_count).map { unsafe String(cString: gate_pack_at($0).pointee.name) }
    }

    /// The text of a pack; nil for a name that is none.
    public static func text(_ name: String) -> String? {
        for index in 0..<gate_pack_count {
            let pack = unsafe gate_pack_at(index).pointee
            guard unsafe String(cString: pack.name) == name else { continue }
            return unsafe String(decoding: UnsafeBufferPointer(start: pack.bytes, count: pack.length), as: UTF8.self)
        }
        return nil
    }

    /// A pack as a source, its file named `NAME.yaml`.
    public static func source(_ name: String) -> PolicySource? {
        text(name).map { PolicySource(name: "\(name).yaml", text: $0) }
    }

    /// Every pack.
    public static var sources: [PolicySource] { names.compactMap { source($0) } }
}
