/// Finds rules that can never fire because an earlier one takes every call of theirs; reports only what is certain.
enum Reachability {
    struct Finding {
        let rule: CompiledRule
        let coveredBy: CompiledRule

        var diagnostic: Diagnostic {
            let place =
                coveredBy.file == rule.file
                ? "line \(coveredBy.position.line)" : "\(coveredBy.file):\(coveredBy.position.line)"
            return Diagnostic(
                file: rule.file, position: rule.position,
                message: "the rule `\(rule.id)` can never fire: `\(coveredBy.id)` (\(place)) takes all of its calls")
        }
    }

    /// `rules` in judging order.
    static func unreachable(in rules: [CompiledRule]) -> [Finding] {
        var findings: [Finding] = []
        for (index, rule) in rules.enumerated() {
            let conjuncts = rule.condition.conjuncts
            if let cover = rules[..<index].first(where: { covers($0, rule, conjuncts) }) {
                findings.append(Finding(rule: rule, coveredBy: cover))
            }
        }
        return findings
    }

    private static func covers(_ earlier: CompiledRule, _ later: CompiledRule, _ conjuncts: [Condition]) -> Bool {
        guard earlier.methods.isSuperset(of: later.methods), coversHosts(earlier, later) else { return false }
        // A tunnel is met by rules on host and port alone.
        if later.isOfTunnel && !earlier.isOfTunnel { return false }
        return earlier.condition.conjuncts.allSatisfy { needed in
            isImplied(needed, by: conjuncts)
        }
    }

    /// The host tests by which rules are filed are compared here; all others count as conditions.
    private static func coversHosts(_ earlier: CompiledRule, _ later: CompiledRule) -> Bool {
        if earlier.hosts.isEmpty { return true }
        guard !later.hosts.isEmpty else { return false }
        return later.hosts.allSatisfy { host in earlier.hosts.contains { $0.covers(host) } }
    }

    private static func isImplied(_ needed: Condition, by given: [Condition]) -> Bool {
        switch needed {
        case .all(let parts): return parts.allSatisfy { isImplied($0, by: given) }
        case .any(let parts):
            return given.contains { same($0, needed) } || parts.contains { isImplied($0, by: given) }
        case .not: return given.contains { same($0, needed) }
        case .test(let test):
            return given.contains { fact in
                guard case .test(let other) = fact else { return false }
                return implies(other, test)
            }
        }
    }

    /// Whether a call that meets `given` certainly meets `needed`.
    private static func implies(_ given: ConditionTest, _ needed: ConditionTest) -> Bool {
        guard given.subject == needed.subject else { return false }
        return implies(given.pattern, needed.pattern) && implies(given.second, needed.second)
    }

    private static func implies(_ given: ValuePattern?, _ needed: ValuePattern?) -> Bool {
        guard let needed else { return true }
        guard let given else { return false }
        return needed.covers(given)
    }

    /// Whether two conditions are built alike of tests that mean the same.
    private static func same(_ a: Condition, _ b: Condition) -> Bool {
        switch (a, b) {
        case (.all(let x), .all(let y)), (.any(let x), .any(let y)):
            return x.count == y.count && zip(x, y).allSatisfy { same($0, $1) }
        case (.not(let x), .not(let y)): return same(x, y)
        case (.test(let x), .test(let y)): return x.text == y.text && x.subject == y.subject
        default: return false
        }
    }
}
