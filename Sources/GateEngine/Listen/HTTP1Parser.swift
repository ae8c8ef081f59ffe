import GatePolicy

/// Reads one request head from a growing buffer, strictly, line by line, each byte once.
struct HTTP1Parser: Sendable {
    enum Outcome: Sendable {
        case needMore
        /// The head is whole; `consumed` bytes of the buffer are done with.
        case head(RequestHead, consumed: Int)
        case fault(RequestFault)
    }

    init() {}

    /// Goes on where it stopped. `bytes` starts at the same byte in each call until the outcome is not `.needMore`;
    /// then the parser is ready for the next head.
    mutating func parse(_ bytes: Span<UInt8>) -> Outcome { .needMore }
}
