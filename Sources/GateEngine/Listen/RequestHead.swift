import GatePolicy

/// A request's head as the client wrote it, checked, with offsets into its bytes.
struct RequestHead: Sendable {
    /// How the end of a request's body is found.
    enum Framing: Sendable, Equatable {
        /// Neither Content-Length nor Transfer-Encoding.
        case none
        /// Content-Length, 0 included.
        case sized(Int)
        case chunked
    }

    /// What `Max-Forwards` asks of a TRACE or OPTIONS request (RFC 9110 7.6.2).
    enum ForwardLimit: Sendable, Equatable {
        /// No limit that applies to this method.
        case none
        /// It was 0: the gate answers itself and sends nothing.
        case answerHere
        /// The value to send on.
        case forward(Int)
    }

    /// Request line and fields, ending with the empty line.
    var block: FieldBlock
    var method: Range<Int>
    var target: Range<Int>
    /// 0 or 1 (a later HTTP/1.x is spoken to as 1.1).
    var minorVersion: UInt8
    var framing: Framing
    /// Whether the client lets its connection live on after this exchange.
    var keepAlive: Bool
    /// `Expect: 100-continue` from an HTTP/1.1 client that has a body to send.
    var expectsContinue: Bool
    /// A well-formed request for the websocket protocol (RFC 6455 4.2.1): the only upgrade that is passed on.
    var wantsWebSocket: Bool

    var bytes: [UInt8] { block.bytes }
    var fields: [FieldRange] { block.fields }
    var known: [KnownField] { block.known }

    func first(_ kind: KnownField) -> Range<Int>? { block.first(kind) }
    func text(_ range: Range<Int>) -> String { block.text(range) }

    var isHead: Bool { isMethod("HEAD") }
    var isConnect: Bool { isMethod("CONNECT") }

    /// Methods are compared byte for byte: they are case-sensitive (RFC 9110 9.1).
    func isMethod(_ name: StaticString) -> Bool { block.bytes.span.isExactly(name, in: method) }
}

extension RequestHead {
    /// Stands for a head that could not be read: the answer to it closes the connection.
    static var unreadable: RequestHead {
        RequestHead(
            block: FieldBlock(), method: 0..<0, target: 0..<0, minorVersion: 1, framing: .none, keepAlive: false,
            expectsContinue: false, wantsWebSocket: false)
    }
}
