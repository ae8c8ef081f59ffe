import GatePolicy

/// Where a request goes, from the one strict reading of its target and Host.
struct RequestTarget: Sendable, Equatable {
    /// Where the request came in.
    enum Context: Sendable, Equatable {
        /// A connection to the proxy's own port.
        case plain
        /// Inside an intercepted tunnel to this CONNECT target (https); `host` as `RequestTarget.host` has it.
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
    /// In the head's bytes; the `/` of `http://` stands in for an empty path.
    ///
    /// Empty for `*` and tunnels.
    var path: Range<Int>
    /// In the head's bytes, without `?`.
    var query: Range<Int>?

    /// The one strict reading of a head's target, or why there is none.
    static func parse(_ head: RequestHead, in context: Context) -> Result<RequestTarget, RequestFault> {
        do throws(RequestFault) {
            return .success(try read(head, context))
        } catch {
            return .failure(error)
        }
    }

    private static func read(_ head: RequestHead, _ context: Context) throws(RequestFault) -> RequestTarget {
        let bytes = head.block.bytes.span
        var hostField: HostAndPort?
        if let value = head.first(.host) { hostField = try HostAndPort(bytes, value, name: "The Host field") }
        for index in head.target where bytes[index] == 0x23 {
            throw .bad("The request target has a fragment (#…): it is never sent, leave it out.")
        }
        switch context {
        case .plain:
            return head.isConnect ? try connect(head) : try absolute(head, Absolute(head))
        case .tunnel(let host, let port):
            return try inTunnel(head, hostField, host: host, port: port)
        }
    }

    private static func connect(_ head: RequestHead) throws(RequestFault) -> RequestTarget {
        let authority = try HostAndPort(head.block.bytes.span, head.target, name: "The CONNECT target")
        guard let port = authority.port else { throw .bad("The CONNECT target has no port: write host:port.") }
        let end = head.target.upperBound
        return RequestTarget(
            scheme: .connect, host: authority.host, port: port, isIPLiteral: authority.isIPLiteral,
            authority: [UInt8](head.block.bytes[head.target]), path: end..<end, query: nil)
    }

    private static func absolute(_ head: RequestHead, _ uri: Absolute) throws(RequestFault) -> RequestTarget {
        RequestTarget(
            scheme: uri.scheme, host: uri.place.host, port: uri.place.port ?? (uri.scheme == .https ? 443 : 80),
            isIPLiteral: uri.place.isIPLiteral, authority: [UInt8](head.block.bytes[uri.authority]),
            path: uri.path, query: uri.query)
    }

    /// CONNECT authority and Host agree, else 421; the tunnel's port must be met too.
    private static func inTunnel(
        _ head: RequestHead, _ hostField: HostAndPort?, host: String, port: UInt16
    ) throws(RequestFault) -> RequestTarget {
        if head.isConnect { throw .bad("CONNECT inside a tunnel.") }
        if let hostField, hostField.host != host || (hostField.port ?? 443) != port {
            throw .misdirected("The Host field names another host or port than this tunnel's CONNECT did.")
        }
        let bytes = head.block.bytes.span
        let start = head.target.lowerBound
        var target: RequestTarget
        if bytes[start] == 0x2F {
            let (path, query) = split(bytes, head.target)
            target = RequestTarget(
                scheme: .https, host: host, port: port, isIPLiteral: false, authority: [], path: path, query: query)
        } else if isAsterisk(head) {
            let end = head.target.upperBound
            target = RequestTarget(
                scheme: .https, host: host, port: port, isIPLiteral: false, authority: [], path: end..<end, query: nil)
        } else {
            target = try absolute(head, Absolute(head))
            guard target.scheme == .https, target.host == host, target.port == port else {
                throw .misdirected("The request target names another server than this tunnel's CONNECT did.")
            }
        }
        target.isIPLiteral = isAddress(host)
        if target.authority.isEmpty { target.authority = tunnelAuthority(head, host: host, port: port) }
        return target
    }

    /// The client's Host as it wrote it; made from the tunnel's target where HTTP/1.0 has none.
    private static func tunnelAuthority(_ head: RequestHead, host: String, port: UInt16) -> [UInt8] {
        if let value = head.first(.host) { return [UInt8](head.block.bytes[value]) }
        let name = host.utf8.contains(0x3A) ? "[\(host)]" : host
        return [UInt8]((port == 443 ? name : "\(name):\(port)").utf8)
    }

    /// A canonical host is an address when it has a colon or ends in a digit label, which names never do here.
    private static func isAddress(_ host: String) -> Bool {
        host.utf8.contains(0x3A) || host.utf8.allSatisfy { ByteClass.isDigit($0) || $0 == 0x2E }
    }

    fileprivate static func isAsterisk(_ head: RequestHead) -> Bool {
        head.block.bytes.span.isExactly("*", in: head.target) && head.isMethod("OPTIONS")
    }

    fileprivate static func split(_ bytes: Span<UInt8>, _ range: Range<Int>) -> (Range<Int>, Range<Int>?) {
        for index in range where bytes[index] == 0x3F {
            return (range.lowerBound..<index, (index + 1)..<range.upperBound)
        }
        return (range, nil)
    }

    /// The request-target in origin-form: path and query byte for byte, `*` where there is no path.
    func appendOriginForm(of head: RequestHead, to buffer: inout [UInt8]) {
        if path.isEmpty {
            buffer.append(0x2A)
        } else {
            buffer.append(head.block.bytes, path)
        }
        guard let query else { return }
        buffer.append(0x3F)
        buffer.append(head.block.bytes, query)
    }

    /// `http://authority` and the origin-form, without a path for `*` (RFC 9112 3.2.4): for an upstream proxy.
    func appendAbsoluteForm(of head: RequestHead, to buffer: inout [UInt8]) {
        buffer.append(text: scheme == .https ? "https://" : "http://")
        buffer += authority
        if !path.isEmpty { appendOriginForm(of: head, to: &buffer) }
    }

    /// What the policy judges: these bytes, without fields that `Connection` takes out of the message, and without a Host
    /// that is not the one that is sent.
    func facts(of head: RequestHead, hops: HopByHop) -> RequestFacts {
        var fields = head.block.fields
        let hasOtherHost = hasOtherHost(head)
        if hops.namesFields || hasOtherHost {
            fields = fields.indices
                .filter { !hops.drops($0, of: head.block) && !(hasOtherHost && head.block.known[$0] == .host) }
                .map { fields[$0] }
        }
        return RequestFacts(
            bytes: head.block.bytes, method: head.method, scheme: scheme, host: host, port: port, path: path,
            query: query, fields: fields)
    }
}

extension RequestTarget {
    /// The client's Host says something else than the URI: what is sent is the URI's (RFC 9112 3.2.2).
    private func hasOtherHost(_ head: RequestHead) -> Bool {
        guard let value = head.first(.host) else { return false }
        return !head.block.bytes[value].elementsEqual(authority)
    }
}

/// An `http://` or `https://` target taken apart (RFC 9112 3.2.2).
private struct Absolute {
    var scheme: RequestFacts.Scheme
    var place: HostAndPort
    var authority: Range<Int>
    var path: Range<Int>
    var query: Range<Int>?

    init(_ head: RequestHead) throws(RequestFault) {
        let bytes = head.block.bytes.span
        let target = head.target
        let start = try Self.authorityStart(bytes, target)
        scheme = start.scheme
        var end = start.index
        while end < target.upperBound, bytes[end] != 0x2F, bytes[end] != 0x3F { end += 1 }
        authority = start.index..<end
        place = try HostAndPort(bytes, authority, name: "The request target")
        (path, query) = RequestTarget.split(bytes, end..<target.upperBound)
        if path.isEmpty, query != nil || !head.isMethod("OPTIONS") {
            path = (start.index - 1)..<start.index
        }
    }

    private static func authorityStart(
        _ bytes: Span<UInt8>, _ target: Range<Int>
    ) throws(RequestFault) -> (scheme: RequestFacts.Scheme, index: Int) {
        let start = target.lowerBound
        if target.count >= 7, bytes.hasText("http://", at: start) { return (.http, start + 7) }
        if target.count >= 8, bytes.hasText("https://", at: start) { return (.https, start + 8) }
        switch bytes[start] {
        case 0x2F, 0x2A:
            throw .bad(
                "This is a forward proxy: it takes absolute targets (GET http://host/path) and CONNECT. "
                    + "Set it as HTTP_PROXY and HTTPS_PROXY, do not address it as a server.")
        default:
            throw .bad("The request target is neither an http:// nor an https:// URL.")
        }
    }
}
