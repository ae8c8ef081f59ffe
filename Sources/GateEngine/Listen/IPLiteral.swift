/// Strict readings of addresses written as hosts: one spelling in, one canonical text out.
enum IPLiteral {
    /// A dotted quad of four decimal numbers without leading zeros; nil for every other spelling.
    static func parseIPv4(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8]? {
        var octets: [UInt8] = []
        var index = range.lowerBound
        while index < range.upperBound {
            let start = index
            var value = 0
            while index < range.upperBound, ByteClass.isDigit(bytes[index]), index - start < 4 {
                value = value * 10 + Int(bytes[index] &- 0x30)
                index += 1
            }
            let digits = index - start
            guard digits >= 1, digits <= 3, value <= 255, digits == 1 || bytes[start] != 0x30 else { return nil }
            octets.append(UInt8(value))
            if index == range.upperBound { break }
            guard bytes[index] == 0x2E, octets.count < 4, index + 1 < range.upperBound else { return nil }
            index += 1
        }
        return octets.count == 4 ? octets : nil
    }

    /// The text between the brackets as eight groups (RFC 4291 2.2); nil for zone ids and anything loose.
    static func parseIPv6(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt16]? {
        var groups: [UInt16] = []
        var gap: Int?
        var index = range.lowerBound
        guard range.count >= 2 else { return nil }
        if bytes[index] == 0x3A {
            guard bytes[index + 1] == 0x3A else { return nil }
            gap = 0
            index += 2
        }
        while index < range.upperBound {
            guard groups.count < 8 else { return nil }
            let start = index
            guard let group = hexGroup(bytes, &index, range.upperBound) else { return nil }
            if index < range.upperBound, bytes[index] == 0x2E {
                guard groups.count <= 6, let quad = parseIPv4(bytes, start..<range.upperBound) else { return nil }
                groups += [UInt16(quad[0]) << 8 | UInt16(quad[1]), UInt16(quad[2]) << 8 | UInt16(quad[3])]
                break
            }
            groups.append(group)
            if index == range.upperBound { break }
            guard bytes[index] == 0x3A, index + 1 < range.upperBound else { return nil }
            index += 1
            if bytes[index] == 0x3A {
                guard gap == nil else { return nil }
                gap = groups.count
                index += 1
            }
        }
        guard let gap else { return groups.count == 8 ? groups : nil }
        guard groups.count < 8 else { return nil }
        groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
        return groups
    }

    private static func hexGroup(_ bytes: Span<UInt8>, _ index: inout Int, _ end: Int) -> UInt16? {
        let start = index
        var value: UInt16 = 0
        while index < end, index - start < 4, let digit = ByteClass.hexValue(bytes[index]) {
            value = value << 4 | UInt16(digit)
            index += 1
        }
        return index > start ? value : nil
    }

    /// Lower case, no leading zeros, the first longest run of two or more zero groups as `::` (RFC 5952 4).
    static func text(_ groups: [UInt16]) -> String {
        var best = 0..<0
        var start = 0
        while start < groups.count {
            var end = start
            while end < groups.count, groups[end] == 0 { end += 1 }
            if end - start > max(best.count, 1) { best = start..<end }
            start = max(end, start + 1)
        }
        let hex = groups.map { String($0, radix: 16) }
        if best.isEmpty { return hex.joined(separator: ":") }
        return hex[..<best.lowerBound].joined(separator: ":") + "::" + hex[best.upperBound...].joined(separator: ":")
    }
}
