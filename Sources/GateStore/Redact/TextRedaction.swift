/// Finds secrets by their look in any text: bearer tokens, keys with known prefixes, JWTs, private keys, card numbers.
enum TextRedaction {
    private static let prefixes: [[UInt8]] = [
        "sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_",
        "github_pat_", "glpat-", "xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xapp-", "shpat_", "shpss_", "npm_",
        "pypi-", "sk-ant-", "sk-proj-", "SG.", "AIza", "dop_v1_", "hvs.", "sq0atp-", "sq0csp-", "EAAA", "ya29.", "eyJ",
    ].map { Array($0.utf8) }
    private static let accessKeys: [[UInt8]] = ["AKIA", "ASIA"].map { Array($0.utf8) }
    private static let schemes: [[UInt8]] = ["bearer ", "basic "].map { Array($0.utf8) }
    private static let pemBegin = Array("-----BEGIN ".utf8)
    private static let pemEnd = Array("-----END ".utf8)

    /// Whether a byte may begin something that is looked for.
    private static let isTrigger: [Bool] = {
        var table = [Bool](repeating: false, count: 256)
        for prefix in prefixes + accessKeys { table[Int(prefix[0])] = true }
        for byte in "bB-23456".utf8 { table[Int(byte)] = true }
        return table
    }()

    /// Nil when nothing was found.
    static func redact(_ text: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        var copied = 0
        var index = 0
        while index < text.count {
            guard isTrigger[Int(text[index])], index == 0 || !isWord(text[index - 1]) else {
                index += 1
                continue
            }
            guard let found = secret(text, index) else {
                index += 1
                continue
            }
            result += text[copied..<found.lowerBound]
            result += Redaction.markBytes
            copied = found.upperBound
            index = found.upperBound
        }
        return copied == 0 ? nil : result + text[copied...]
    }

    private static func secret(_ text: [UInt8], _ start: Int) -> Range<Int>? {
        let byte = text[start]
        if (0x30...0x39).contains(byte) { return cardNumber(text, start) }
        if byte == 0x2d { return privateKey(text, start) }
        for scheme in schemes where begins(text, start, scheme, ignoringCase: true) {
            let token = start + scheme.count
            let end = tokenEnd(text, token)
            if end - token >= 8 { return token..<end }
        }
        for prefix in accessKeys where begins(text, start, prefix) {
            let end = keyEnd(text, start)
            if end - start >= 20 { return start..<end }
        }
        for prefix in prefixes where begins(text, start, prefix) {
            let end = keyEnd(text, start)
            if end - start >= prefix.count + 10 { return start..<end }
        }
        return nil
    }

    private static func begins(_ text: [UInt8], _ start: Int, _ prefix: [UInt8], ignoringCase: Bool = false) -> Bool {
        guard start + prefix.count <= text.count else { return false }
        for (offset, expected) in prefix.enumerated() {
            let byte = text[start + offset]
            guard byte == expected || ignoringCase && (0x41...0x5a).contains(byte) && byte | 0x20 == expected else {
                return false
            }
        }
        return true
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: false
        }
    }

    /// The end of a run of the bytes that tokens are made of.
    private static func tokenEnd(_ text: [UInt8], _ start: Int) -> Int {
        var end = start
        while end < text.count {
            switch text[end] {
            case 0x2b, 0x2d, 0x2e, 0x2f, 0x3d, 0x5f, 0x7e: break
            case let byte where isWord(byte): break
            default: return end
            }
            end += 1
        }
        return end
    }

    /// The end of a run of letters, digits, `-`, `.` and `_`.
    private static func keyEnd(_ text: [UInt8], _ start: Int) -> Int {
        var end = start
        while end < text.count, isWord(text[end]) || [0x2d, 0x2e, 0x5f].contains(text[end]) { end += 1 }
        return end
    }

    /// A block of PEM up to its last line, or to the text's end where it is cut.
    private static func privateKey(_ text: [UInt8], _ start: Int) -> Range<Int>? {
        guard begins(text, start, pemBegin) else { return nil }
        let label = text[(start + pemBegin.count)...].prefix(40)
        guard let dash = label.firstIndex(of: 0x2d), label[..<dash].ends(with: "PRIVATE KEY".utf8) else { return nil }
        var index = dash
        while index < text.count {
            if text[index] == 0x2d, begins(text, index, pemEnd) {
                let rest = text[(index + pemEnd.count)...].prefix(40)
                let end = rest.firstIndex(of: 0x2d) ?? rest.endIndex
                return start..<min(text.count, end + 5)
            }
            index += 1
        }
        return start..<text.count
    }

    /// 13–19 digits, single spaces or hyphens between them, that begin like a card's and pass Luhn's check.
    private static func cardNumber(_ text: [UInt8], _ start: Int) -> Range<Int>? {
        var digits: [UInt8] = []
        var end = start
        var index = start
        while index < text.count, digits.count <= 19 {
            let byte = text[index]
            if (0x30...0x39).contains(byte) {
                digits.append(byte - 0x30)
                end = index + 1
            } else if byte != 0x20 && byte != 0x2d || index + 1 >= text.count || end != index {
                break
            }
            index += 1
        }
        guard (13...19).contains(digits.count), digits.count >= 14 || digits[0] == 4,
            end >= text.count || !isWord(text[end]), hasLuhn(digits)
        else { return nil }
        return start..<end
    }

    private static func hasLuhn(_ digits: [UInt8]) -> Bool {
        var sum = 0
        for (place, digit) in digits.reversed().enumerated() {
            let value = Int(digit) * (place % 2 == 1 ? 2 : 1)
            sum += value > 9 ? value - 9 : value
        }
        return sum % 10 == 0
    }
}

extension ArraySlice<UInt8> {
    fileprivate func ends(with text: String.UTF8View) -> Bool {
        count >= text.count && suffix(text.count).elementsEqual(text)
    }
}
