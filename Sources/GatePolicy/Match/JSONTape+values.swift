/// Questions about scanned JSON.
extension JSONTape {
    /// Indices of the nodes directly inside `node`.
    func children(of node: Int) -> [Int] {
        guard nodes[node].kind == .object || nodes[node].kind == .array else { return [] }
        var result: [Int] = []
        var child = node + 1
        while child < nodes[node].next {
            result.append(child)
            child = nodes[child].next
        }
        return result
    }

    /// The members of an object with this name, in order.
    func members(of node: Int, _ name: [UInt8]) -> [Int] {
        guard nodes[node].kind == .object else { return [] }
        return children(of: node).filter { isNamed($0, name) }
    }

    func isNamed(_ node: Int, _ name: [UInt8]) -> Bool {
        guard let key = nodes[node].key else { return false }
        if !bytes[key].contains(UInt8(ascii: "\\")) { return bytes[key].elementsEqual(name) }
        return Self.unescape(bytes[key]) == name
    }

    /// The node's value.
    func value(_ node: Int) -> CallValue {
        let source = bytes[nodes[node].start..<nodes[node].end]
        switch nodes[node].kind {
        case .object, .array: return CallValue(.composite, Array(source))
        case .string: return CallValue(.text, Self.unescape(source))
        case .word:
            let word = Array(source)
            if word.elementsEqual("true".utf8) || word.elementsEqual("false".utf8) { return CallValue(.bool, word) }
            if word.elementsEqual("null".utf8) { return CallValue(.null, word) }
            return CallValue(DecimalNumber(word) == nil ? .text : .number, word)
        }
    }

    /// The nodes that a pointer may mean; nil where there are more than `limit`.
    func nodes(at pointer: JSONPointer, limit: Int) -> [Int]? {
        var current = roots
        for segment in pointer.segments {
            var next: [Int] = []
            for node in current {
                next += step(node, segment)
                if next.count > limit { return nil }
            }
            current = next
        }
        return current.count > limit ? nil : current
    }

    private func step(_ node: Int, _ segment: [UInt8]) -> [Int] {
        if segment == [UInt8(ascii: "*")] { return children(of: node) }
        if nodes[node].kind == .object { return members(of: node, segment) }
        guard nodes[node].kind == .array, let wanted = Self.index(segment) else { return [] }
        var child = node + 1
        var position = 0
        while child < nodes[node].next {
            if position == wanted { return [child] }
            position += 1
            child = nodes[child].next
        }
        return []
    }

    /// An array index of RFC 6901: digits without a leading zero.
    private static func index(_ segment: [UInt8]) -> Int? {
        guard !segment.isEmpty, segment.count <= 9, segment.allSatisfy(ASCII.isDigit) else { return nil }
        if segment.count > 1, segment[0] == UInt8(ascii: "0") { return nil }
        return segment.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// The text of a string's source; an unknown escape stands for its second character.
    static func unescape(_ source: ArraySlice<UInt8>) -> [UInt8] {
        guard source.contains(UInt8(ascii: "\\")) else { return Array(source) }
        var result: [UInt8] = []
        result.reserveCapacity(source.count)
        var at = source.startIndex
        while at < source.endIndex {
            guard source[at] == UInt8(ascii: "\\"), at + 1 < source.endIndex else {
                result.append(source[at])
                at += 1
                continue
            }
            let escape = source[at + 1]
            at += 2
            switch escape {
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "u"): at = appendUnicode(source, at, to: &result)
            default: result.append(escape)
            }
        }
        return result
    }

    /// Appends the character of `XXXX` at `at`, with its low surrogate where one follows; returns the index after.
    private static func appendUnicode(_ source: ArraySlice<UInt8>, _ at: Int, to result: inout [UInt8]) -> Int {
        guard let unit = codeUnit(source, at) else {
            result.append(UInt8(ascii: "u"))
            return at
        }
        if (0xD800..<0xDC00).contains(unit), at + 5 < source.endIndex, source[at + 4] == UInt8(ascii: "\\"),
            source[at + 5] == UInt8(ascii: "u"), let low = codeUnit(source, at + 6), (0xDC00..<0xE000).contains(low)
        {
            PercentDecoder.append(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00), to: &result)
            return at + 10
        }
        PercentDecoder.append(unit, to: &result)
        return at + 4
    }

    private static func codeUnit(_ source: ArraySlice<UInt8>, _ at: Int) -> UInt32? {
        guard at + 4 <= source.endIndex else { return nil }
        var value: UInt32 = 0
        for index in at..<(at + 4) {
            guard let digit = ASCII.hex(source[index]) else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }
}
