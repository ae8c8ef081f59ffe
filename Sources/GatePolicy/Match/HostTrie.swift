/// Values filed under host globs; a look-up costs what the host's own labels cost, not the number of hosts.
struct HostTrie<Value: Sendable>: Sendable {
    init() {}

    /// Files `value` under a pattern of domain `.host`.
    mutating func insert(_ pattern: GlobPattern, _ value: Value) {}

    /// Calls `visit` once for each insertion whose pattern matches; in no particular order.
    ///
    /// `host` is canonical (`Readings.host`). Allocates nothing.
    func forEachMatch(_ host: String, _ visit: (Value) -> Void) {}
}
