/// Rewrites JSON (or its beginning) with `"[redacted]"` for secret members; everything else stays byte for byte.
///
/// It tolerates what is no JSON: it never fails, it copies. Depth is bounded; below the bound only names count.
struct JSONRedaction {
    private static let depthLimit = 128

    private let text: [UInt8]
    private let pointers: [[Redaction.PointerStep]]
    private var result: [UInt8] = []
    private var index = 0

    private struct Level {
        let isArray: Bool
        /// The name of the member whose value comes next, or the element's place.
        var name: [UInt8] = []
        var place = 0
        /// True while a name is expected.
        var expectsName: Bool
        /// The array is the value of a secret member.
        let isSecret: Bool
    }
    private var levels: [Level] = []

    init(_ text: [UInt8], pointers: [[Redaction.PointerStep]]) {
        self.text = text
        self.pointers = pointers
        result.reserveCapacity(text.count)
    }

    mutating func redacted() -> [UInt8] {
        while index < text.count {
            switch text[index] {
            case 0x22: string()
            case 0x7b: open(isArray: false)
            case 0x5b: open(isArray: true)
            case 0x7d, 0x5d:
                if !levels.isEmpty { levels.removeLast() }
                copy()
            case 0x2c:
                separator()
                copy()
            case 0x30...0x39, 0x2d, 0x61...0x7a: scalar()
            default: copy()
            }
        }
        return result
    }

    private mutating func copy() {
        result.append(text[index])
        index += 1
    }

    private mutating func separator() {
        guard !levels.isEmpty else { return }
        let last = levels.count - 1
        if levels[last].isArray { levels[last].place += 1 } else { levels[last].expectsName = true }
    }

    private mutating func open(isArray: Bool) {
        if isPointedAt() { return skipValue() }
        let isSecret = isArray && isSecretHere()
        if levels.count < JSONRedaction.depthLimit {
            levels.append(Level(isArray: isArray, expectsName: !isArray, isSecret: isSecret))
            copy()
        } else {
            // Too deep to be followed: nothing of it is kept.
            skipValue()
        }
    }

    private mutating func string() {
        let end = stringEnd(index)
        if let last = levels.indices.last, levels[last].expectsName {
            levels[last].name = unescaped(text[(index + 1)..<max(index + 1, end - 1)])
            levels[last].expectsName = false
        } else if isSecretHere() || isPointedAt() {
            return replace(until: end)
        }
        result += text[index..<end]
        index = end
    }

    /// A number or a word.
    ///
    /// `true`, `false` and `null` are no secrets unless a pointer names them.
    private mutating func scalar() {
        var end = index
        while end < text.count, ![0x2c, 0x7d, 0x5d, 0x3a, 0x22].contains(text[end]), text[end] > 0x20 { end += 1 }
        let isNumber = text[index] < 0x61
        if isNumber && isSecretHere() || isPointedAt() { return replace(until: end) }
        result += text[index..<end]
        index = end
    }

    private mutating func replace(until end: Int) {
        result.append(0x22)
        result += Redaction.markBytes
        result.append(0x22)
        index = end
    }

    /// Past the closing quote, or the end of the text.
    private func stringEnd(_ start: Int) -> Int {
        var end = start + 1
        while end < text.count {
            if text[end] == 0x22 { return end + 1 }
            end += text[end] == 0x5c ? 2 : 1
        }
        return text.count
    }

    /// Replaces an object or array whole.
    private mutating func skipValue() {
        var depth = 0
        var end = index
        while end < text.count {
            switch text[end] {
            case 0x22:
                end = stringEnd(end)
                continue
            case 0x7b, 0x5b: depth += 1
            case 0x7d, 0x5d: depth -= 1
            default: break
            }
            end += 1
            if depth == 0 { break }
        }
        replace(until: end)
    }

    private func isSecretHere() -> Bool {
        guard let last = levels.last else { return false }
        if last.isArray { return last.isSecret }
        if SecretNames.isSecret(last.name) { return true }
        // `{"card":{"number":…}}`: the name alone says little.
        guard levels.count > 1, SecretNames.canonical(last.name).elementsEqual("number".utf8) else { return false }
        return SecretNames.canonical(levels[levels.count - 2].name).suffix(4).elementsEqual("card".utf8)
    }

    private func isPointedAt() -> Bool {
        for pointer in pointers where pointer.count == levels.count && !pointer.isEmpty {
            let isHere = zip(pointer, levels).allSatisfy { step, level in
                switch step {
                case .any: true
                case .name(let name): level.isArray ? name.elementsEqual(String(level.place).utf8) : name == level.name
                }
            }
            if isHere { return true }
        }
        return false
    }

    /// A name's escapes decoded, as far as ASCII can be written with them.
    private func unescaped(_ raw: ArraySlice<UInt8>) -> [UInt8] {
        guard raw.contains(0x5c) else { return Array(raw) }
        return JSONValue([0x22] + raw + [0x22])?.string.map { Array($0.utf8) } ?? Array(raw)
    }
}
