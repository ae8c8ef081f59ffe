import GatePolicy

/// Decides which fields of a message concern one connection only and go no further (RFC 9110 7.6.1).
struct HopByHop: Sendable {
    /// Names that `Connection` lists beside `close`, `keep-alive` and the known hop-by-hop fields.
    private var named: [Range<Int>] = []

    init(_ block: FieldBlock) {}

    /// True when field `index` of `block` must not be passed on.
    func drops(_ index: Int, of block: FieldBlock) -> Bool { false }
}
