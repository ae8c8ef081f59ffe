/// The two directions of one exchange and what their end means for the client's connection. Pure.
///
/// Request side: `reading` → `complete` (last byte seen) or `aborted` (the client went away or broke the framing).
/// Response side: `none` → `streaming` (head written) → `complete` or `truncated`.
struct ExchangeMachine: Equatable {
    enum RequestSide: Equatable { case reading, complete, aborted }
    enum ResponseSide: Equatable { case none, streaming, complete, truncated }

    /// What the connection does once the response side has ended.
    enum Fate: Equatable {
        /// Read the next request.
        case keepAlive
        /// Read and drop the rest of the request's body first, then the next request.
        case drainThenKeepAlive
        /// Flush, then close in good order.
        case close
        /// Read and drop what the client still sends for a while, so that it sees the answer, then close.
        case lingerThenClose
        /// Flush what there is, then end so that the client sees an error.
        case abort
    }

    private(set) var request: RequestSide
    private(set) var response = ResponseSide.none
    /// The client wants, and its framing allows, another request on the connection.
    var mayKeepAlive: Bool

    init(hasBody: Bool, mayKeepAlive: Bool) {
        request = hasBody ? .reading : .complete
        self.mayKeepAlive = mayKeepAlive
    }

    mutating func requestEnded() {
        if request == .reading { request = .complete }
    }

    mutating func requestAborted() {
        if request == .reading { request = .aborted }
        mayKeepAlive = false
    }

    mutating func responseStarted() {
        if response == .none { response = .streaming }
    }

    /// The whole response was handed to the connection.
    mutating func responseEnded() -> Fate {
        response = .complete
        switch request {
        case .complete: return mayKeepAlive ? .keepAlive : .close
        case .reading: return mayKeepAlive ? .drainThenKeepAlive : .lingerThenClose
        case .aborted: return .close
        }
    }

    /// The response can't be completed.
    mutating func responseTruncated() -> Fate {
        response = .truncated
        return .abort
    }
}
