/// Reads multipart/form-data (RFC 7578), forgiving in line ends.
enum MultipartReader {
    /// Limits of one body: parts, bytes of a part's head, bytes of a value that is kept whole.
    enum Limit {
        static let parts = 1024
        static let headBytes = 16_384
        static let valueBytes = 1_048_576
    }

    /// The boundary that a body itself begins with, whatever its content type says; nil where it is no form.
    static func boundary(atStartOf body: [UInt8]) -> [UInt8]? {
        guard body.count > 4, body[0] == UInt8(ascii: "-"), body[1] == UInt8(ascii: "-") else { return nil }
        let line = body[2...].prefix(256).prefix { $0 != 0x0A }
        guard line.endIndex < body.count, body[line.endIndex] == 0x0A else { return nil }
        let boundary = Array(ASCII.trimmed(line))
        let head = ASCII.lowercased(Array(body[line.endIndex...].prefix(512)))
        guard !boundary.isEmpty, index(of: Array("form-data".utf8), in: head, from: 0) != nil else { return nil }
        return boundary
    }

    static func read(_ body: [UInt8], boundary: [UInt8], into pairs: inout PairList) {
        let delimiter = Array("--".utf8) + boundary
        guard !boundary.isEmpty, var start = delimiterStart(delimiter, in: body, from: 0) else {
            pairs.markIncomplete()
            return
        }
        for _ in 0..<Limit.parts {
            let head = start + delimiter.count
            if body[head...].starts(with: "--".utf8) { return }
            guard let end = delimiterStart(delimiter, in: body, from: head) else {
                readPart(body[head...], into: &pairs)
                pairs.markIncomplete()
                return
            }
            readPart(body[head..<end], into: &pairs)
            start = end
        }
        pairs.markIncomplete()
    }

    /// Where a delimiter begins a line, at or after `from`.
    private static func delimiterStart(_ delimiter: [UInt8], in body: [UInt8], from: Int) -> Int? {
        var at = from
        while let found = index(of: delimiter, in: body, from: at) {
            if found == 0 || body[found - 1] == 0x0A || body[found - 1] == 0x0D { return found }
            at = found + 1
        }
        return nil
    }

    /// Where `needle` begins in `hay`, at or after `from`.
    static func index(of needle: [UInt8], in hay: [UInt8], from: Int) -> Int? {
        guard let first = needle.first, hay.count >= needle.count else { return nil }
        let last = hay.count - needle.count
        var at = from
        while at <= last {
            if hay[at] == first, hay[at...].starts(with: needle) { return at }
            at += 1
        }
        return nil
    }

    /// A part between its delimiter and the next: the rest of that line, fields, a blank line, the value.
    private static func readPart(_ part: ArraySlice<UInt8>, into pairs: inout PairList) {
        var at = part.startIndex
        var name: [UInt8]?
        var isFirstLine = true
        while at < part.endIndex {
            let end = part[at...].firstIndex(of: 0x0A) ?? part.endIndex
            let line = ASCII.trimmed(part[at..<end])
            at = min(end + 1, part.endIndex)
            if line.isEmpty, !isFirstLine { break }
            isFirstLine = false
            readField(line, &name, &pairs)
            if at - part.startIndex > Limit.headBytes {
                pairs.markIncomplete()
                return
            }
        }
        guard let name else { return }
        var value = part[at...]
        if value.last == 0x0A { value = value.dropLast() }
        if value.last == 0x0D { value = value.dropLast() }
        if value.count > Limit.valueBytes { pairs.markIncomplete() } else { pairs.add(name, Array(value)) }
    }

    private static func readField(_ line: ArraySlice<UInt8>, _ name: inout [UInt8]?, _ pairs: inout PairList) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return }
        let field = ASCII.lowercased(Array(ASCII.trimmed(line[..<colon])))
        let value = line[(colon + 1)...]
        if field == Array("content-disposition".utf8) {
            let parameters = value[(value.firstIndex(of: UInt8(ascii: ";")) ?? value.endIndex)...]
            name =
                MediaType.parameter("name", in: parameters)
                ?? MediaType.parameter("name*", in: parameters).map(extended)
        } else if field == Array("content-transfer-encoding".utf8) {
            let coding = ASCII.lowercased(Array(ASCII.trimmed(value)))
            if coding == Array("base64".utf8) || coding == Array("quoted-printable".utf8) { pairs.markIncomplete() }
        }
    }

    /// RFC 8187: `charset'language'percent-encoded`.
    private static func extended(_ value: [UInt8]) -> [UInt8] {
        let text = value.split(separator: UInt8(ascii: "'"), maxSplits: 2, omittingEmptySubsequences: false).last
        return PercentDecoder.decode(Array(text ?? []), keepingSlashes: false)
    }
}
