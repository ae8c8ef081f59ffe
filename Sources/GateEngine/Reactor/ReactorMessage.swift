internal import GatePolicy
internal import GateStore

/// What other threads tell a reactor.
enum ReactorMessage: Sendable {
    /// The store answered an exchange that waits for it; nil means that the record is on disk.
    case committed(ticket: UInt64, StoreError?)
    /// Judge with this policy from now on.
    case policy(CompiledPolicy)
    /// Stop accepting, finish what runs.
    case drain
    /// End what still runs.
    case stop
}
