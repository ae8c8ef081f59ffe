import GatePolicy

/// Writes the heads of one exchange's answers to an HTTP/1 client, and the framing of their content.
struct HTTP1Writer: Sendable {
    /// How the answer's content is framed towards the client.
    enum Framing: Sendable, Equatable {
        /// No content follows the head.
        case none
        case sized(Int)
        case chunked
        /// Ends with the connection (HTTP/1.0 clients).
        case untilClose
    }

    /// The client's HTTP/1 minor version.
    var minorVersion: UInt8
    /// The client's method is HEAD.
    var isHead: Bool
    var via: ViaStamp
    var callID: String
    var correlationID: String
    /// Seconds since 1970 for `Date` where the message has none (RFC 9110 6.6.1); nil writes none.
    var now: Int64?

    init(
        minorVersion: UInt8, isHead: Bool, via: ViaStamp, callID: String, correlationID: String, now: Int64? = nil
    ) {
        self.minorVersion = minorVersion
        self.isHead = isHead
        self.via = via
        self.callID = callID
        self.correlationID = correlationID
        self.now = now
    }

    /// How the content of `head` goes to this client.
    ///
    /// `.untilClose` means that the connection must end afterwards.
    func framing(of head: ResponseHead) -> Framing {
        switch head.framing {
        case .none: .none
        case .sized(let count): .sized(count)
        case .chunked, .untilClose: minorVersion == 0 ? .untilClose : .chunked
        }
    }

    /// Writes an upstream's final head (a 101 too).
    ///
    /// Returns the framing that the content then needs.
    ///
    /// - Parameter keepAlive: the connection lives on; it is closed all the same where the framing is `.untilClose`.
    @discardableResult
    func writeHead(_ head: ResponseHead, keepAlive: Bool, to buffer: inout [UInt8]) -> Framing {
        let framing = framing(of: head)
        buffer.reserveCapacity(buffer.count + head.block.bytes.count + 256)
        writeStatusLine(head, to: &buffer)
        writeFields(head, framing, to: &buffer)
        if head.status == 101 {
            buffer.append(text: "Connection: Upgrade\r\nUpgrade: websocket\r\n")
        } else {
            if framing == .chunked { buffer.append(text: "Transfer-Encoding: chunked\r\n") }
            if head.status >= 200, !head.block.has(.date) { writeDate(to: &buffer) }
            writeConnection(keepAlive: keepAlive && framing != .untilClose, to: &buffer)
        }
        writeVia(head, to: &buffer)
        writeIdentity(to: &buffer)
        buffer.append(text: "\r\n")
        return framing
    }

    /// Writes a 1xx head; nothing for an HTTP/1.0 client (RFC 9110 15.2).
    func writeInterim(_ head: ResponseHead, to buffer: inout [UInt8]) {
        if minorVersion == 0 { return }
        writeStatusLine(head, to: &buffer)
        writeFields(head, .none, to: &buffer)
        writeVia(head, to: &buffer)
        buffer.append(text: "\r\n")
    }

    /// Writes `HTTP/1.1 100 Continue`; nothing for an HTTP/1.0 client.
    func writeContinue(to buffer: inout [UInt8]) {
        if minorVersion == 0 { return }
        buffer.append(text: "HTTP/1.1 100 Continue\r\n\r\n")
    }

    /// Writes `HTTP/1.1 200 Connection established`, without Content-Length or Transfer-Encoding (RFC 9110 9.3.6).
    func writeTunnelEstablished(to buffer: inout [UInt8]) {
        buffer.append(text: "HTTP/1.1 200 Connection established\r\n")
        writeIdentity(to: &buffer)
        buffer.append(text: "\r\n")
    }

    /// Writes a whole answer of the gate itself: head and, except on HEAD, 204 and 304, its body.
    ///
    /// Fields that frame or concern the connection are the writer's and left out of `answer`'s; what may not stand in a
    /// field (a template's CR LF) becomes a space.
    func writeAnswer(_ answer: SyntheticAnswer, keepAlive: Bool, to buffer: inout [UInt8]) {
        let status = min(max(answer.status, 200), 999)
        let hasContent = status != 204 && status != 304
        buffer.reserveCapacity(buffer.count + answer.body.count + 512)
        buffer.append(text: "HTTP/1.1 ")
        Decimal.append(status, to: &buffer)
        buffer.append(0x20)
        buffer += StatusReason.of(status).utf8
        buffer.append(text: "\r\n")
        var hasDate = false
        for field in answer.headers where mayWrite(field.name, hasDate: &hasDate) {
            writeField(field.name, field.value, to: &buffer)
        }
        if !hasDate { writeDate(to: &buffer) }
        if hasContent { writeLength(answer.body.count, to: &buffer) }
        writeConnection(keepAlive: keepAlive, to: &buffer)
        writeIdentity(to: &buffer)
        buffer.append(text: "\r\n")
        if hasContent, !isHead { buffer += answer.body }
    }

    /// The line before a chunk of `count` bytes; CRLF follows the data (`writeChunkEnd`).
    ///
    /// Nothing for 0: that would be the last chunk.
    static func writeChunkStart(_ count: Int, to buffer: inout [UInt8]) {
        if count <= 0 { return }
        appendHex(count, to: &buffer)
        buffer.append(text: "\r\n")
    }

    static func writeChunkEnd(to buffer: inout [UInt8]) { buffer.append(text: "\r\n") }

    /// The last chunk and the trailers.
    ///
    /// Only after a body that is known to be whole.
    static func writeLastChunk(trailers: FieldBlock = FieldBlock(), to buffer: inout [UInt8]) {
        buffer.append(text: "0\r\n")
        for index in trailers.fields.indices { appendField(trailers, index, to: &buffer) }
        buffer.append(text: "\r\n")
    }

    // MARK: - Parts

    private func writeStatusLine(_ head: ResponseHead, to buffer: inout [UInt8]) {
        buffer.append(text: "HTTP/1.1 ")
        Decimal.append(head.status, to: &buffer)
        buffer.append(0x20)
        buffer.append(head.block.bytes, head.reason)
        buffer.append(text: "\r\n")
    }

    /// End-to-end fields in the upstream's order; Content-Length in its place, once, where it says something true.
    private func writeFields(_ head: ResponseHead, _ framing: Framing, to buffer: inout [UInt8]) {
        let hops = HopByHop(head.block)
        var length = head.status < 200 || head.status == 204 ? nil : head.contentLength
        for index in head.block.fields.indices where !hops.drops(index, of: head.block) {
            switch head.block.known[index] {
            case .contentLength:
                if let value = length { writeLength(value, to: &buffer) }
                length = nil
            case .transferEncoding, .stoplogCall, .correlationID: continue
            case .trailer where framing != .chunked: continue
            default: Self.appendField(head.block, index, to: &buffer)
            }
        }
    }

    private static func appendField(_ block: FieldBlock, _ index: Int, to buffer: inout [UInt8]) {
        buffer.append(block.fields[index], of: block.bytes)
        buffer.append(text: "\r\n")
    }

    private func mayWrite(_ name: String, hasDate: inout Bool) -> Bool {
        let bytes = [UInt8](name.utf8)
        guard !bytes.isEmpty, bytes.allSatisfy(ByteClass.isToken) else { return false }
        let kind = KnownField.named(bytes.span, 0..<bytes.count)
        if kind == .date { hasDate = true }
        switch kind {
        case .trailer, .stoplogCall, .correlationID: return false
        default: return !kind.isHopByHop && !kind.isFraming
        }
    }

    private func writeField(_ name: String, _ value: String, to buffer: inout [UInt8]) {
        buffer += name.utf8
        buffer.append(text: ": ")
        buffer.appendFieldValue(value)
        buffer.append(text: "\r\n")
    }

    private func writeLength(_ count: Int, to buffer: inout [UInt8]) {
        buffer.append(text: "Content-Length: ")
        Decimal.append(count, to: &buffer)
        buffer.append(text: "\r\n")
    }

    private func writeDate(to buffer: inout [UInt8]) {
        guard let now else { return }
        writeField("Date", HTTPDate.text(secondsSince1970: now), to: &buffer)
    }

    private func writeConnection(keepAlive: Bool, to buffer: inout [UInt8]) {
        if !keepAlive {
            buffer.append(text: "Connection: close\r\n")
        } else if minorVersion == 0 {
            buffer.append(text: "Connection: keep-alive\r\n")
        }
    }

    private func writeVia(_ head: ResponseHead, to buffer: inout [UInt8]) {
        buffer.append(text: "Via: ")
        via.append(receivedMinor: head.minorVersion, to: &buffer)
        buffer.append(text: "\r\n")
    }

    private func writeIdentity(to buffer: inout [UInt8]) {
        buffer.append(text: "Stoplog-Call: ")
        buffer.appendFieldValue(callID)
        buffer.append(text: "\r\nX-Correlation-ID: ")
        buffer.appendFieldValue(correlationID)
        buffer.append(text: "\r\n")
    }

    private static func appendHex(_ value: Int, to buffer: inout [UInt8]) {
        if value >= 16 { appendHex(value >> 4, to: &buffer) }
        let digit = UInt8(truncatingIfNeeded: value & 15)
        buffer.append(digit < 10 ? 0x30 &+ digit : 0x57 &+ digit)
    }
}
