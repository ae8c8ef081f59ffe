/// Values filed under host globs; a look-up costs what the host's own labels cost, not the number of hosts.
///
/// A glob is filed under its literal last labels; what lies there is tested against the whole host.
struct HostTrie<Value: Sendable>: Sendable {
    private struct Entry {
        let pattern: GlobPattern
        /// Which alternative of the pattern is filed here.
        let alternative: Int
        let value: Value
    }

    private struct Node {
        var label: [UInt8] = []
        /// Children by the hash of their label; several share one on collision.
        var children: [UInt64: [Int]] = [:]
        /// Hosts that end here and need no further test.
        var exact: [Entry] = []
        /// Globs whose first wildcard, from the right, comes next.
        var globs: [Entry] = []
    }

    private var nodes = [Node()]

    init() {}

    /// Files `value` under a pattern of domain `.host`.
    mutating func insert(_ pattern: GlobPattern, _ value: Value) {
        for (index, segments) in pattern.alternatives.enumerated() {
            var node = 0
            var literals = 0
            for segment in segments.reversed() {
                guard case .literal(let word) = segment, let label = word.literal else { break }
                node = child(of: node, label)
                literals += 1
            }
            let entry = Entry(pattern: pattern, alternative: index, value: value)
            if literals == segments.count { nodes[node].exact.append(entry) } else { nodes[node].globs.append(entry) }
        }
    }

    private mutating func child(of node: Int, _ label: [UInt8]) -> Int {
        let hash = Self.hash(label.span, 0..<label.count)
        for index in nodes[node].children[hash] ?? [] where nodes[index].label == label { return index }
        nodes.append(Node(label: label))
        nodes[node].children[hash, default: []].append(nodes.count - 1)
        return nodes.count - 1
    }

    /// Calls `visit` once for each insertion whose pattern matches; in no particular order.
    ///
    /// `host` is canonical (`Readings.host`). Allocates nothing.
    func forEachMatch(_ host: String, _ visit: (Value) -> Void) {
        let utf8 = host.utf8
        let bytes = utf8.span
        var node = 0
        var end = bytes.count
        while true {
            for entry in nodes[node].globs { test(entry, bytes, visit) }
            guard end >= 0 else {
                for entry in nodes[node].exact where isFirst(entry, bytes) { visit(entry.value) }
                return
            }
            var start = end
            while start > 0, bytes[start - 1] != UInt8(ascii: ".") { start -= 1 }
            guard let next = find(node, bytes, start..<end) else { return }
            node = next
            end = start - 1
        }
    }

    private func find(_ node: Int, _ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        guard !nodes[node].children.isEmpty,
            let candidates = nodes[node].children[Self.hash(bytes, range)]
        else { return nil }
        for candidate in candidates where isLabel(candidate, bytes, range) { return candidate }
        return nil
    }

    private func isLabel(_ node: Int, _ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard nodes[node].label.count == range.count else { return false }
        for offset in 0..<range.count where nodes[node].label[offset] != bytes[range.lowerBound + offset] {
            return false
        }
        return true
    }

    private func test(_ entry: Entry, _ bytes: Span<UInt8>, _ visit: (Value) -> Void) {
        guard entry.pattern.matchesOne(entry.pattern.alternatives[entry.alternative], bytes) else { return }
        if isFirst(entry, bytes) { visit(entry.value) }
    }

    /// Whether no earlier alternative of the same pattern matches: each insertion is visited once.
    private func isFirst(_ entry: Entry, _ bytes: Span<UInt8>) -> Bool {
        for index in 0..<entry.alternative
        where entry.pattern.matchesOne(entry.pattern.alternatives[index], bytes) { return false }
        return true
    }

    /// FNV-1a.
    private static func hash(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in range { hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01b3 }
        return hash
    }
}
