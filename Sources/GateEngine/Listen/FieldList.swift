/// Walks the members of a comma-separated field value without quoted strings, empty members left out (RFC 9110 5.6.1).
struct FieldList {
    private var position: Int
    private let end: Int

    init(_ value: Range<Int>) {
        position = value.lowerBound
        end = value.upperBound
    }

    mutating func next(_ bytes: Span<UInt8>) -> Range<Int>? {
        while position < end {
            let start = position
            while position < end, bytes[position] != 0x2C { position &+= 1 }
            let member = bytes.trimmed(start..<position)
            if position < end { position &+= 1 }
            if !member.isEmpty { return member }
        }
        return nil
    }
}

/// Decimal numbers of the wire: digits only, no sign, no space, never past what an Int holds.
enum Decimal {
    static func parse(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        if range.isEmpty { return nil }
        var value = 0
        for index in range {
            guard ByteClass.isDigit(bytes[index]) else { return nil }
            let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tenfold.addingReportingOverflow(Int(bytes[index] &- 0x30))
            if overflow || carry { return nil }
            value = sum
        }
        return value
    }

    /// Appends `value` (not negative) in decimal without making a String.
    static func append(_ value: Int, to buffer: inout [UInt8]) {
        if value >= 10 { append(value / 10, to: &buffer) }
        buffer.append(0x30 &+ UInt8(truncatingIfNeeded: value % 10))
    }
}
