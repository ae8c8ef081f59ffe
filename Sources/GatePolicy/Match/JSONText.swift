/// Brings a JSON text to UTF-8: byte order marks, UTF-16 and UTF-32 in either order (RFC 4627, 3).
enum JSONText {
    static func utf8(_ body: [UInt8]) -> [UInt8] {
        if body.starts(with: [0xEF, 0xBB, 0xBF]) { return Array(body.dropFirst(3)) }
        if body.starts(with: [0x00, 0x00, 0xFE, 0xFF]) { return decode32(body.dropFirst(4), bigEndian: true) }
        if body.starts(with: [0xFF, 0xFE, 0x00, 0x00]) { return decode32(body.dropFirst(4), bigEndian: false) }
        if body.starts(with: [0xFE, 0xFF]) { return decode16(body.dropFirst(2), bigEndian: true) }
        if body.starts(with: [0xFF, 0xFE]) { return decode16(body.dropFirst(2), bigEndian: false) }
        return unmarked(body)
    }

    /// The first two characters of a JSON text are ASCII: where the zeros lie tells the encoding.
    private static func unmarked(_ body: [UInt8]) -> [UInt8] {
        guard body.count >= 2 else { return body }
        let zeros = body.prefix(4).map { $0 == 0 }
        if zeros.starts(with: [true, true, true, false]) { return decode32(body[...], bigEndian: true) }
        if zeros.starts(with: [false, true, true, true]) { return decode32(body[...], bigEndian: false) }
        if zeros.starts(with: [true, false]) { return decode16(body[...], bigEndian: true) }
        if zeros.starts(with: [false, true]) { return decode16(body[...], bigEndian: false) }
        return body
    }

    private static func decode16(_ bytes: ArraySlice<UInt8>, bigEndian: Bool) -> [UInt8] {
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count / 2)
        var at = bytes.startIndex
        while at + 1 < bytes.endIndex {
            let high = UInt16(bytes[bigEndian ? at : at + 1]), low = UInt16(bytes[bigEndian ? at + 1 : at])
            units.append(high << 8 | low)
            at += 2
        }
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }

    private static func decode32(_ bytes: ArraySlice<UInt8>, bigEndian: Bool) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count / 4)
        var at = bytes.startIndex
        while at + 3 < bytes.endIndex {
            var value: UInt32 = 0
            for offset in 0..<4 { value = value << 8 | UInt32(bytes[bigEndian ? at + offset : at + 3 - offset]) }
            PercentDecoder.append(value, to: &result)
            at += 4
        }
        return result
    }
}
