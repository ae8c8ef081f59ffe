import GatePolicy

/// Checks an upstream's head line by line as libcurl hands it over: what libcurl lets pass is a fault here.
///
/// What may be mended is mended, once, here: white space before a colon is cut off, a folded line is joined with one
/// SP, a line that ends in LF alone gets its CR (RFC 9112 2.2, 5.1, 5.2). All else is refused, never guessed.
struct ResponseHeadValidator: Sendable {
    enum Outcome: Sendable {
        /// The head goes on.
        case needMore
        /// A 1xx head: pass it on at once; another head follows.
        case interim(ResponseHead)
        /// The final head. Lines after it are trailers.
        case final(ResponseHead)
        /// `upstream-protocol`: what is wrong. Abort the transfer.
        case fault(String)
    }

    static let maxLineBytes = 64 * 1024
    static let maxHeadBytes = 128 * 1024
    static let maxFields = 400
    static let maxInterimHeads = 64

    /// Trailer fields that may be passed on.
    private(set) var trailers = FieldBlock()
    /// False at the transfer's end: the upstream closed inside a head.
    private(set) var sawFinalHead = false
    private let isHead: Bool
    private let allowsUpgrade: Bool
    private var statusLine: StatusLine?
    private var block = FieldBlock()
    /// Where the last field line starts in the block; not yet read, because a folded one may follow.
    private var pendingStart: Int?
    private var headBytes = 0
    private var interimHeads = 0
    private var trailerBytes = 0
    private var trailerLines = 0

    /// - Parameters:
    ///   - isHead: the request's method is HEAD.
    ///   - allowsUpgrade: the websocket upgrade was passed on, so that a 101 may come.
    init(isHead: Bool, allowsUpgrade: Bool) {
        self.isHead = isHead
        self.allowsUpgrade = allowsUpgrade
    }

    /// One header line with its line end, a status line or the empty line.
    mutating func line(_ bytes: Span<UInt8>) -> Outcome {
        do throws(ResponseFault) {
            guard bytes.count > 0, bytes[bytes.count - 1] == 0x0A else { throw ResponseFault("a head line is cut off") }
            let end = bytes.count - (bytes.count > 1 && bytes[bytes.count - 2] == 0x0D ? 2 : 1)
            if sawFinalHead { return try takeTrailer(bytes, 0..<end) }
            headBytes += bytes.count
            if end > Self.maxLineBytes || headBytes > Self.maxHeadBytes { throw ResponseFault("the head is too large") }
            if statusLine == nil {
                block.reserve()
                statusLine = try StatusLine(bytes, 0..<end, into: &block.bytes)
                return .needMore
            }
            if end > 0 {
                try takeField(bytes, 0..<end)
                return .needMore
            }
            return try finish()
        } catch {
            return .fault("The upstream's answer is not valid HTTP: \(error.text).")
        }
    }

    private mutating func takeField(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(ResponseFault) {
        if ByteClass.isSpace(bytes[0]) {
            guard pendingStart != nil else { throw ResponseFault("the first header line is folded") }
            while let last = block.bytes.last, ByteClass.isSpace(last) { block.bytes.removeLast() }
            block.bytes.append(0x20)
            block.bytes.append(bytes, bytes.trimmed(line))
            return
        }
        try flushPending()
        pendingStart = block.bytes.count
        block.bytes.append(bytes, line)
    }

    private mutating func flushPending() throws(ResponseFault) {
        guard let start = pendingStart else { return }
        pendingStart = nil
        if block.fields.count == Self.maxFields {
            throw ResponseFault("the head has more than \(Self.maxFields) fields")
        }
        let line = start..<block.bytes.count
        do throws(FieldLine.Fault) {
            let (range, kind) = try FieldLine.parse(block.bytes.span, line, origin: 0, toleratesSpace: true)
            block.fields.append(range)
            block.known.append(kind)
        } catch {
            throw ResponseFault(error.text)
        }
        block.bytes.append(text: "\r\n")
    }

    private mutating func finish() throws(ResponseFault) -> Outcome {
        try flushPending()
        guard let line = statusLine else { return .needMore }
        block.bytes.append(text: "\r\n")
        let head = try ResponseHead(line, block, isHead: isHead)
        if head.status == 101, !allowsUpgrade { throw ResponseFault("it switches protocols unasked (101)") }
        if head.status == 101 { try checkUpgrade(head) }
        statusLine = nil
        block = FieldBlock()
        headBytes = 0
        guard head.isInterim else {
            sawFinalHead = true
            return .final(head)
        }
        interimHeads += 1
        if interimHeads > Self.maxInterimHeads { throw ResponseFault("there is no end of interim (1xx) answers") }
        return .interim(head)
    }

    private func checkUpgrade(_ head: ResponseHead) throws(ResponseFault) {
        guard let value = head.block.first(.upgrade), head.block.bytes.span.isText("websocket", in: value) else {
            throw ResponseFault("it switches to a protocol that was not asked for (101)")
        }
    }

    private mutating func takeTrailer(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(ResponseFault) -> Outcome {
        if line.isEmpty { return .needMore }
        trailerBytes += bytes.count
        trailerLines += 1
        if trailerBytes > ChunkedDecoder.maxTrailerBytes || trailerLines > ChunkedDecoder.maxTrailerFields {
            throw ResponseFault("the trailer section is too long")
        }
        if let fault = trailers.appendTrailer(bytes.extracting(line), toleratesSpace: true) {
            throw ResponseFault("in a trailer, \(fault.text)")
        }
        return .needMore
    }
}

/// What is wrong with an upstream's head, as the middle of a sentence.
struct ResponseFault: Error, Sendable, Equatable {
    var text: String
    init(_ text: String) { self.text = text }
}

/// Version, status and reason of a response, as offsets into the bytes that the line was copied to.
struct StatusLine: Sendable {
    var minorVersion: UInt8
    var status: Int
    var reason: Range<Int>

    init(_ bytes: Span<UInt8>, _ line: Range<Int>, into copy: inout [UInt8]) throws(ResponseFault) {
        guard line.count >= 12, bytes.isExactly("HTTP/1.", in: 0..<7), ByteClass.isDigit(bytes[7]), bytes[8] == 0x20,
            let status = Decimal.parse(bytes, 9..<12), line.count == 12 || bytes[12] == 0x20
        else { throw ResponseFault("the status line is malformed") }
        guard status >= 100 else { throw ResponseFault("its status is below 100") }
        for index in line where !ByteClass.isValue(bytes[index]) {
            throw ResponseFault("the status line holds a control byte")
        }
        minorVersion = bytes[7] == 0x30 ? 0 : 1
        self.status = status
        reason = line.count > 13 ? 13..<line.count : line.count..<line.count
        copy.append(bytes, line)
        copy.append(text: "\r\n")
    }
}

extension ResponseHead {
    /// Settles where the content ends, or says why that cannot be known (RFC 9112 6.3).
    fileprivate init(_ line: StatusLine, _ block: FieldBlock, isHead: Bool) throws(ResponseFault) {
        var length: Int?
        var codings = 0
        for index in block.known.indices {
            let value = block.fields[index].value
            switch block.known[index] {
            case .contentLength:
                guard let number = Decimal.parse(block.bytes.span, value) else {
                    throw ResponseFault("its Content-Length is not one decimal number")
                }
                if let length, length != number { throw ResponseFault("it has two different Content-Length fields") }
                length = number
            case .transferEncoding:
                codings += 1
                guard block.bytes.span.isText("chunked", in: value) else {
                    throw ResponseFault("its Transfer-Encoding is not exactly `chunked`")
                }
            default: break
            }
        }
        if codings > 1 { throw ResponseFault("it has more than one Transfer-Encoding field") }
        if codings > 0, length != nil { throw ResponseFault("it has both Content-Length and Transfer-Encoding") }
        if codings > 0, line.minorVersion == 0 { throw ResponseFault("it has Transfer-Encoding in HTTP/1.0") }
        let isBodiless = isHead || line.status < 200 || line.status == 204 || line.status == 304
        let framing: Framing =
            isBodiless ? .none : codings > 0 ? .chunked : length.map { .sized($0) } ?? .untilClose
        self.init(
            block: block, status: line.status, reason: line.reason, minorVersion: line.minorVersion,
            framing: framing, contentLength: length)
    }
}
