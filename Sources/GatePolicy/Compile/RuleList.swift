/// The rules of one host pattern, by method, in judging order.
struct RuleList: Sendable {
    struct Entry: Sendable {
        let rule: Int
        /// Into the program's signatures; the path must have one of them, empty: no filter.
        let signatures: Range<Int>
        let needsQuery: Bool
        let queryNames: UInt64
        let needsBody: Bool
        let bodyNames: NameFilter?
        let needsQueryOrBody: Bool
    }

    /// The column of the rules that can match a tunnel.
    static let tunnelColumn = MethodSet.count

    /// By the method's number in `MethodSet`, then that for tunnels.
    private(set) var columns: [[Entry]] = Array(repeating: [], count: MethodSet.count + 1)

    mutating func add(_ rule: CompiledRule, _ entry: Entry) {
        for index in 0..<MethodSet.count where rule.methods.contains(MethodSet(rawValue: 1 << UInt16(index))) {
            columns[index].append(entry)
        }
        if rule.isOfTunnel { columns[Self.tunnelColumn].append(entry) }
    }
}

/// Files rules under their hosts.
struct RuleListBuilder {
    private(set) var hosts = HostTrie<Int>()
    /// The first is for every host.
    private(set) var lists: [RuleList] = [RuleList()]
    private(set) var signatures: [PathSignature] = []
    private var listOfHost: [String: Int] = [:]

    mutating func add(_ rule: CompiledRule, index: Int) {
        let first = signatures.count
        if let globs = rule.condition.conjuncts.lazy.compactMap({ $0.pathGlobs }).first {
            signatures += PathSignature.alternatives(of: globs)
        }
        let entry = RuleList.Entry(
            rule: index, signatures: first..<signatures.count, needsQuery: rule.needsQuery,
            queryNames: rule.queryNames, needsBody: rule.needsBody,
            bodyNames: rule.bodyNames, needsQueryOrBody: rule.needsQueryOrBody)
        guard !rule.hosts.isEmpty else {
            lists[0].add(rule, entry)
            return
        }
        for list in Set(rule.hosts.map { number(of: $0) }).sorted() { lists[list].add(rule, entry) }
    }

    private mutating func number(of host: GlobPattern) -> Int {
        if let known = listOfHost[host.text] { return known }
        let number = lists.count
        lists.append(RuleList())
        listOfHost[host.text] = number
        hosts.insert(host, number)
        return number
    }
}
