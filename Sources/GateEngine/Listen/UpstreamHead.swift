import GatePolicy

/// A request's head as libcurl is given it: NUL-terminated lines in one buffer, so that list nodes can point into it.
struct UpstreamHead: Sendable {
    /// What is not in the client's head.
    struct Terms: Sendable {
        var correlationID: String
        var via: ViaStamp
        /// Absolute-form, for an upstream proxy.
        var absoluteForm = false
        /// Pass the websocket upgrade on (`head.wantsWebSocket`).
        var upgrade = false
    }

    /// Lines and strings, each ended by NUL.
    var bytes: [UInt8] = []
    /// Where the lines of `CURLOPT_HTTPHEADER` start, in order; `Host:` is first.
    var lines: [Int] = []
    /// Where the method starts (`CURLOPT_CUSTOMREQUEST`).
    var method = 0
    /// Where the request-target starts (`CURLOPT_REQUEST_TARGET`).
    var requestTarget = 0
    /// Where the URL of scheme, host and port starts (`CURLOPT_URL`): `https://host:443/`.
    var url = 0

    init(_ head: RequestHead, target: RequestTarget, hops: HopByHop, terms: Terms) {}
}
