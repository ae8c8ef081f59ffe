import GatePolicy

/// Reads one request head from a growing buffer, strictly, line by line, each byte once.
struct HTTP1Parser: Sendable {
    enum Outcome: Sendable {
        case needMore
        /// The head is whole; `consumed` bytes of the buffer are done with.
        case head(RequestHead, consumed: Int)
        case fault(RequestFault)
    }

    static let maxRequestLineBytes = 32 * 1024
    static let maxHeadBytes = 64 * 1024
    static let maxFields = 200
    /// Empty lines before a request line that are passed over (RFC 9112 2.2).
    static let maxLeadingEmptyLines = 4

    /// Where the request line starts in the buffer: behind empty lines.
    private var origin = 0
    private var lineStart = 0
    /// No line end lies between `lineStart` and here.
    private var scanned = 0
    private var leadingEmptyLines = 0
    private var requestLine: RequestLine?
    private var fields: [FieldRange] = []
    private var known: [KnownField] = []

    init() {}

    /// True when nothing of a head was read yet: the connection is idle.
    var isIdle: Bool { requestLine == nil && lineStart == scanned }

    /// Goes on where it stopped.
    ///
    /// `bytes` starts at the same byte in each call until the outcome is not `.needMore`;
    /// then the parser is ready for the next head.
    mutating func parse(_ bytes: Span<UInt8>) -> Outcome {
        do throws(RequestFault) {
            while let lineFeed = nextLineFeed(bytes) {
                guard lineFeed > lineStart, bytes[lineFeed - 1] == 0x0D else {
                    throw .bad("A line of the head ends in LF without CR (RFC 9112 2.2).")
                }
                let line = lineStart..<(lineFeed - 1)
                lineStart = lineFeed + 1
                scanned = lineStart
                if line.isEmpty, requestLine != nil { return try finish(bytes) }
                try take(line, of: bytes)
            }
            try checkUnfinished(bytes)
            return .needMore
        } catch {
            self = HTTP1Parser()
            return .fault(error)
        }
    }

    private mutating func nextLineFeed(_ bytes: Span<UInt8>) -> Int? {
        var index = scanned
        let end = bytes.count
        while index < end {
            if bytes[index] == 0x0A { return index }
            index &+= 1
        }
        scanned = end
        return nil
    }

    private mutating func take(_ line: Range<Int>, of bytes: Span<UInt8>) throws(RequestFault) {
        if requestLine == nil {
            if line.isEmpty { return try passEmptyLine() }
            if line.count > Self.maxRequestLineBytes { throw Self.longRequestLine }
            requestLine = try RequestLine(bytes, line, origin: origin)
            fields.reserveCapacity(16)
            known.reserveCapacity(16)
            return
        }
        if lineStart - origin > Self.maxHeadBytes { throw Self.longHead }
        if fields.count == Self.maxFields {
            throw .tooLarge("The head has more than \(Self.maxFields) fields.")
        }
        do throws(FieldLine.Fault) {
            let (range, kind) = try FieldLine.parse(bytes, line, origin: origin)
            fields.append(range)
            known.append(kind)
        } catch {
            throw .bad("Malformed head: \(error.text) (RFC 9112 5).")
        }
    }

    private mutating func passEmptyLine() throws(RequestFault) {
        leadingEmptyLines += 1
        if leadingEmptyLines > Self.maxLeadingEmptyLines {
            throw .bad("There are only empty lines where a request should start.")
        }
        origin = lineStart
    }

    /// Refuses early what can never become a head.
    private func checkUnfinished(_ bytes: Span<UInt8>) throws(RequestFault) {
        let pending = bytes.count - lineStart
        if requestLine == nil {
            // The CR may be here already.
            if pending > Self.maxRequestLineBytes + 1 { throw Self.longRequestLine }
            if pending > 0, bytes[lineStart] != 0x0D, !ByteClass.isToken(bytes[lineStart]) {
                throw .bad(
                    "What arrived is not an HTTP request. The proxy's own port speaks plain HTTP: "
                        + "set the proxy's URL with http://, also for https targets.")
            }
        }
        // Still unfinished at the limit: said now, so that a reader with a buffer of that size never waits for more.
        if bytes.count - origin >= Self.maxHeadBytes { throw Self.longHead }
    }

    private mutating func finish(_ bytes: Span<UInt8>) throws(RequestFault) -> Outcome {
        guard let line = requestLine else { return .needMore }
        if lineStart - origin > Self.maxHeadBytes { throw Self.longHead }
        let head = unsafe bytes.extracting(origin..<lineStart).withUnsafeBufferPointer { unsafe [UInt8]($0) }
        let consumed = lineStart
        let block = FieldBlock(bytes: head, fields: fields, known: known)
        self = HTTP1Parser()
        return .head(try RequestHead(line, block), consumed: consumed)
    }

    private static var longRequestLine: RequestFault {
        .tooLarge("The request line is longer than \(maxRequestLineBytes) bytes.")
    }
    private static var longHead: RequestFault { .tooLarge("The head is larger than \(maxHeadBytes) bytes.") }
}

/// Method, target and version of a request, as offsets from the head's first byte (RFC 9112 3).
struct RequestLine: Sendable {
    var method: Range<Int>
    var target: Range<Int>
    var minorVersion: UInt8

    init(_ bytes: Span<UInt8>, _ line: Range<Int>, origin: Int) throws(RequestFault) {
        var index = line.lowerBound
        while index < line.upperBound, ByteClass.isToken(bytes[index]) { index &+= 1 }
        guard index > line.lowerBound, index < line.upperBound, bytes[index] == 0x20 else {
            throw .bad("The request line does not start with a method and one space (RFC 9112 3).")
        }
        method = (line.lowerBound - origin)..<(index - origin)
        let targetStart = index + 1
        index = targetStart
        while index < line.upperBound, bytes[index] > 0x20, bytes[index] != 0x7F { index &+= 1 }
        guard index > targetStart else {
            throw .bad("The request line has no target, or more than one space before it (RFC 9112 3).")
        }
        target = (targetStart - origin)..<(index - origin)
        guard index < line.upperBound else {
            throw .bad("The request line has no HTTP version: HTTP/0.9 is not spoken here.")
        }
        guard bytes[index] == 0x20 else {
            throw .bad("The request target holds a control byte: percent-encode it.")
        }
        minorVersion = try Self.version(bytes, (index + 1)..<line.upperBound)
    }

    private static func version(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(RequestFault) -> UInt8 {
        let start = range.lowerBound
        guard range.count == 8, bytes.isExactly("HTTP/", in: start..<(start + 5)),
            ByteClass.isDigit(bytes[start + 5]), bytes[start + 6] == 0x2E, ByteClass.isDigit(bytes[start + 7])
        else {
            throw .bad(
                "The request line does not end in an HTTP version after one space: "
                    + "white space inside a target is percent-encoded (RFC 9112 3).")
        }
        guard bytes[start + 5] == 0x31 else {
            throw RequestFault(type: .httpVersion, detail: "Only HTTP/1.1 and HTTP/1.0 are spoken on this port.")
        }
        return bytes[start + 7] == 0x30 ? 0 : 1
    }
}
