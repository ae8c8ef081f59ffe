import GatePolicy

/// A request's head as libcurl is given it: NUL-terminated lines in one buffer, so that list nodes can point into it.
///
/// The client's order, names and values are kept. `Host` comes first and from the target. `Content-Length` above 0 is left to
/// `INFILESIZE`; fields that libcurl would invent are emptied; `Via` is a line of its own at the end, which means the same
/// as a longer last one (RFC 9110 5.3) and leaves the client's bytes alone.
struct UpstreamHead: Sendable {
    /// What is not in the client's head.
    struct Terms: Sendable {
        var correlationID: String
        var via: ViaStamp
        /// Absolute-form, for an upstream proxy.
        var absoluteForm = false
        /// Pass the websocket upgrade on (`head.wantsWebSocket`).
        var upgrade = false
    }

    /// Lines and strings, each ended by NUL.
    private(set) var bytes: [UInt8] = []
    /// Where the lines of `CURLOPT_HTTPHEADER` start, in order; `Host:` is first.
    private(set) var lines: [Int] = []
    /// Where the method starts (`CURLOPT_CUSTOMREQUEST`).
    private(set) var method = 0
    /// Where the request-target starts (`CURLOPT_REQUEST_TARGET`).
    private(set) var requestTarget = 0
    /// Where the URL of scheme, host and port starts (`CURLOPT_URL`): `https://host:443/`.
    private(set) var url = 0

    init(_ head: RequestHead, target: RequestTarget, hops: HopByHop, terms: Terms) {
        bytes.reserveCapacity(head.block.bytes.count + 256)
        lines.reserveCapacity(head.block.fields.count + 8)
        line { buffer in
            buffer.append(text: "Host: ")
            buffer += target.authority
        }
        let limit = head.forwardLimit
        let keepsCorrelation = head.correlationIs(terms.correlationID)
        for index in head.block.fields.indices where !hops.drops(index, of: head.block) {
            appendField(index, of: head, limit: limit, keepsCorrelation: keepsCorrelation)
        }
        appendOwnFields(head, terms, keepsCorrelation: keepsCorrelation)
        appendEmptied(head)
        appendRequestLine(head, target, absoluteForm: terms.absoluteForm)
    }

    private mutating func appendField(
        _ index: Int, of head: RequestHead, limit: RequestHead.ForwardLimit, keepsCorrelation: Bool
    ) {
        let field = head.block.fields[index]
        switch head.block.known[index] {
        case .host, .expect: return
        // A request that says that it is empty has no body for libcurl to say it of.
        case .contentLength where head.framing != .sized(0): return
        case .correlationID where !keepsCorrelation: return
        case .maxForwards:
            if case .forward(let value) = limit {
                return line { buffer in
                    buffer.append(text: "Max-Forwards: ")
                    Decimal.append(value, to: &buffer)
                }
            }
        default: break
        }
        line { buffer in
            if field.valueStart == field.valueEnd {
                buffer.append(head.block.bytes, field.name)
                buffer.append(0x3B)
            } else {
                buffer.append(field, of: head.block.bytes)
            }
        }
    }

    private mutating func appendOwnFields(_ head: RequestHead, _ terms: Terms, keepsCorrelation: Bool) {
        if !keepsCorrelation {
            line { buffer in
                buffer.append(text: "X-Correlation-ID: ")
                buffer.appendFieldValue(terms.correlationID)
            }
        }
        if terms.upgrade, head.wantsWebSocket {
            line { $0.append(text: "Connection: Upgrade") }
            line { $0.append(text: "Upgrade: websocket") }
        }
        line { buffer in
            buffer.append(text: "Via: ")
            terms.via.append(receivedMinor: head.minorVersion, to: &buffer)
            Self.appendExpect(head, to: &buffer)
        }
    }

    /// Inside the node of `Via`: an Expect that libcurl recognises makes it send the request again on 417.
    ///
    /// An HTTP/1.0 client's 100-continue counts for nothing (RFC 9110 10.1.1).
    private static func appendExpect(_ head: RequestHead, to buffer: inout [UInt8]) {
        let bytes = head.block.bytes.span
        for index in head.block.fields.indices where head.block.known[index] == .expect {
            let value = head.block.fields[index].value
            if value.isEmpty || (head.minorVersion == 0 && bytes.isText("100-continue", in: value)) { continue }
            buffer.append(text: "\r\nExpect: ")
            buffer.append(head.block.bytes, value)
        }
    }

    /// A name with a colon and no value keeps libcurl from writing a field of its own.
    private mutating func appendEmptied(_ head: RequestHead) {
        line { $0.append(text: "Expect:") }
        line { $0.append(text: "Proxy-Connection:") }
        if !head.block.has(.accept) { line { $0.append(text: "Accept:") } }
        if !head.block.has(.userAgent) { line { $0.append(text: "User-Agent:") } }
        if !head.block.has(.contentType) { line { $0.append(text: "Content-Type:") } }
    }

    private mutating func appendRequestLine(_ head: RequestHead, _ target: RequestTarget, absoluteForm: Bool) {
        method = bytes.count
        bytes.append(head.block.bytes, head.method)
        bytes.append(0)
        requestTarget = bytes.count
        if absoluteForm {
            target.appendAbsoluteForm(of: head, to: &bytes)
        } else {
            target.appendOriginForm(of: head, to: &bytes)
        }
        bytes.append(0)
        url = bytes.count
        bytes.append(text: target.scheme == .https ? "https://" : "http://")
        let isIPv6 = target.host.utf8.contains(0x3A)
        if isIPv6 { bytes.append(0x5B) }
        bytes += target.host.utf8
        if isIPv6 { bytes.append(0x5D) }
        bytes.append(0x3A)
        Decimal.append(Int(target.port), to: &bytes)
        bytes.append(0x2F)
        bytes.append(0)
    }

    @inline(__always)
    private mutating func line(_ write: (inout [UInt8]) -> Void) {
        lines.append(bytes.count)
        write(&bytes)
        bytes.append(0)
    }
}

extension RequestHead {
    /// What `Max-Forwards` means for this request.
    ///
    /// A value that is no number counts as none.
    var forwardLimit: ForwardLimit {
        guard isMethod("TRACE") || isMethod("OPTIONS"), let value = first(.maxForwards),
            let count = Decimal.parse(block.bytes.span, value)
        else { return .none }
        return count == 0 ? .answerHere : .forward(count - 1)
    }

    /// True when the client's own, only X-Correlation-ID is this one, so that the field passes as it came.
    fileprivate func correlationIs(_ id: String) -> Bool {
        var count = 0
        for kind in block.known where kind == .correlationID { count += 1 }
        guard count == 1, let value = first(.correlationID), value.count == id.utf8.count else { return false }
        return block.bytes[value].elementsEqual(id.utf8)
    }
}
