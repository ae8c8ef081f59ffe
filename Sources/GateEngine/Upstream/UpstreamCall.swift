internal import GatePolicy

/// One request as it goes upstream: what was judged is what is sent.
struct UpstreamCall {
    enum Body: Equatable {
        case none
        /// Exactly this many bytes follow.
        case sized(Int)
        /// Length unknown: chunked.
        case chunked
    }

    /// `http` or `https`: how the upstream is spoken to (the reroute's scheme where there is one).
    var scheme: RequestFacts.Scheme
    /// Lower-case host without brackets, and port, that are dialled and whose certificate is checked.
    var host: String
    var port: UInt16
    /// Method, request target (absolute-form where an `http` call goes through the upstream proxy) and header
    /// lines, `Host:` first, prepared for libcurl. Its `url` is not used: a reroute dials elsewhere.
    var head: UpstreamHead
    var body: Body
    /// True for a target of `reroute`: `deny_networks` does not apply.
    var isRerouted: Bool
}

/// Receives what happens to a transfer, on its reactor. Called from inside libcurl's callbacks: it may call
/// the transfer's `pause`, `resume`, `bodyAvailable` and `cancel` (they take effect when libcurl has returned).
protocol UpstreamHandler: AnyObject {
    /// A 1xx head other than 101.
    func upstreamInterim(_ head: ResponseHead)
    /// The final head, validated.
    func upstreamHead(_ head: ResponseHead)
    /// Body bytes, content coding untouched; the receiver takes all of them.
    func upstreamBody(_ bytes: UnsafeRawBufferPointer)
    /// Trailer fields, validated, before `upstreamEnded`; not called without any.
    func upstreamTrailers(_ trailers: FieldBlock)
    /// Request body bytes are wanted.
    func upstreamWantsBody(into buffer: UnsafeMutableRawBufferPointer) -> BodySupply
    /// The trailer fields of a chunked request, after its last byte; by default none.
    func upstreamWantsTrailers() -> FieldBlock
    /// The last event: nil after a complete response, else why not. The transfer is gone afterwards.
    func upstreamEnded(_ error: UpstreamError?)
}

extension UpstreamHandler {
    func upstreamWantsTrailers() -> FieldBlock { FieldBlock() }
}

/// What a request's body has to offer at the moment.
enum BodySupply: Equatable {
    case bytes(Int)
    /// Nothing yet: the transfer pauses until `bodyAvailable`.
    case later
    case end
    /// The client went away: the transfer must not look complete.
    case abort
}

/// Why a transfer failed, who is to blame and whether a byte of the request may have reached the upstream.
struct UpstreamError: Error, Equatable {
    enum Code: String, Sendable {
        case unreachable, tls, timeout
        case protocolFault = "protocol"
        case denied, cancelled
        case clientBody = "client-body"
        case overloaded
    }
    enum Phase: String, Sendable {
        case resolve, connect, handshake, send, head, body
    }
    var code: Code
    var phase: Phase
    /// False only where it is proven that nothing left.
    var mayHaveLeft: Bool
    /// For people: libcurl's words, without secrets.
    var message: String
    /// RFC 9209 error type: `dns_error`, `connection_refused`, `tls_certificate_error`, …
    var proxyStatus: String
}
