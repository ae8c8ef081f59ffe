import GatePolicy

/// Where a request goes, from the one strict reading of its target and Host.
struct RequestTarget: Sendable, Equatable {
    /// Where the request came in.
    enum Context: Sendable, Equatable {
        /// A connection to the proxy's own port.
        case plain
        /// Inside an intercepted tunnel to this CONNECT target (https).
        case tunnel(host: String, port: UInt16)
    }

    var scheme: RequestFacts.Scheme
    /// Lower case, no brackets, no port, no trailing dot; an IPv6 address as RFC 5952 writes it.
    var host: String
    /// What is dialled: 1…65535.
    var port: UInt16
    /// True when the host is an IPv4 or IPv6 address.
    var isIPLiteral: Bool
    /// The value of the Host field to send: the URI's authority as the client wrote it.
    var authority: [UInt8]
    /// In the head's bytes; the `/` of `http://` stands in for an empty path. Empty for `*` and tunnels.
    var path: Range<Int>
    /// In the head's bytes, without `?`.
    var query: Range<Int>?

    /// The one strict reading of a head's target, or why there is none.
    static func parse(_ head: RequestHead, in context: Context) -> Result<RequestTarget, RequestFault> {
        .failure(.bad("not built"))
    }

    /// The request-target in origin-form: path and query byte for byte, `*` where there is no path.
    func appendOriginForm(of head: RequestHead, to buffer: inout [UInt8]) {}

    /// `http://authority` and the origin-form: for an upstream proxy.
    func appendAbsoluteForm(of head: RequestHead, to buffer: inout [UInt8]) {}

    /// What the policy judges: these bytes, without fields that will not be sent.
    func facts(of head: RequestHead, hops: HopByHop) -> RequestFacts {
        RequestFacts(bytes: [], method: 0..<0, scheme: scheme, host: host, port: port, path: path, query: query, fields: [])
    }
}
