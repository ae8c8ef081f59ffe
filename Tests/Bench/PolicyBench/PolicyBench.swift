import GatePolicy
import Glibc

/// Prints what judging one call costs: with few rules and many, for hosts with rules and without.
@main
struct PolicyBench {
    private static let rounds = 5
    private static let calls = 200_000

    static func main() {
        print("rules  hosts  shipped  call                                     ns/call")
        for (rules, hosts) in [(10, 1), (1000, 100)] {
            for withPacks in [false, true] {
                guard let policy = policy(rules: rules, hosts: hosts, withPacks: withPacks) else { return }
                measure(policy, "\(rules)", "\(hosts)", withPacks)
            }
        }
    }

    private static func measure(_ policy: CompiledPolicy, _ rules: String, _ hosts: String, _ withPacks: Bool) {
        let targets = [
            ("GET", "https://api0.example.com/v1/things/42?limit=3"),
            ("GET", "https://unknown.example.net/v1/things/42/parts"),
            ("POST", "https://api0.example.com/v1/resource9/42/action"),
            ("DELETE", "https://unknown.example.net/v1/things/42"),
        ]
        for (method, url) in targets {
            let headers = [("Host", "x"), ("User-Agent", "bench/1"), ("Accept", "*/*"), ("Content-Type", "text/plain")]
            guard let facts = RequestFacts(method: method, url: url, headers: headers.map { (name: $0.0, value: $0.1) })
            else { continue }
            let best = (0..<rounds).map { _ in nanoseconds(policy, facts) }.min() ?? 0
            print(
                "\(pad(rules, 6)) \(pad(hosts, 6)) \(pad(withPacks ? "yes" : "no", 8)) \(pad("\(method) \(url)".prefix(56).description, 57)) \(best)"
            )
        }
    }

    private static func nanoseconds(_ policy: CompiledPolicy, _ facts: RequestFacts) -> Int {
        var irreversible = 0
        let start = threadTime_ns()
        for _ in 0..<calls {
            if case .decided(let verdict) = policy.judge(facts, body: .none, strict: false),
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
