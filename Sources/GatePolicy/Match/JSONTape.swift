/// JSON scanned once into a flat list of nodes over its own bytes; forgiving where servers are.
///
/// Accepted beyond RFC 8259: comments, trailing and doubled commas, single quotes, bare words, raw control
/// characters in strings, several documents one after the other. Never recurses deeper than `Limit.depth`.
struct JSONTape: Sendable {
    enum Limit {
        static let depth = 128
        static let nodes = 1_000_000
        static let bytes = 64 << 20
    }

    enum Failure: Error { case malformed, tooLarge }

    enum Kind: UInt8, Sendable {
        case object, array, string, word
    }

    struct Node: Sendable {
        var kind: Kind
        /// The value's bytes; of a string those between its quotes.
        var start: Int
        var end: Int
        /// The index after the last node inside this one.
        var next: Int
        /// The member's name as written, between its quotes; nil outside objects.
        var key: Range<Int>?
    }

    let bytes: [UInt8]
    private(set) var nodes: [Node] = []
    /// The nodes of whole documents.
    private(set) var roots: [Int] = []
    /// Why scanning stopped before the end; nil where all was read.
    private(set) var failure: Failure?
    private var at = 0

    init(_ utf8: [UInt8]) {
        bytes = utf8
        guard utf8.count <= Limit.bytes else {
            failure = .tooLarge
            return
        }
        do throws(Failure) {
            try readDocuments()
        } catch {
            failure = error
        }
    }

    private mutating func readDocuments() throws(Failure) {
        while true {
            skipBlanks()
            // RFC 7464 separates documents by RS, others by line ends or commas.
            while at < bytes.count, bytes[at] == 0x1E || bytes[at] == UInt8(ascii: ",") {
                at += 1
                skipBlanks()
            }
            guard at < bytes.count else { return }
            let root = nodes.count
            try readValue(key: nil, depth: 0)
            roots.append(root)
        }
    }

    private mutating func skipBlanks() {
        while at < bytes.count {
            if ASCII.isBlank(bytes[at]) {
                at += 1
            } else if bytes[at] == UInt8(ascii: "/"), at + 1 < bytes.count, bytes[at + 1] == UInt8(ascii: "/") {
                while at < bytes.count, bytes[at] != 0x0A { at += 1 }
            } else if bytes[at] == UInt8(ascii: "/"), at + 1 < bytes.count, bytes[at + 1] == UInt8(ascii: "*") {
                at += 2
                while at < bytes.count,
                    !(bytes[at] == UInt8(ascii: "*") && at + 1 < bytes.count
                        && bytes[at + 1] == UInt8(ascii: "/"))
                { at += 1 }
                at = min(at + 2, bytes.count)
            } else {
                return
            }
        }
    }

    private mutating func append(_ kind: Kind, _ range: Range<Int>, key: Range<Int>?) throws(Failure) -> Int {
        if nodes.count >= Limit.nodes { throw .tooLarge }
        nodes.append(Node(kind: kind, start: range.lowerBound, end: range.upperBound, next: nodes.count + 1, key: key))
        return nodes.count - 1
    }

    private mutating func readValue(key: Range<Int>?, depth: Int) throws(Failure) {
        if depth > Limit.depth { throw .tooLarge }
        guard at < bytes.count else { throw .malformed }
        switch bytes[at] {
        case UInt8(ascii: "{"): try readContainer(.object, UInt8(ascii: "}"), key: key, depth: depth)
        case UInt8(ascii: "["): try readContainer(.array, UInt8(ascii: "]"), key: key, depth: depth)
        case UInt8(ascii: "\""), UInt8(ascii: "'"): _ = try append(.string, try readQuoted(), key: key)
        default: _ = try append(.word, try readWord(), key: key)
        }
    }

    private mutating func readContainer(
        _ kind: Kind, _ close: UInt8, key: Range<Int>?, depth: Int
    ) throws(Failure) {
        let node = try append(kind, at..<at, key: key)
        at += 1
        while true {
            skipBlanks()
            guard at < bytes.count else { throw .malformed }
            if bytes[at] == close { break }
            if bytes[at] == UInt8(ascii: ",") {
                at += 1
                continue
            }
            var name: Range<Int>?
            if kind == .object { name = try readName() }
            try readValue(key: name, depth: depth + 1)
        }
        at += 1
        nodes[node].end = at
        nodes[node].next = nodes.count
    }

    /// A member's name and its colon.
    private mutating func readName() throws(Failure) -> Range<Int> {
        let isQuoted = bytes[at] == UInt8(ascii: "\"") || bytes[at] == UInt8(ascii: "'")
        let name = isQuoted ? try readQuoted() : try readWord()
        skipBlanks()
        guard at < bytes.count, bytes[at] == UInt8(ascii: ":") else { throw .malformed }
        at += 1
        skipBlanks()
        return name
    }

    private mutating func readQuoted() throws(Failure) -> Range<Int> {
        let quote = bytes[at]
        let start = at + 1
        at = start
        while at < bytes.count, bytes[at] != quote { at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1 }
        guard at < bytes.count else { throw .malformed }
        at += 1
        return start..<(at - 1)
    }

    private mutating func readWord() throws(Failure) -> Range<Int> {
        let start = at
        while at < bytes.count, !ASCII.isBlank(bytes[at]), !Self.isPunctuation(bytes[at]) { at += 1 }
        if at == start { throw .malformed }
        return start..<at
    }

    private static func isPunctuation(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "["),
            UInt8(ascii: "]"), UInt8(ascii: "\""), UInt8(ascii: "'"):
            true
        default: false
        }
    }
}
