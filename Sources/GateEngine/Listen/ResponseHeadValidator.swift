import GatePolicy

/// Checks an upstream's head line by line as libcurl hands it over: what libcurl lets pass is a fault here.
struct ResponseHeadValidator: Sendable {
    enum Outcome: Sendable {
        /// The head goes on.
        case needMore
        /// A 1xx head: pass it on at once; another head follows.
        case interim(ResponseHead)
        /// The final head. Lines after it are trailers.
        case final(ResponseHead)
        /// `upstream-protocol`: what is wrong. Abort the transfer.
        case fault(String)
    }

    /// Trailer fields that may be passed on.
    private(set) var trailers = FieldBlock()
    /// False at the transfer's end: the upstream closed inside a head.
    private(set) var sawFinalHead = false

    /// - Parameters:
    ///   - isHead: the request's method is HEAD.
    ///   - allowsUpgrade: the websocket upgrade was passed on, so that a 101 may come.
    init(isHead: Bool, allowsUpgrade: Bool) {}

    /// One header line with its line end, a status line or the empty line.
    mutating func line(_ bytes: Span<UInt8>) -> Outcome { .needMore }
}
