/// A Content-Type: its essence in lower case and the boundary of a multipart one.
struct MediaType: Sendable, Equatable {
    let essence: [UInt8]
    let boundary: [UInt8]?

    init(_ value: [UInt8]) {
        let end = value.firstIndex { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: ",") } ?? value.endIndex
        essence = ASCII.lowercased(Array(ASCII.trimmed(value[..<end])))
        boundary = essence.starts(with: "multipart/".utf8) ? Self.parameter("boundary", in: value[end...]) : nil
    }

    var isJSON: Bool { contains("json") }
    var isForm: Bool { essence == Array("application/x-www-form-urlencoded".utf8) }
    var isMultipart: Bool { essence.starts(with: "multipart/".utf8) }
    var isGraphQL: Bool { essence == Array("application/graphql".utf8) }
    var isAmazonJSON: Bool { essence.starts(with: "application/x-amz-json".utf8) }

    private func contains(_ word: String) -> Bool {
        let word = Array(word.utf8)
        guard essence.count >= word.count else { return false }
        for start in 0...(essence.count - word.count) where essence[start...].starts(with: word) { return true }
        return false
    }

    /// The value of a parameter `; name=value` or `; name="value"`; name in lower case.
    static func parameter(_ name: String, in text: ArraySlice<UInt8>) -> [UInt8]? {
        let name = Array(name.utf8)
        var at = text.startIndex
        while at < text.endIndex {
            guard text[at] == UInt8(ascii: ";") else {
                at = skip(text, at)
                continue
            }
            at += 1
            while at < text.endIndex, ASCII.isBlank(text[at]) { at += 1 }
            let start = at
            while at < text.endIndex, text[at] != UInt8(ascii: "="), text[at] != UInt8(ascii: ";") { at += 1 }
            guard at < text.endIndex, text[at] == UInt8(ascii: "=") else { continue }
            let found = ASCII.lowercased(Array(ASCII.trimmed(text[start..<at]))) == name
            at += 1
            while at < text.endIndex, ASCII.isBlank(text[at]) { at += 1 }
            if found { return value(text, at) }
        }
        return nil
    }

    /// The index after the byte, or the quoted string, at `at`.
    private static func skip(_ text: ArraySlice<UInt8>, _ at: Int) -> Int {
        guard text[at] == UInt8(ascii: "\"") else { return at + 1 }
        var index = at + 1
        while index < text.endIndex, text[index] != UInt8(ascii: "\"") {
            index += text[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(index + 1, text.endIndex)
    }

    private static func value(_ text: ArraySlice<UInt8>, _ start: Int) -> [UInt8] {
        guard start < text.endIndex, text[start] == UInt8(ascii: "\"") else {
            return Array(ASCII.trimmed(text[start...].prefix { $0 != UInt8(ascii: ";") }))
        }
        var value: [UInt8] = []
        var at = start + 1
        while at < text.endIndex, text[at] != UInt8(ascii: "\"") {
            // Browsers write a quote as %22 and leave backslashes alone; RFC 9110 escapes `"` and `\`.
            if text[at] == UInt8(ascii: "\\"), at + 1 < text.endIndex,
                text[at + 1] == UInt8(ascii: "\"") || text[at + 1] == UInt8(ascii: "\\")
            {
                at += 1
            }
            value.append(text[at])
            at += 1
        }
        return value
    }
}
