import GatePolicy

/// Header or trailer fields as one flat run of bytes and offsets into it.
struct FieldBlock: Sendable {
    var bytes: [UInt8] = []
    /// In the order of the message; offsets into `bytes`.
    var fields: [FieldRange] = []
    /// What each of `fields` is; always as long as `fields`.
    var known: [KnownField] = []

    /// Makes room for a usual head in one go.
    mutating func reserve() {
        bytes.reserveCapacity(1024)
        fields.reserveCapacity(16)
        known.reserveCapacity(16)
    }

    /// The value of the first field of this kind, white space outside.
    func first(_ kind: KnownField) -> Range<Int>? {
        guard let index = known.firstIndex(of: kind), index < fields.count else { return nil }
        return fields[index].value
    }

    func has(_ kind: KnownField) -> Bool { known.contains(kind) }

    /// Text of a range, bytes that are not UTF-8 read as Latin-1, for cold code.
    func text(_ range: Range<Int>) -> String { WireText.decode(bytes, range) }

    /// The fields as text in order, for journals and other cold code.
    var texts: [(name: String, value: String)] {
        fields.map { (text($0.name), text($0.value)) }
    }

    /// Appends `name: value` CRLF and its ranges; for heads that the gate builds itself.
    mutating func append(_ name: String, _ value: String) {
        let nameStart = UInt32(clamping: bytes.count)
        bytes += name.utf8
        let nameEnd = UInt32(clamping: bytes.count)
        bytes += [0x3A, 0x20]
        let valueStart = UInt32(clamping: bytes.count)
        bytes += value.utf8
        let range = FieldRange(
            nameStart: nameStart, nameEnd: nameEnd, valueStart: valueStart, valueEnd: UInt32(clamping: bytes.count))
        bytes += [0x0D, 0x0A]
        fields.append(range)
        known.append(KnownField.named(bytes.span, range.name))
    }
}

/// How bytes of a message become text for people.
enum WireText {
    /// UTF-8 where it is valid, else Latin-1; a range outside `bytes` gives the empty text.
    static func decode(_ bytes: [UInt8], _ range: Range<Int>) -> String {
        guard range.lowerBound >= 0, range.upperBound <= bytes.count else { return "" }
        let slice = bytes[range]
        if let text = String(validating: slice, as: UTF8.self) { return text }
        return String(String.UnicodeScalarView(slice.map { Unicode.Scalar($0) }))
    }
}
