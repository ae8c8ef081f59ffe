import CGate

/// A host and a port to listen on: `127.0.0.1:4780`, `[::1]:0`, `localhost:8080`.
public struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// A name or a literal address without brackets.
    public var host: String
    /// 0 lets the system choose.
    public var port: UInt16

    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads `HOST:PORT`; IPv6 in brackets. Nil for anything else.
    public init?(text: String) {
        guard let (host, port) = HostText.split(text), let port else { return nil }
        self.host = host
        self.port = port
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// A scheme, host and port: what `reroute` maps.
public struct Origin: Sendable, Hashable, CustomStringConvertible {
    /// `http` or `https`.
    public var scheme: String
    /// In lower case, without brackets.
    public var host: String
    /// The scheme's default where none was written.
    public var port: UInt16

    public init(scheme: String, host: String, port: UInt16) {
        self.scheme = scheme
        self.host = host
        self.port = port
    }

    /// Reads `http(s)://HOST[:PORT]`, a final `/` allowed; nil for anything else (paths and user names too).
    public init?(text: String) {
        let lowered = text.lowercased()
        let scheme = lowered.hasPrefix("https://") ? "https" : "http"
        guard lowered.hasPrefix(scheme + "://") else { return nil }
        var authority = lowered.dropFirst(scheme.count + 3)
        if authority.hasSuffix("/") { authority = authority.dropLast() }
        guard let (host, port) = HostText.split(String(authority)), port != 0 else { return nil }
        self.scheme = scheme
        self.host = host
        self.port = port ?? (scheme == "https" ? 443 : 80)
    }

    public var description: String {
        let bracketed = host.contains(":") ? "[\(host)]" : host
        return port == (scheme == "https" ? 443 : 80) ? "\(scheme)://\(bracketed)" : "\(scheme)://\(bracketed):\(port)"
    }
}

/// A network such as `169.254.0.0/16` or `fd00::/8`; a bare address is a network of one.
public struct NetworkRange: Sendable, Hashable, CustomStringConvertible {
    /// 4 or 16 bytes in network order; bits after the prefix are zero.
    public let address: [UInt8]
    /// 0…32 or 0…128.
    public let prefix: Int

    /// Nil when the text is no address, the prefix is out of range or bits are set after it.
    public init?(text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = HostText.literal(String(first)) else { return nil }
        var prefix = address.count * 8
        if parts.count == 2 {
            guard HostText.isDigits(parts[1]), let given = Int(parts[1]), given <= prefix else { return nil }
            prefix = given
        }
        for bit in prefix..<max(prefix, address.count * 8) where address[bit / 8] & (0x80 >> UInt8(bit % 8)) != 0 {
            return nil
        }
        self.address = address
        self.prefix = prefix
    }

    public var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = address.count == 4 ? AF_INET : AF_INET6
        guard unsafe inet_ntop(family, address, &text, socklen_t(text.count)) != nil else { return "?" }
        let characters = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return String(decoding: characters, as: UTF8.self) + "/\(prefix)"
    }
}

/// The strict reading of hosts and ports in configurations.
enum HostText {
    /// Host without brackets and the port where one is written; nil when either is malformed.
    static func split(_ text: String) -> (host: String, port: UInt16?)? {
        if text.hasPrefix("[") {
            guard let close = text.firstIndex(of: "]") else { return nil }
            let host = String(text[text.index(after: text.startIndex)..<close])
            guard literal(host)?.count == 16 else { return nil }
            return portAfter(text[text.index(after: close)...]).map { (host, $0) }
        }
        let end = text.firstIndex(of: ":") ?? text.endIndex
        let host = String(text[..<end])
        guard isHost(host) else { return nil }
        return portAfter(text[end...]).map { (host, $0) }
    }

    /// `.some(nil)` for nothing, `.some(port)` for `:port`, nil for anything else.
    private static func portAfter(_ rest: Substring) -> UInt16?? {
        if rest.isEmpty { return .some(nil) }
        let digits = rest.dropFirst()
        guard rest.first == ":", isDigits(digits), digits.count <= 5, let port = UInt16(digits) else { return nil }
        return .some(port)
    }

    static func isDigits(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
    }

    /// A name of letters, digits, hyphens, underscores and dots, at most 253 long, or an IPv4 address.
    static func isHost(_ host: String) -> Bool {
        guard !host.isEmpty, host.utf8.count <= 253 else { return false }
        return host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            !label.isEmpty && label.utf8.count <= 63
                && label.utf8.allSatisfy { isLetterOrDigit($0) || $0 == 0x2D || $0 == 0x5F }
        }
    }

    static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    /// The bytes of an IPv4 or IPv6 literal.
    static func literal(_ text: String) -> [UInt8]? {
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: count)
            if unsafe inet_pton(family, text, &bytes) == 1 { return bytes }
        }
        return nil
    }
}
