/// A host with an optional port, as URIs, Host fields and CONNECT write them, read in one strict way.
struct HostAndPort: Sendable, Equatable {
    static let maxHostBytes = 253
    static let maxLabelBytes = 63

    /// Lower case, no brackets, no trailing dot; an IPv6 address as RFC 5952 writes it.
    var host: String
    /// 1…65535; nil where none is written.
    var port: UInt16?
    var isIPLiteral: Bool

    init(host: String, port: UInt16?, isIPLiteral: Bool) {
        self.host = host
        self.port = port
        self.isIPLiteral = isIPLiteral
    }

    /// - Parameter name: what is being read, for the fault's text.
    init(_ bytes: Span<UInt8>, _ range: Range<Int>, name: StaticString) throws(RequestFault) {
        guard range.lowerBound < range.upperBound else { throw .bad("\(name) names no host.") }
        let hostEnd: Int
        if bytes[range.lowerBound] == 0x5B {
            hostEnd = try Self.closingBracket(bytes, range, name) + 1
            guard let groups = IPLiteral.parseIPv6(bytes, (range.lowerBound + 1)..<(hostEnd - 1)) else {
                throw .bad("\(name) holds a malformed IPv6 address (zone ids are not taken).")
            }
            host = IPLiteral.text(groups)
            isIPLiteral = true
        } else {
            hostEnd = Self.nameEnd(bytes, range)
            (host, isIPLiteral) = try Self.name(bytes, range.lowerBound..<hostEnd, name)
        }
        port = try Self.port(bytes, hostEnd..<range.upperBound, name)
    }

    private static func closingBracket(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ name: StaticString
    ) throws(RequestFault) -> Int {
        for index in range where bytes[index] == 0x5D { return index }
        throw .bad("\(name) holds an IPv6 address without its closing bracket.")
    }

    private static func nameEnd(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
        for index in range where bytes[index] == 0x3A {
            return hasUserinfo(bytes, index..<range.upperBound) ? range.upperBound : index
        }
        return range.upperBound
    }

    /// `user:password@host` has a colon before its host: read on, so that the `@` is what is complained about.
    private static func hasUserinfo(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        for index in range where bytes[index] == 0x40 { return true }
        return false
    }

    private static func name(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ name: StaticString
    ) throws(RequestFault) -> (String, Bool) {
        var end = range.upperBound
        if range.count > 1, bytes[end - 1] == 0x2E { end -= 1 }
        let host = range.lowerBound..<end
        guard !host.isEmpty, host.count <= maxHostBytes else { throw .bad("\(name) holds an empty or overlong host.") }
        var label = host.lowerBound
        for index in host {
            if bytes[index] == 0x2E {
                try checkLabel(label..<index, name)
                label = index + 1
            } else {
                try checkByte(bytes[index], name)
            }
        }
        try checkLabel(label..<end, name)
        if isNumber(bytes, label..<end) {
            guard end == range.upperBound, IPLiteral.parseIPv4(bytes, host) != nil else {
                throw .bad("\(name) looks like an IPv4 address but is not four decimal numbers.")
            }
            return (lowercased(bytes, host), true)
        }
        return (lowercased(bytes, host), false)
    }

    private static func checkLabel(_ label: Range<Int>, _ name: StaticString) throws(RequestFault) {
        if label.isEmpty || label.count > maxLabelBytes { throw .bad("\(name) holds an empty or overlong host label.") }
    }

    private static func checkByte(_ byte: UInt8, _ name: StaticString) throws(RequestFault) {
        let isLetter = (byte | 0x20) &- 0x61 < 26
        if isLetter || ByteClass.isDigit(byte) || byte == 0x2D || byte == 0x5F { return }
        switch byte {
        case 0x40: throw .bad("\(name) holds a user name or password: send Authorization instead.")
        case 0x25: throw .bad("\(name) holds a percent sign: hosts are not percent-encoded here.")
        case 0x80...: throw .bad("\(name) holds a host that is not ASCII: use its punycode (xn--) form.")
        default: throw .bad("\(name) holds a byte that no host name has.")
        }
    }

    /// What a resolver may read as a number: all digits, or `0x` and hexadecimal digits.
    private static func isNumber(_ bytes: Span<UInt8>, _ label: Range<Int>) -> Bool {
        let start = label.lowerBound
        let isHex = label.count >= 2 && bytes[start] == 0x30 && bytes[start + 1] | 0x20 == 0x78
        for index in label.dropFirst(isHex ? 2 : 0) {
            if isHex ? ByteClass.hexValue(bytes[index]) == nil : !ByteClass.isDigit(bytes[index]) { return false }
        }
        return true
    }

    private static func lowercased(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        unsafe String(unsafeUninitializedCapacity: range.count) { buffer in
            for index in range { unsafe buffer[index - range.lowerBound] = ByteClass.lowercased(bytes[index]) }
            return range.count
        }
    }

    private static func port(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ name: StaticString
    ) throws(RequestFault) -> UInt16? {
        if range.isEmpty { return nil }
        guard bytes[range.lowerBound] == 0x3A, range.count <= 6,
            let number = Decimal.parse(bytes, range.dropFirst()), let port = UInt16(exactly: number), port > 0
        else { throw .bad("\(name) has a port that is not a number from 1 to 65535.") }
        return port
    }
}
