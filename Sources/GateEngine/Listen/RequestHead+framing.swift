import GatePolicy

/// The checks of a whole request head: one reading of where its body ends, or refusal (RFC 9112 6).
extension RequestHead {
    /// More options than this in `Connection` fields are refused, so that dropping what they name stays cheap.
    static let maxConnectionOptions = 64

    init(_ line: RequestLine, _ block: FieldBlock) throws(RequestFault) {
        self.init(
            block: block, method: line.method, target: line.target, minorVersion: line.minorVersion,
            framing: .none, keepAlive: line.minorVersion == 1, expectsContinue: false, wantsWebSocket: false)
        var facts = FramingFacts()
        for index in block.known.indices {
            try facts.take(block.known[index], block.fields[index].value, block.bytes.span)
        }
        try settleHost(facts)
        framing = try facts.framing(minorVersion: minorVersion)
        try checkBodyAllowed()
        keepAlive = minorVersion == 1 ? !facts.saysClose : facts.saysKeepAlive && !facts.saysClose
        expectsContinue = facts.expectsContinue && minorVersion == 1 && framing != .none && framing != .sized(0)
        wantsWebSocket =
            facts.upgradesToWebSocket && facts.saysUpgrade && minorVersion == 1 && framing == .none
            && isMethod("GET")
    }

    private func settleHost(_ facts: FramingFacts) throws(RequestFault) {
        if facts.hosts > 1 { throw .bad("The request has more than one Host field (RFC 9112 3.2).") }
        if facts.hosts == 0, minorVersion == 1 { throw .bad("The request has no Host field (RFC 9112 3.2).") }
    }

    private func checkBodyAllowed() throws(RequestFault) {
        if framing == .none || framing == .sized(0) { return }
        if isHead || isConnect || isMethod("TRACE") {
            throw .bad("A HEAD, CONNECT or TRACE request has no body here (RFC 9110 9.3).")
        }
    }
}

/// What the fields say about the message's end and the connection's, gathered in one pass.
private struct FramingFacts {
    var hosts = 0
    var contentLength: Int?
    var transferEncodings = 0
    var options = 0
    var saysClose = false
    var saysKeepAlive = false
    var saysUpgrade = false
    var upgradesToWebSocket = false
    var expectsContinue = false

    @inline(__always)
    mutating func take(_ kind: KnownField, _ value: Range<Int>, _ bytes: Span<UInt8>) throws(RequestFault) {
        switch kind {
        case .host: hosts += 1
        case .contentLength: try takeLength(value, bytes)
        case .transferEncoding:
            transferEncodings += 1
            guard bytes.isText("chunked", in: value) else {
                throw .bad("Transfer-Encoding is not exactly `chunked`: no other coding is taken (RFC 9112 6.1).")
            }
        case .connection: try takeOptions(value, bytes)
        case .upgrade: upgradesToWebSocket = bytes.isText("websocket", in: value)
        case .expect: expectsContinue = bytes.isText("100-continue", in: value)
        default: break
        }
    }

    private mutating func takeLength(_ value: Range<Int>, _ bytes: Span<UInt8>) throws(RequestFault) {
        if contentLength != nil { throw .bad("Content-Length is there more than once (RFC 9112 6.3).") }
        guard let length = Decimal.parse(bytes, value) else {
            throw .bad("Content-Length is not one decimal number that can be counted to (RFC 9112 6.3).")
        }
        contentLength = length
    }

    private mutating func takeOptions(_ value: Range<Int>, _ bytes: Span<UInt8>) throws(RequestFault) {
        var list = FieldList(value)
        while let option = list.next(bytes) {
            options += 1
            if options > RequestHead.maxConnectionOptions { throw .tooLarge("Connection lists too many options.") }
            if bytes.isText("close", in: option) {
                saysClose = true
            } else if bytes.isText("keep-alive", in: option) {
                saysKeepAlive = true
            } else if bytes.isText("upgrade", in: option) {
                saysUpgrade = true
            }
        }
    }

    func framing(minorVersion: UInt8) throws(RequestFault) -> RequestHead.Framing {
        guard transferEncodings > 0 else { return contentLength.map { .sized($0) } ?? .none }
        if transferEncodings > 1 { throw .bad("Transfer-Encoding is there more than once (RFC 9112 6.1).") }
        if contentLength != nil {
            throw .bad("The request has both Content-Length and Transfer-Encoding (RFC 9112 6.3).")
        }
        if minorVersion == 0 { throw .bad("Transfer-Encoding in an HTTP/1.0 request (RFC 9112 6.1).") }
        return .chunked
    }
}
