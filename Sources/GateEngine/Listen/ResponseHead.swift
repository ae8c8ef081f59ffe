import GatePolicy

/// An upstream's response head, checked, with offsets into its bytes.
struct ResponseHead: Sendable {
    /// How the end of the content is found.
    enum Framing: Sendable, Equatable {
        /// There is none: HEAD, 1xx, 204, 304, an upgrade.
        case none
        case sized(Int)
        case chunked
        /// Until the upstream closes.
        case untilClose
    }

    var block: FieldBlock
    var status: Int
    var reason: Range<Int>
    var minorVersion: UInt8
    var framing: Framing
    /// The one valid Content-Length, also where there is no content (HEAD, 304).
    var contentLength: Int?

    var isInterim: Bool { status < 200 && status != 101 }
}
