import GatePolicy

/// Takes a chunked body apart, strictly and incrementally (RFC 9112 7.1).
struct ChunkedDecoder: Sendable {
    enum Event: Sendable, Equatable {
        /// Everything up to the end of the buffer was read.
        case needMore
        /// Content, as a range of the buffer given.
        case data(Range<Int>)
        /// The body and its trailers ended.
        case end
        /// Not to be called again. The connection cannot be used any more.
        case fault(RequestFault)
    }

    /// The trailer fields that may be passed on; whole after `.end`.
    private(set) var trailers = FieldBlock()

    init() {}

    /// The next event of `bytes` from `position` on; moves `position` behind what was read. Call until `.needMore`.
    mutating func next(_ bytes: Span<UInt8>, _ position: inout Int) -> Event { .needMore }
}
