/// One call under way, as its exchange holds it. All methods may be called from the handler's methods, take
/// effect at the end of the reactor's round, and do nothing after `upstreamEnded`.
final class CurlTransfer {
    init() {}

    /// No more response bytes for now; at most what libcurl has read already still comes.
    func pauseReading() {}
    func resumeReading() {}
    /// The request's body has more to offer (or its end) after `BodySupply.later`.
    func bodyAvailable() {}
    /// Ends the call: `upstreamEnded` with `.cancelled` comes at the end of the round, nothing before it.
    func cancel() {}
}

@available(*, unavailable)
extension CurlTransfer: Sendable {}
