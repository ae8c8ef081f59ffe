import GatePolicy

/// Writes response heads and chunk framing for one client request.
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

    init(minorVersion: UInt8, isHead: Bool, via: ViaStamp, callID: String, correlationID: String) {
        self.minorVersion = minorVersion
        self.isHead = isHead
        self.via = via
        self.callID = callID
        self.correlationID = correlationID
    }

    /// How the content of `head` goes to this client. `.untilClose` means that the connection must end afterwards.
    func framing(of head: ResponseHead) -> Framing { .none }

    /// Writes an upstream's final head. Returns the framing that the content then needs.
    ///
    /// - Parameter keepAlive: the connection lives on; ignored (closed) where the framing is `.untilClose`.
    @discardableResult
    func writeHead(_ head: ResponseHead, keepAlive: Bool, to buffer: inout [UInt8]) -> Framing { .none }

    /// Writes a 1xx head; nothing for an HTTP/1.0 client (RFC 9110 15.2).
    func writeInterim(_ head: ResponseHead, to buffer: inout [UInt8]) {}

    /// Writes `HTTP/1.1 100 Continue`; nothing for an HTTP/1.0 client.
    func writeContinue(to buffer: inout [UInt8]) {}

    /// Writes `HTTP/1.1 200 Connection established`, without Content-Length or Transfer-Encoding (RFC 9110 9.3.6).
    func writeTunnelEstablished(to buffer: inout [UInt8]) {}

    /// Writes a whole answer of the gate itself: head and, except on HEAD, 204 and 304, its body.
    func writeAnswer(_ answer: SyntheticAnswer, keepAlive: Bool, to buffer: inout [UInt8]) {}

    /// The line before a chunk of `count` > 0 bytes; CRLF follows the data (`writeChunkEnd`).
    static func writeChunkStart(_ count: Int, to buffer: inout [UInt8]) {}
    static func writeChunkEnd(to buffer: inout [UInt8]) {}
    /// The last chunk and the trailers. Only after a body that is known to be whole.
    static func writeLastChunk(trailers: FieldBlock = FieldBlock(), to buffer: inout [UInt8]) {}
}
