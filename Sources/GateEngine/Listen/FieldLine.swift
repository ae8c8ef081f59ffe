import GatePolicy

/// Reads one field line, its line end cut off (RFC 9112 5).
enum FieldLine {
    enum Fault: Error, Sendable {
        case folded, noColon, emptyName, spaceBeforeColon, badName, badValue

        var text: String {
            switch self {
            case .folded: "a header line is folded (it starts with white space): send each field on one line"
            case .noColon: "a header line has no colon"
            case .emptyName: "a header line has no name"
            case .spaceBeforeColon: "there is white space between a header's name and its colon"
            case .badName: "a header's name holds a byte that is not allowed in a token"
            case .badValue: "a header's value holds a control byte"
            }
        }
    }

    /// - Parameters:
    ///   - origin: where the block starts in `bytes`; the ranges returned count from there.
    ///   - toleratesSpace: white space before the colon is cut off, as a proxy must in responses (RFC 9112 5.1).
    @inline(__always)
    static func parse(
        _ bytes: Span<UInt8>, _ line: Range<Int>, origin: Int, toleratesSpace: Bool = false
    ) throws(Fault) -> (FieldRange, KnownField) {
        var colon = line.lowerBound
        while colon < line.upperBound, ByteClass.isToken(bytes[colon]) { colon &+= 1 }
        let nameEnd = colon
        if colon == line.upperBound || bytes[colon] != 0x3A {
            colon = try afterOddName(bytes, line, at: colon, toleratesSpace: toleratesSpace)
        }
        if nameEnd == line.lowerBound { throw .emptyName }
        let value = bytes.trimmed((colon &+ 1)..<line.upperBound)
        var index = value.lowerBound
        while index < value.upperBound {
            if !ByteClass.isValue(bytes[index]) { throw .badValue }
            index &+= 1
        }
        let range = FieldRange(
            nameStart: UInt32(truncatingIfNeeded: line.lowerBound &- origin),
            nameEnd: UInt32(truncatingIfNeeded: nameEnd &- origin),
            valueStart: UInt32(truncatingIfNeeded: value.lowerBound &- origin),
            valueEnd: UInt32(truncatingIfNeeded: value.upperBound &- origin))
        return (range, KnownField.named(bytes, line.lowerBound..<nameEnd))
    }

    /// Where the colon is when the name's token does not end at it; the exact fault when it is not to be had.
    private static func afterOddName(
        _ bytes: Span<UInt8>, _ line: Range<Int>, at stop: Int, toleratesSpace: Bool
    ) throws(Fault) -> Int {
        if stop == line.lowerBound, stop < line.upperBound, ByteClass.isSpace(bytes[stop]) { throw .folded }
        var colon = stop
        while colon < line.upperBound, ByteClass.isSpace(bytes[colon]) { colon += 1 }
        let isColon = colon < line.upperBound && bytes[colon] == 0x3A
        if isColon, colon > stop {
            if toleratesSpace { return colon }
            throw .spaceBeforeColon
        }
        for index in stop..<line.upperBound where bytes[index] == 0x3A { throw .badName }
        throw .noColon
    }
}
