import GatePolicy

/// Appending to flat buffers without intermediate arrays or Strings: what runs for each header.
extension [UInt8] {
    @inline(__always)
    mutating func append(text: StaticString) {
        unsafe append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends bytes `start..<end` of `source`, whatever part of that range lies inside it.
    @inline(__always)
    mutating func append(_ source: [UInt8], _ start: Int, _ end: Int) {
        let range = Swift.max(0, start)..<Swift.max(0, start, Swift.min(end, source.count))
        if range.upperBound > source.count { return }
        unsafe source.withUnsafeBufferPointer { unsafe append(contentsOf: UnsafeBufferPointer(rebasing: $0[range])) }
    }

    @inline(__always)
    mutating func append(_ source: [UInt8], _ range: Range<Int>) { append(source, range.lowerBound, range.upperBound) }

    /// Appends bytes of a span that lie in `range`.
    @inline(__always)
    mutating func append(_ source: Span<UInt8>, _ range: Range<Int>) {
        unsafe source.extracting(range).withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }

    /// Appends `name: value` with one SP between them.
    @inline(__always)
    mutating func append(_ field: FieldRange, of source: [UInt8]) {
        append(source, Int(field.nameStart), Int(field.nameEnd))
        append(text: ": ")
        append(source, Int(field.valueStart), Int(field.valueEnd))
    }

    /// Appends text as a field value: what must not stand there becomes a space.
    mutating func appendFieldValue(_ value: String) {
        let bytes = value.utf8.span
        for index in bytes.indices { append(ByteClass.isValue(bytes[index]) ? bytes[index] : 0x20) }
    }
}
