/// Values filed under host globs; a look-up costs what the host's own labels cost, not the number of hosts.
///
/// A glob is filed under its literal last labels; what lies there is tested against the whole host.
struct HostTrie<Value: Sendable>: Sendable {
    /// Plain numbers, so that walking entries touches no reference counts.
    private struct Entry {
        let pattern: Int
        /// Which alternative of the pattern is filed here.
        let alternative: Int
        let value: Int
    }

    private struct Node {
        /// The node of the label to the right; 0 is the root.
        let parent: Int
        let label: [UInt8]
        let hash: UInt64
        /// Hosts that end here and need no further test.
        var exact: [Entry] = []
        /// Globs whose first wildcard, from the right, comes next.
        var globs: [Entry] = []
    }

    private var nodes = [Node(parent: -1, label: [], hash: 0)]
    private var patterns: [GlobPattern] = []
    private var values: [Value] = []
    /// Open addressing over all nodes but the root: a node's index, or 0 for a free slot.
    ///
    /// Its size is a power of
    /// two and at least twice the number of nodes.
    private var slots = [Int32](repeating: 0, count: 16)

    init() {}

    /// Files `value` under a pattern of domain `.host`.
    mutating func insert(_ pattern: GlobPattern, _ value: Value) {
        patterns.append(pattern)
        values.append(value)
        for (index, segments) in pattern.alternatives.enumerated() {
            var node = 0
            var literals = 0
            for segment in segments.reversed() {
                guard case .literal(let word) = segment, let label = word.literal else { break }
                node = child(of: node, label)
                literals += 1
            }
            let entry = Entry(pattern: patterns.count - 1, alternative: index, value: values.count - 1)
            if literals == segments.count { nodes[node].exact.append(entry) } else { nodes[node].globs.append(entry) }
        }
    }

    private mutating func child(of node: Int, _ label: [UInt8]) -> Int {
        let bytes = label.span
        if let found = find(node, bytes, 0..<label.count) { return found }
        nodes.append(Node(parent: node, label: label, hash: Self.hash(node, bytes, 0..<label.count)))
        if nodes.count * 2 > slots.count {
            slots = [Int32](repeating: 0, count: slots.count * 2)
            for index in 1..<nodes.count { place(index) }
        } else {
            place(nodes.count - 1)
        }
        return nodes.count - 1
    }

    private mutating func place(_ node: Int) {
        var slot = Int(truncatingIfNeeded: nodes[node].hash) & (slots.count - 1)
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = Int32(truncatingIfNeeded: node)
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
            for entry in nodes[node].globs where matches(entry, bytes) && isFirst(entry, bytes) {
                visit(values[entry.value])
            }
            guard end >= 0 else {
                for entry in nodes[node].exact where isFirst(entry, bytes) { visit(values[entry.value]) }
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
        var slot = Int(truncatingIfNeeded: Self.hash(node, bytes, range)) & (slots.count - 1)
        while slots[slot] != 0 {
            let candidate = Int(slots[slot])
            if nodes[candidate].parent == node, isLabel(candidate, bytes, range) { return candidate }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    private func isLabel(_ node: Int, _ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard nodes[node].label.count == range.count else { return false }
        for offset in 0..<range.count where nodes[node].label[offset] != bytes[range.lowerBound + offset] {
            return false
        }
        return true
    }

    private func matches(_ entry: Entry, _ bytes: Span<UInt8>) -> Bool {
        patterns[entry.pattern].matchesOne(patterns[entry.pattern].alternatives[entry.alternative], bytes)
    }

    /// Whether no earlier alternative of the same pattern matches: each insertion is visited once.
    private func isFirst(_ entry: Entry, _ bytes: Span<UInt8>) -> Bool {
        for index in 0..<entry.alternative
        where patterns[entry.pattern].matchesOne(patterns[entry.pattern].alternatives[index], bytes) { return false }
        return true
    }

    /// FNV-1a over the label, begun with the parent's number.
    private static func hash(_ node: Int, _ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ (UInt64(truncatingIfNeeded: node) &* 0x9E37_79B9_7F4A_7C15)
        for index in range { hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01b3 }
        return hash ^ (hash >> 32)
    }
}
