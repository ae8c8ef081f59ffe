internal import GatePolicy
internal import GateStore

/// What other threads tell a reactor.
enum ReactorMessage: Sendable {
    /// The store answered an exchange that waits for it; nil means that the record is on disk.
    case committed(ticket: UInt64, StoreError?)
    /// Judge with this policy from now on, under these settings.
    case reload(CompiledPolicy, GateConfiguration)
    /// Another thread worked out an answer of the admin server.
    case answered(ticket: UInt64, SyntheticAnswer)
    /// Stop accepting, finish what runs.
    case drain
    /// End what still runs.
    case stop
}
