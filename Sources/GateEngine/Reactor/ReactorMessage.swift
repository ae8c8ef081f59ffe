/// What other threads tell a reactor.
enum ReactorMessage: Sendable {
    /// Stop accepting, finish what runs.
    case drain
    case stop
}
