@testable import GatePolicy

/// Compiles one policy written in a test; an empty policy and the faults where it has any.
func compile(_ text: String, name: String = "p.yaml") -> (policy: CompiledPolicy, faults: [String]) {
    let set = PolicySet.load(sources: [PolicySource(name: name, text: text)])
    return (set.policy ?? .empty, set.diagnostics.map(\.description))
}

/// The faults of one policy, unreachable rules among them.
func check(_ text: String) -> [String] {
    PolicySet.check(sources: [PolicySource(name: "p.yaml", text: text)]).diagnostics.map(\.description)
}

/// A policy with these rules, written as flow mappings without the braces.
func rules(_ rules: String...) -> CompiledPolicy {
    compile("policy: t\nrules:\n" + rules.map { "  - { \($0) }\n" }.joined()).policy
}

/// The facts of a call written as `METHOD URL`.
func facts(_ call: String, _ headers: [String: String] = [:]) -> RequestFacts {
    let words = call.split(separator: " ").map(String.init)
    let fields = headers.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
    return RequestFacts(method: words[0], url: words[1], headers: fields)
        ?? RequestFacts(
            bytes: [], method: 0..<0, scheme: .http, host: "unreadable", port: 1, path: 0..<0, query: nil, fields: [])
}

/// `class rule` of a call, or `needs body`.
func verdict(
    _ policy: CompiledPolicy, _ call: String, _ headers: [String: String] = [:], body: BodyEvidence = .none,
    strict: Bool = false
) -> String {
    switch policy.judge(facts(call, headers), body: body, strict: strict) {
    case .needsBody: "needs body"
    case .decided(let verdict): "\(verdict.class.rawValue) \(verdict.rule ?? "-")"
    }
}

/// A seeded generator, so that a failing random test fails again.
struct PolicyRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state &* 0x2545_F491_4F6C_DD1D
    }
}
