/// Reads a body as a form: as its content type claims, and as it plainly looks.
enum FormReader {
    static func read(_ body: [UInt8], contentTypes: [MediaType]) -> PairList {
        var pairs = PairList()
        guard !body.isEmpty else { return pairs }
        var boundaries = contentTypes.compactMap(\.boundary)
        if let seen = MultipartReader.boundary(atStartOf: body), !boundaries.contains(seen) { boundaries.append(seen) }
        for boundary in boundaries { MultipartReader.read(body, boundary: boundary, into: &pairs) }
        if contentTypes.contains(where: { $0.isMultipart && $0.boundary == nil }), boundaries.isEmpty {
            pairs.markIncomplete()
        }
        if contentTypes.contains(where: \.isForm) || (pairs.pairs.isEmpty && looksEncoded(body)) {
            pairs.read(body[...].prefix(body.count - trailingBlanks(body)))
        }
        return pairs
    }

    private static func trailingBlanks(_ body: [UInt8]) -> Int {
        body.reversed().prefix { $0 == 0x0A || $0 == 0x0D }.count
    }

    /// Whether a body that claims to be something else is plainly `name=value…`: a first name of usual
    /// characters, and no control byte but line ends at the end.
    static func looksEncoded(_ body: [UInt8]) -> Bool {
        let text = body.prefix(body.count - trailingBlanks(body))
        guard let equals = text.firstIndex(of: UInt8(ascii: "=")), equals > 0 else { return false }
        guard let first = text.first, isNameByte(first), first != UInt8(ascii: "["), first != UInt8(ascii: "-") else {
            return false
        }
        return text[..<equals].allSatisfy { isNameByte($0) || $0 == UInt8(ascii: "&") }
            && !text.contains(where: ASCII.isControl)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        ASCII.isLetter(byte) || ASCII.isDigit(byte) || "_.-[]%+~*$:@!".utf8.contains(byte)
    }
}
