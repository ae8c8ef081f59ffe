/// Writes JSON into a byte buffer that its owner reuses.
struct JSONText: Sendable, Equatable {
    var bytes: [UInt8] = []

    mutating func raw(_ text: StaticString) {
        unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func byte(_ byte: UInt8) { bytes.append(byte) }

    /// A quoted string; control characters, quote and backslash are escaped, all else stays UTF-8.
    mutating func string(_ text: String) {
        var text = text
        bytes.append(0x22)
        text.withUTF8 { unsafe escaped($0) }
        bytes.append(0x22)
    }

    /// A string's inside, for writers that put the quotes themselves.
    mutating func content(_ text: String) {
        var text = text
        text.withUTF8 { unsafe escaped($0) }
    }

    mutating func string(utf8 text: [UInt8]) {
        bytes.append(0x22)
        unsafe text.withUnsafeBufferPointer { unsafe escaped($0) }
        bytes.append(0x22)
    }

    mutating func optional(_ text: String?) {
        if let text { string(text) } else { raw("null") }
    }

    mutating func integer(_ value: Int64) {
        if value < 0 { bytes.append(0x2d) }
        var magnitude = value.magnitude
        let start = bytes.count
        repeat {
            bytes.append(0x30 + UInt8(truncatingIfNeeded: magnitude % 10))
            magnitude /= 10
        } while magnitude > 0
        bytes[start...].reverse()
    }

    /// Milliseconds with at most three decimals; what is no number is 0.
    mutating func milliseconds(_ value: Double) {
        guard value.isFinite, value.magnitude < 1e12 else { return raw("0") }
        let thousandths = Int64((value * 1000).rounded())
        if thousandths < 0 { bytes.append(0x2d) }
        let magnitude = Int64(thousandths.magnitude)
        integer(magnitude / 1000)
        var rest = magnitude % 1000
        guard rest > 0 else { return }
        bytes.append(0x2e)
        while rest > 0 {
            bytes.append(0x30 + UInt8(truncatingIfNeeded: rest / 100))
            rest = rest % 100 * 10
        }
    }

    mutating func boolean(_ value: Bool) {
        if value { raw("true") } else { raw("false") }
    }

    private mutating func escaped(_ text: UnsafeBufferPointer<UInt8>) {
        var start = 0
        var index = 0
        while index < text.count {
            let byte = unsafe text[index]
            if byte >= 0x20, byte != 0x22, byte != 0x5c {
                index += 1
                continue
            }
            unsafe bytes.append(contentsOf: text[start..<index])
            escape(byte)
            index += 1
            start = index
        }
        if start < index { unsafe bytes.append(contentsOf: text[start..<index]) }
    }

    private mutating func escape(_ byte: UInt8) {
        bytes.append(0x5c)
        switch byte {
        case 0x22, 0x5c: bytes.append(byte)
        case 0x0a: bytes.append(0x6e)
        case 0x0d: bytes.append(0x72)
        case 0x09: bytes.append(0x74)
        default:
            raw("u00")
            bytes.append(Hex.digit(byte >> 4))
            bytes.append(Hex.digit(byte & 15))
        }
    }
}
