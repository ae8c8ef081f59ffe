/// Percent-decoding of paths, queries and forms; what is no escape stays as it is.
enum PercentDecoder {
    /// Decodes `%xx` and IIS's `%uxxxx` once.
    ///
    /// `keepingSlashes` leaves an encoded slash or backslash as the text `%2F`, `%5C`: servers that split first.
    static func decode(_ bytes: [UInt8], keepingSlashes: Bool) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var at = 0
        while at < bytes.count {
            guard bytes[at] == UInt8(ascii: "%") else {
                result.append(bytes[at])
                at += 1
                continue
            }
            if let byte = escape(bytes, at + 1) {
                if keepingSlashes, byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\\") {
                    result += byte == UInt8(ascii: "/") ? [0x25, 0x32, 0x46] : [0x25, 0x35, 0x43]
                } else {
                    result.append(byte)
                }
                at += 3
            } else if let scalar = unicodeEscape(bytes, at + 1) {
                append(scalar, to: &result)
                at += 6
            } else {
                result.append(bytes[at])
                at += 1
            }
        }
        return result
    }

    /// Decodes one name or value of a query or form: `+` is a space.
    static func decodeForm(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var at = bytes.startIndex
        while at < bytes.endIndex {
            let byte = bytes[at]
            if byte == UInt8(ascii: "%"), at + 2 < bytes.endIndex,
                let high = ASCII.hex(bytes[at + 1]), let low = ASCII.hex(bytes[at + 2])
            {
                result.append(high << 4 | low)
                at += 3
            } else {
                result.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
                at += 1
            }
        }
        return result
    }

    private static func escape(_ bytes: [UInt8], _ at: Int) -> UInt8? {
        guard at + 1 < bytes.count, let high = ASCII.hex(bytes[at]), let low = ASCII.hex(bytes[at + 1]) else {
            return nil
        }
        return high << 4 | low
    }

    private static func unicodeEscape(_ bytes: [UInt8], _ at: Int) -> UInt32? {
        guard at + 4 < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "u") else { return nil }
        var value: UInt32 = 0
        for offset in 1...4 {
            guard let digit = ASCII.hex(bytes[at + offset]) else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    /// Appends a scalar as UTF-8; a surrogate becomes U+FFFD.
    static func append(_ value: UInt32, to bytes: inout [UInt8]) {
        let scalar = Unicode.Scalar(value) ?? "\u{FFFD}"
        bytes += UTF8.encode(scalar).map(Array.init) ?? []
    }
}
