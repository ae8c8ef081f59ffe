internal import GatePolicy

/// A request to the admin server, taken apart.
struct AdminRequest {
    let method: String
    /// The path's segments, percent-decoded; `/api/v1/calls` is `["api", "v1", "calls"]`.
    let path: [String]
    /// In order, percent-decoded.
    let query: [(name: String, value: String)]
    let body: [UInt8]
    private let head: RequestHead
    private let localHost: String

    init(head: RequestHead, body: [UInt8], localHost: String) {
        self.head = head
        self.body = body
        self.localHost = localHost
        method = head.text(head.method)
        let target = head.text(head.target)
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = (parts.first ?? "").split(separator: "/").map { Self.decoded($0) }
        query = (parts.count > 1 ? parts[1] : "").split(separator: "&").map { pair in
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (Self.decoded(halves[0]), halves.count > 1 ? Self.decoded(halves[1]) : "")
        }
    }

    func header(_ name: String) -> String? {
        head.block.texts.first { $0.name.lowercased() == name }?.value
    }

    /// Who asks, for the journal: a name that the CLI gives, printable and short.
    var actor: String {
        let name = (header("stoplog-actor") ?? "").prefix(64).filter { $0.isASCII && $0 > " " && $0 < "\u{7F}" }
        return name.isEmpty ? "admin-api" : String(name)
    }

    /// True when Host and Origin name this server: a page elsewhere can't reach it through a browser (DNS rebinding).
    var isFromHere: Bool {
        guard let host = header("host"), isOwn(host) else { return false }
        guard let origin = header("origin") else { return true }
        guard origin.lowercased().hasPrefix("http://") else { return false }
        return origin.dropFirst(7).lowercased() == host.lowercased()
    }

    private func isOwn(_ authority: String) -> Bool {
        guard let (host, _) = HostText.split(authority.lowercased()) else { return false }
        return host == "localhost" || host == "::1" || host == localHost
            || (host.hasPrefix("127.") && SocketAddress(host: host, port: 1) != nil)
    }

    /// True when the request carries the token; compared in constant time.
    func isAuthorized(_ token: String) -> Bool {
        guard let value = header("authorization"), value.lowercased().hasPrefix("bearer ") else { return false }
        let given = Array(value.dropFirst(7).utf8)
        let wanted = Array(token.utf8)
        guard given.count == wanted.count else { return false }
        return zip(given, wanted).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.first {
            rest = rest.dropFirst()
            if byte == 0x25, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16),
                rest.count >= 2
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == 0x2B ? 0x20 : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Answers of the admin server.
enum AdminAnswer {
    static func json(_ text: String, status: Int = 200) -> SyntheticAnswer {
        SyntheticAnswer(status: status, headers: [("Content-Type", "application/json")], body: Array(text.utf8))
    }

    /// RFC 9457.
    static func problem(_ status: Int, _ title: String, _ detail: String) -> SyntheticAnswer {
        var json = JSONMembers()
        json.field("type", "about:blank")
        json.field("title", title)
        json.field("status", status)
        json.field("detail", detail)
        var headers = [(name: "Content-Type", value: "application/problem+json")]
        if status == 401 { headers.append(("WWW-Authenticate", "Bearer")) }
        return SyntheticAnswer(status: status, headers: headers, body: Array(json.text.utf8))
    }
}
