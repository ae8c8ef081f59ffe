/// The secrets that redaction took out of a request, so that an answer which repeats them keeps none of them either.
///
/// An answer may name what it echoes as it likes (`{"you_sent": "Bearer …"}`): there the value is what counts.
public struct SeenSecrets: Sendable {
    /// Shorter values would take ordinary words with them.
    private static let minimumBytes = 6
    /// More than a request holds in earnest.
    private static let maximum = 64

    private var values: [[UInt8]] = []

    public init() {}

    public var isEmpty: Bool { values.isEmpty }

    /// Notes what `redacted` lacks of `original`: the bytes for which it has `[redacted]`.
    public mutating func note(_ original: [UInt8], redacted: [UInt8]) {
        guard original != redacted else { return }
        var position = 0
        let kept = Self.pieces(redacted)
        for (index, piece) in kept.enumerated() {
            let isLast = index == kept.count - 1
            let found =
                isLast && piece.isEmpty
                ? original.count : Self.find(Array(piece), in: original, from: position) ?? original.count
            if index > 0 { add(original[position..<max(position, found)]) }
            position = min(original.count, found + piece.count)
        }
    }

    /// Notes a secret header's value: whole, without its scheme, and each cookie's.
    public mutating func note(headerValue value: [UInt8]) {
        add(value[...])
        for part in value.split(separator: 0x3B) {
            let trimmed = part.drop { $0 == 0x20 }
            if let space = trimmed.firstIndex(of: 0x20) { add(trimmed[(space + 1)...]) }
            if let equals = trimmed.firstIndex(of: 0x3D) { add(trimmed[(equals + 1)...]) }
        }
    }

    /// The text without the values noted.
    public func removed(from text: [UInt8]) -> [UInt8] {
        var text = text
        for value in values {
            var result: [UInt8] = []
            var position = 0
            while let found = Self.find(value, in: text, from: position) {
                result += text[position..<found]
                result += Redaction.markBytes
                position = found + value.count
            }
            if position > 0 { text = result + text[position...] }
        }
        return text
    }

    private mutating func add(_ value: ArraySlice<UInt8>) {
        var value = value
        if value.first == 0x22, value.last == 0x22, value.count > 1 { value = value.dropFirst().dropLast() }
        guard value.count >= Self.minimumBytes, values.count < Self.maximum, !values.contains(Array(value)) else {
            return
        }
        values.append(Array(value))
        // The longest first: a part must not break the whole.
        values.sort { $0.count > $1.count }
    }

    /// The text between the marks.
    private static func pieces(_ redacted: [UInt8]) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var position = 0
        while let mark = find(Redaction.markBytes, in: redacted, from: position) {
            pieces.append(redacted[position..<mark])
            position = mark + Redaction.markBytes.count
        }
        return pieces + [redacted[position...]]
    }

    private static func find(_ wanted: [UInt8], in text: [UInt8], from start: Int) -> Int? {
        guard let first = wanted.first else { return start }
        guard text.count >= wanted.count else { return nil }
        var index = start
        while index <= text.count - wanted.count {
            if text[index] == first, text[index..<index + wanted.count].elementsEqual(wanted) { return index }
            index += 1
        }
        return nil
    }
}
