extension RequestFacts {
    /// The facts of a call that is written as a method, an absolute `http` or `https` URL and header fields;
    /// nil where these could not be sent: no host, a bad port, user information, control characters.
    ///
    /// For tools and tests: what the proxy receives is parsed by the engine.
    public init?(method: String, url: String, headers: [(name: String, value: String)]) {
        guard !method.isEmpty, method.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            let target = AbsoluteURL(url)
        else { return nil }
        var head = Array(method.utf8)
        let methodRange = 0..<head.count
        head.append(0x20)
        let pathStart = head.count
        head += target.path
        let pathRange = pathStart..<head.count
        var queryRange: Range<Int>?
        if let query = target.query {
            head.append(0x3F)
            queryRange = head.count..<head.count + query.count
            head += query
        }
        head += " HTTP/1.1\r\n".utf8
        var fields: [FieldRange] = []
        for (name, value) in headers {
            guard HeaderName.isToken(name), let field = Self.append(name, value, to: &head) else { return nil }
            fields.append(field)
        }
        self.init(
            bytes: head, method: methodRange, scheme: target.scheme, host: target.host, port: target.port,
            path: pathRange, query: queryRange, fields: fields)
    }

    init?(test: TestRequest) {
        self.init(method: test.method, url: test.url, headers: test.headers)
    }

    private static func append(_ name: String, _ value: String, to head: inout [UInt8]) -> FieldRange? {
        let trimmed = value.utf8.drop { $0 == 0x20 || $0 == 0x09 }
        guard !trimmed.contains(where: { $0 == 0x0D || $0 == 0x0A || $0 == 0 }),
            head.count + name.utf8.count + trimmed.count < Int(Int32.max)
        else { return nil }
        var bytes = Array(trimmed)
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
        let nameStart = UInt32(head.count)
        head += name.utf8
        let nameEnd = UInt32(head.count)
        head += ": ".utf8
        let valueStart = UInt32(head.count)
        head += bytes
        let valueEnd = UInt32(head.count)
        head += "\r\n".utf8
        return FieldRange(nameStart: nameStart, nameEnd: nameEnd, valueStart: valueStart, valueEnd: valueEnd)
    }
}

/// An absolute URL in its parts, as strict as the proxy's own parser; a fragment is dropped.
private struct AbsoluteURL {
    var scheme: RequestFacts.Scheme
    var host: String
    var port: UInt16
    var path: [UInt8]
    var query: [UInt8]?

    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        let lower = text.lowercased()
        let lead: Int
        if lower.hasPrefix("https://") {
            (scheme, port, lead) = (.https, 443, 8)
        } else if lower.hasPrefix("http://") {
            (scheme, port, lead) = (.http, 80, 7)
        } else {
            return nil
        }
        let rest = bytes[lead...].prefix { $0 != 0x23 }
        let authority = rest.prefix { $0 != 0x2F && $0 != 0x3F }
        guard let (host, port) = Self.authority(Array(authority)) else { return nil }
        self.host = host
        self.port = port ?? self.port
        let target = rest.dropFirst(authority.count)
        let path = target.prefix { $0 != 0x3F }
        self.path = path.isEmpty ? [0x2F] : Array(path)
        query = path.count < target.count ? Array(target.dropFirst(path.count + 1)) : nil
    }

    private static func authority(_ bytes: [UInt8]) -> (host: String, port: UInt16?)? {
        var host = bytes[...]
        var rest = bytes[bytes.endIndex...]
        if bytes.first == 0x5B {
            guard let close = bytes.firstIndex(of: 0x5D) else { return nil }
            host = bytes[1..<close]
            rest = bytes[(close + 1)...]
            guard host.allSatisfy({ $0 == 0x3A || $0 == 0x2E || isHexDigit($0) }) else { return nil }
        } else {
            host = bytes.prefix { $0 != 0x3A }
            rest = bytes[host.endIndex...]
            guard
                host.allSatisfy({
                    isHexDigit($0) || ($0 | 0x20 >= 0x67 && $0 | 0x20 <= 0x7A) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F
                })
            else { return nil }
        }
        guard !host.isEmpty, host.count <= 255 else { return nil }
        let name = String(decoding: host, as: UTF8.self).lowercased()
        if rest.isEmpty { return (name, nil) }
        let digits = rest.dropFirst()
        guard rest.first == 0x3A, !digits.isEmpty, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            let port = UInt16(String(decoding: digits, as: UTF8.self)), port > 0
        else { return nil }
        return (name, port)
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (byte >= 0x30 && byte <= 0x39) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x66)
    }
}
