import Glibc

/// JSON read back from the journal's own columns; strict, with bounded depth.
indirect enum JSONValue: Equatable {
    case null
    case boolean(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    /// In the order written; a key met twice keeps its first value for `[key]`.
    case object([(key: String, value: JSONValue)])

    static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.boolean(let left), .boolean(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): left == right
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)):
            left.elementsEqual(right) { $0.key == $1.key && $0.value == $1.value }
        default: false
        }
    }

    /// Nil when the text is not one JSON value.
    init?(_ text: some Collection<UInt8>) {
        var reader = JSONReader(bytes: Array(text))
        guard let value = reader.document() else { return nil }
        self = value
    }

    subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    var string: String? { if case .string(let text) = self { text } else { nil } }
    var number: Double? { if case .number(let value) = self { value } else { nil } }
    var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }
    var array: [JSONValue] { if case .array(let values) = self { values } else { [] } }
    /// Nil when the number has a fraction or does not fit.
    var integer: Int64? { number.flatMap { Int64(exactly: $0) } }
}

/// Recursive descent over bytes; every way out is nil, never a trap.
struct JSONReader {
    let bytes: [UInt8]
    var index = 0
    var depth = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() -> JSONValue? {
        let value = self.value()
        skipSpace()
        return index == bytes.count ? value : nil
    }

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipSpace() {
        while let byte = current, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { index += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard current == byte else { return false }
        index += 1
        return true
    }

    private mutating func value() -> JSONValue? {
        skipSpace()
        switch current {
        case 0x22: return string().map { .string($0) }
        case 0x7b: return nested { $0.object() }
        case 0x5b: return nested { $0.array() }
        case 0x74: return word("true") ? .boolean(true) : nil
        case 0x66: return word("false") ? .boolean(false) : nil
        case 0x6e: return word("null") ? .null : nil
        default: return number()
        }
    }

    private mutating func nested(_ read: (inout JSONReader) -> JSONValue?) -> JSONValue? {
        guard depth < 64 else { return nil }
        depth += 1
        index += 1
        let value = read(&self)
        depth -= 1
        return value
    }

    private mutating func object() -> JSONValue? {
        var members: [(key: String, value: JSONValue)] = []
        if take(0x7d) { return .object(members) }
        repeat {
            skipSpace()
            guard current == 0x22, let key = string(), take(0x3a), let value = value() else { return nil }
            members.append((key, value))
        } while take(0x2c)
        return take(0x7d) ? .object(members) : nil
    }

    private mutating func array() -> JSONValue? {
        var values: [JSONValue] = []
        if take(0x5d) { return .array(values) }
        repeat {
            guard let value = value() else { return nil }
            values.append(value)
        } while take(0x2c)
        return take(0x5d) ? .array(values) : nil
    }

    private mutating func word(_ word: String) -> Bool {
        guard bytes[index...].starts(with: word.utf8) else { return false }
        index += word.utf8.count
        return true
    }

    private mutating func number() -> JSONValue? {
        let start = index
        while let byte = current, (0x30...0x39).contains(byte) || [0x2b, 0x2d, 0x2e, 0x45, 0x65].contains(byte) {
            index += 1
        }
        guard index > start, index - start < 64 else { return nil }
        return Double(String(decoding: bytes[start..<index], as: UTF8.self)).map { .number($0) }
    }

    private mutating func string() -> String? {
        index += 1
        var text: [UInt8] = []
        while let byte = current {
            index += 1
            switch byte {
            case 0x22: return String(validating: text, as: UTF8.self)
            case 0x5c: guard escape(into: &text) else { return nil }
            case 0..<0x20: return nil
            default: text.append(byte)
            }
        }
        return nil
    }

    private mutating func escape(into text: inout [UInt8]) -> Bool {
        guard let byte = current else { return false }
        index += 1
        switch byte {
        case 0x22, 0x2f, 0x5c: text.append(byte)
        case 0x62: text.append(0x08)
        case 0x66: text.append(0x0c)
        case 0x6e: text.append(0x0a)
        case 0x72: text.append(0x0d)
        case 0x74: text.append(0x09)
        case 0x75: return unicode(into: &text)
        default: return false
        }
        return true
    }

    private mutating func unicode(into text: inout [UInt8]) -> Bool {
        guard let first = fourDigits() else { return false }
        var scalar = first
        if (0xd800..<0xdc00).contains(first) {
            guard index + 1 < bytes.count, bytes[index] == 0x5c, bytes[index + 1] == 0x75 else { return false }
            index += 2
            guard let second = fourDigits(), (0xdc00..<0xe000).contains(second) else { return false }
            scalar = 0x10000 + (first - 0xd800) << 10 + (second - 0xdc00)
        }
        guard let valid = Unicode.Scalar(scalar) else { return false }
        text.append(contentsOf: String(Character(valid)).utf8)
        return true
    }

    private mutating func fourDigits() -> UInt32? {
        guard index + 4 <= bytes.count else { return nil }
        var value: UInt32 = 0
        for byte in bytes[index..<index + 4] {
            guard let digit = Hex.value(byte) else { return nil }
            value = value << 4 | UInt32(digit)
        }
        index += 4
        return value
    }
}
