/// One outbound request as it is judged: the very bytes that will be sent, with offsets into them.
///
/// `bytes` holds the head as the client wrote it; every range is an offset into it. Nothing here is
/// decoded or normalised: canonical forms and alternative readings are the policy's business.
public struct RequestFacts: Sendable {
    /// The request's scheme; `connect` is a tunnel that is judged by host and port alone.
    public enum Scheme: UInt8, Sendable {
        case http, https, connect
    }

    /// The head as received: request line and fields.
    public var bytes: [UInt8]
    /// The method token.
    public var method: Range<Int>
    public var scheme: Scheme
    /// The host in lower case, without brackets or port, already checked by the strict target parser.
    public var host: String
    /// The port that will be dialled: 1…65535, the scheme's default included.
    public var port: UInt16
    /// The path as sent, `/` included; empty for `OPTIONS *` and tunnels.
    public var path: Range<Int>
    /// The query as sent without `?`; nil when the target has no `?`.
    public var query: Range<Int>?
    /// The fields in the order of the message.
    public var fields: [FieldRange]

    public init(
        bytes: [UInt8], method: Range<Int>, scheme: Scheme, host: String, port: UInt16,
        path: Range<Int>, query: Range<Int>?, fields: [FieldRange]
    ) {
        self.bytes = bytes
        self.method = method
        self.scheme = scheme
        self.host = host
        self.port = port
        self.path = path
        self.query = query
        self.fields = fields
    }
}

/// Where one header field lies in the bytes of its head; white space around the value is outside.
public struct FieldRange: Sendable, Equatable {
    public var nameStart: UInt32
    public var nameEnd: UInt32
    public var valueStart: UInt32
    public var valueEnd: UInt32

    public init(nameStart: UInt32, nameEnd: UInt32, valueStart: UInt32, valueEnd: UInt32) {
        self.nameStart = nameStart
        self.nameEnd = nameEnd
        self.valueStart = valueStart
        self.valueEnd = valueEnd
    }

    public var name: Range<Int> { Int(nameStart)..<Int(nameEnd) }
    public var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }
}

/// What is known of a request's body when it is judged.
public enum BodyEvidence: Sendable {
    /// The request has no body.
    case none
    /// There is a body and it was not read yet: a rule that depends on it answers `needsBody`.
    case unread
    /// The whole body with its content coding removed.
    case decoded([UInt8])
    /// The body is longer than `inspect.body_limit` or could not be decoded: conditions on it are unknown.
    case unreadable
}
