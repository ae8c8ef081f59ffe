/// Characters beyond ASCII that lenient servers take for ASCII ones: overlong UTF-8, full width, lone look-alikes.
enum LookAlike {
    /// The path with every such character replaced; any other bytes stay.
    ///
    /// `lax` accepts any ASCII byte as continuation of `C0` and `C1`, as decoders do that look at its low six bits only.
    static func decode(_ bytes: [UInt8], lax: Bool) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var at = 0
        while at < bytes.count {
            guard bytes[at] >= 0x80, let (scalar, length) = scalar(bytes, at, lax), let plain = plain(scalar) else {
                result.append(bytes[at])
                at += 1
                continue
            }
            result += plain
            at += length
        }
        return result
    }

    /// A scalar of two to six bytes, overlong forms accepted.
    private static func scalar(_ bytes: [UInt8], _ at: Int, _ lax: Bool) -> (UInt32, Int)? {
        let lead = bytes[at]
        let length: Int
        switch lead {
        case 0xC0...0xDF: length = 2
        case 0xE0...0xEF: length = 3
        case 0xF0...0xF7: length = 4
        case 0xF8...0xFB: length = 5
        case 0xFC...0xFD: length = 6
        default: return nil
        }
        guard at + length <= bytes.count else { return nil }
        var value = UInt32(lead) & ((1 << (7 - UInt32(length))) - 1)
        for offset in 1..<length {
            let byte = bytes[at + offset]
            guard byte & 0xC0 == 0x80 || (lax && lead <= 0xC1 && byte < 0x80) else { return nil }
            value = value << 6 | UInt32(byte & 0x3F)
        }
        return (value, length)
    }

    /// The ASCII that a server may read for a scalar; nil for none.
    private static func plain(_ scalar: UInt32) -> [UInt8]? {
        switch scalar {
        case 0..<0x80: [UInt8(scalar)]
        case 0xFF01...0xFF5E: [UInt8(scalar - 0xFF01 + 0x21)]
        case 0x2044, 0x2215, 0x29F8: [UInt8(ascii: "/")]
        case 0x2216, 0x29F5, 0x29F9, 0xFE68: [UInt8(ascii: "\\")]
        case 0x2024, 0x3002, 0xFF61, 0xFE52: [UInt8(ascii: ".")]
        case 0x2025: [UInt8(ascii: "."), UInt8(ascii: ".")]
        case 0x2010...0x2015, 0x2212, 0xFE63: [UInt8(ascii: "-")]
        case 0x3000, 0xA0: [UInt8(ascii: " ")]
        case 0x212A: [UInt8(ascii: "k")]
        case 0x17F: [UInt8(ascii: "s")]
        case 0x130, 0x131: [UInt8(ascii: "i")]
        case 0xFB00: Array("ff".utf8)
        case 0xFB01: Array("fi".utf8)
        case 0xFB02: Array("fl".utf8)
        case 0xFB05, 0xFB06: Array("st".utf8)
        case 0x200B...0x200D, 0x2060, 0xFEFF, 0xAD: []
        case 0x24B6...0x24CF: [UInt8(scalar - 0x24B6) + 0x61]
        case 0x24D0...0x24E9: [UInt8(scalar - 0x24D0) + 0x61]
        case 0x1D400...0x1D6A3: [UInt8((scalar - 0x1D400) % 26) + 0x61]
        default: nil
        }
    }
}
