/// Takes the values of secret fields out of a `multipart/form-data` body.
enum MultipartRedaction {
    private static let nameMark = Array("name=\"".utf8)

    static func redact(_ body: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var copied = 0
        var index = 0
        while let head = find([0x0d, 0x0a, 0x0d, 0x0a], body[...], from: index) {
            let valueStart = head + 4
            let valueEnd = find([0x0d, 0x0a, 0x2d, 0x2d], body[...], from: valueStart) ?? body.count
            if let name = fieldName(body[index..<head]), SecretNames.isSecret(name), valueEnd > valueStart {
                result += body[copied..<valueStart]
                result += Redaction.markBytes
                copied = valueEnd
            }
            index = valueEnd
        }
        return copied == 0 ? body : result + body[copied...]
    }

    private static func fieldName(_ head: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let mark = find(nameMark, head, from: head.startIndex) else { return nil }
        let start = mark + nameMark.count
        guard let end = head[start...].firstIndex(of: 0x22) else { return nil }
        return head[start..<end]
    }

    private static func find(_ wanted: [UInt8], _ bytes: ArraySlice<UInt8>, from start: Int) -> Int? {
        var index = start
        while index + wanted.count <= bytes.endIndex {
            if bytes[index] == wanted[0], bytes[index..<index + wanted.count].elementsEqual(wanted) { return index }
            index += 1
        }
        return nil
    }
}

/// Takes the text of secret elements out of XML: `<Password>…</Password>`.
enum XMLRedaction {
    static func redact(_ body: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var copied = 0
        var index = 0
        while let open = body[index...].firstIndex(of: 0x3c) {
            guard let close = body[open...].firstIndex(of: 0x3e) else { break }
            index = close + 1
            let name = localName(body[(open + 1)..<close])
            guard body[close - 1] != 0x2f, SecretNames.isSecret(name) else { continue }
            let end = body[index...].firstIndex(of: 0x3c) ?? body.count
            guard end > index else { continue }
            result += body[copied..<index]
            result += Redaction.markBytes
            copied = end
            index = end
        }
        return copied == 0 ? body : result + body[copied...]
    }

    /// Without prefix and attributes.
    private static func localName(_ tag: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let name = tag.prefix { $0 > 0x20 && $0 != 0x2f }
        return name.lastIndex(of: 0x3a).map { name[($0 + 1)...] } ?? name
    }
}
