/// How far a request's body was read.
enum BodyFraming {
    /// Bytes still to come.
    case sized(Int)
    case chunked(ChunkedDecoder)

    /// The framing of a request, nil when it has no body.
    init?(_ framing: RequestHead.Framing) {
        switch framing {
        case .none, .sized(0): return nil
        case .sized(let length): self = .sized(length)
        case .chunked: self = .chunked(ChunkedDecoder())
        }
    }
}
