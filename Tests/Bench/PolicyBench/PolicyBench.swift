import GatePolicy
import Glibc

/// Prints what judging one call costs: with few rules and many, for hosts with rules and without.
///
/// An argument restricts it to the calls whose URL holds it.
@main
struct PolicyBench {
    private static let rounds = 5
    private static let calls = 100_000

    private static let judged = [
        ("GET", "https://api0.example.com/v1/things/42?limit=3"),
        ("GET", "https://unknown.example.net/v1/things/42/parts"),
        ("POST", "https://api0.example.com/v1/resource9/42/action"),
        ("POST", "https://unknown.example.net/v1/things/42/items"),
        ("DELETE", "https://unknown.example.net/v1/things/42"),
    ]

    private static let json =
        #"{"id":"a1","customer":"cus_1","lines":[{"sku":"x","count":2,"price":9.5},{"sku":"y","count":1}],"note":"hello"}"#

    static func main() {
        for withPacks in [false, true] {
            guard let few = policy(rules: 10, hosts: 1, withPacks: withPacks),
                let many = policy(rules: 1000, hosts: 100, withPacks: withPacks)
            else { return }
            print("\(withPacks ? "with" : "without") the shipped packs, ns per call (best of \(rounds) rounds)")
            print(pad("call", 56), "10 rules, 1 host  1,000 rules, 100 hosts  ratio")
            for (method, url) in judged where CommandLine.arguments.count < 2 || url.contains(CommandLine.arguments[1])
            {
                compare(method, url, nil, few, many)
            }
            compare("POST", "https://unknown.example.net/v1/json", json, few, many)
        }
    }

    /// Prints one line: the call under few rules and under many, measured in turns.
    private static func compare(
        _ method: String, _ url: String, _ json: String?, _ few: CompiledPolicy, _ many: CompiledPolicy
    ) {
        let type = json == nil ? "text/plain" : "application/json"
        let headers = [("Host", "x"), ("User-Agent", "bench/1"), ("Accept", "*/*"), ("Content-Type", type)]
        let body = json.map { BodyEvidence.decoded(Array($0.utf8)) } ?? .none
        guard let facts = RequestFacts(method: method, url: url, headers: headers.map { (name: $0.0, value: $0.1) })
        else { return }
        var best = (few: Int.max, many: Int.max)
        for _ in 0..<rounds {
            best.few = min(best.few, nanoseconds(few, facts, body))
            best.many = min(best.many, nanoseconds(many, facts, body))
        }
        let ratio_percent = best.many * 100 / max(1, best.few)
        let fraction = ratio_percent % 100
        let ratio = "\(ratio_percent / 100).\(fraction < 10 ? "0" : "")\(fraction)"
        print(pad("\(method) \(url)", 56), pad("\(best.few)", 17), pad("\(best.many)", 23), ratio)
    }

    private static func nanoseconds(_ policy: CompiledPolicy, _ facts: RequestFacts, _ body: BodyEvidence) -> Int {
        var irreversible = 0
        let start = threadTime_ns()
        for _ in 0..<calls {
            if case .decided(let verdict) = policy.judge(facts, body: body, strict: false),
                verdict.class == .irreversible
            {
                irreversible += 1
            }
        }
        let time = threadTime_ns() - start
        precondition(irreversible == 0 || irreversible == calls)
        return time / calls
    }

    /// CPU time of this thread: other programs on the machine count less.
    private static func threadTime_ns() -> Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    private static func policy(rules: Int, hosts: Int, withPacks: Bool) -> CompiledPolicy? {
        var sources: [PolicySource] = []
        for host in 0..<hosts {
            var text = "policy: p\(host)\nhosts: [api\(host).example.com]\nrules:\n"
            for rule in 0..<rules / hosts {
                text += "  - { id: r\(rule), match: { method: POST, path: \"/v1/resource\(rule)/*/action\" }, "
                text += "class: irreversible, kind: payment }\n"
            }
            sources.append(PolicySource(name: "p\(host).yaml", text: text))
        }
        if withPacks { sources += BuiltInPacks.sources }
        let loaded = PolicySet.load(sources: sources)
        for diagnostic in loaded.diagnostics { print(diagnostic) }
        return loaded.policy
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
