/// The one form in which hosts are compared: no trailing dot, IP literals as RFC 5952 and dotted decimals.
enum CanonicalHost {
    /// The canonical form of a lower-case host without brackets; what is no odd spelling comes back as it is.
    static func of(_ host: String) -> String {
        // Names begin and end with a letter nearly always: no copy for them.
        if isPlainName(host) { return host }
        var text = Array(host.utf8)
        if text.last == UInt8(ascii: "."), text.count > 1 { text.removeLast() }
        if text.contains(UInt8(ascii: ":")) { return ipv6(text) ?? String(decoding: text, as: UTF8.self) }
        if let address = ipv4(text[...]) { return dotted(address) }
        return String(decoding: text, as: UTF8.self)
    }

    private static func isPlainName(_ host: String) -> Bool {
        let utf8 = host.utf8
        let bytes = utf8.span
        guard bytes.count > 0 else { return true }
        if ASCII.isDigit(bytes[0]) || bytes[bytes.count - 1] == UInt8(ascii: ".") { return false }
        for index in bytes.indices where bytes[index] == UInt8(ascii: ":") { return false }
        return true
    }

    private static func dotted(_ address: UInt32) -> String {
        "\(address >> 24).\(address >> 16 & 255).\(address >> 8 & 255).\(address & 255)"
    }

    /// An IPv4 address as `inet_aton` reads it: one to four parts, decimal, octal or hexadecimal.
    private static func ipv4(_ text: ArraySlice<UInt8>) -> UInt32? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count <= 4 else { return nil }
        var address: UInt64 = 0
        for (index, part) in parts.enumerated() {
            guard let value = number(part) else { return nil }
            let remaining = 4 - index
            if index == parts.count - 1 {
                guard value < UInt64(1) << UInt64(8 * remaining) else { return nil }
                address |= value
            } else {
                guard value < 256 else { return nil }
                address |= value << UInt64(8 * (remaining - 1))
            }
        }
        return UInt32(truncatingIfNeeded: address)
    }

    private static func number(_ part: ArraySlice<UInt8>) -> UInt64? {
        var digits = part
        var radix: UInt64 = 10
        if part.count > 1, part.first == UInt8(ascii: "0") {
            digits = part.dropFirst()
            radix = 8
            if digits.first == UInt8(ascii: "x") {
                digits = digits.dropFirst()
                radix = 16
            }
        }
        guard !digits.isEmpty || radix == 16, digits.count <= 20 else { return nil }
        var value: UInt64 = 0
        for byte in digits {
            guard let digit = ASCII.hex(byte), UInt64(digit) < radix else { return nil }
            value = value * radix + UInt64(digit)
            guard value <= UInt64(UInt32.max) else { return nil }
        }
        return value
    }

    private static func ipv6(_ text: [UInt8]) -> String? {
        let bare = text.prefix { $0 != UInt8(ascii: "%") }
        let zone = text[bare.endIndex...]
        guard let groups = groups(bare) else { return nil }
        if groups[0..<5].allSatisfy({ $0 == 0 }), groups[5] == 0xFFFF {
            return dotted(UInt32(groups[6]) << 16 | UInt32(groups[7]))
        }
        return compressed(groups) + String(decoding: zone, as: UTF8.self)
    }

    /// The eight groups; nil where the text is no IPv6 address.
    private static func groups(_ text: ArraySlice<UInt8>) -> [UInt16]? {
        var groups: [UInt16] = []
        var gap: Int?
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count >= 3, parts.count <= 9 else { return nil }
        for (index, part) in parts.enumerated() {
            if part.isEmpty {
                let isEdge = index == 0 || index == parts.count - 1
                if isEdge, parts[index == 0 ? 1 : index - 1].isEmpty { continue }
                guard gap == nil, !isEdge else { return nil }
                gap = groups.count
            } else if index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
                guard let address = ipv4(part) else { return nil }
                groups += [UInt16(address >> 16), UInt16(address & 0xFFFF)]
            } else {
                guard part.count <= 4 else { return nil }
                var value: UInt16 = 0
                for byte in part {
                    guard let digit = ASCII.hex(byte) else { return nil }
                    value = value << 4 | UInt16(digit)
                }
                groups.append(value)
            }
        }
        guard let gap else { return groups.count == 8 ? groups : nil }
        guard groups.count < 8 else { return nil }
        groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
        return groups
    }

    /// RFC 5952: the longest run of two or more zero groups, the first of equals, becomes `::`.
    private static func compressed(_ groups: [UInt16]) -> String {
        var best = 0..<0
        var start = 0
        while start < groups.count {
            var end = start
            while end < groups.count, groups[end] == 0 { end += 1 }
            if end - start > max(best.count, 1) { best = start..<end }
            start = max(end, start + 1)
        }
        let hex = groups.map { String($0, radix: 16) }
        guard !best.isEmpty else { return hex.joined(separator: ":") }
        return hex[..<best.lowerBound].joined(separator: ":") + "::" + hex[best.upperBound...].joined(separator: ":")
    }
}
