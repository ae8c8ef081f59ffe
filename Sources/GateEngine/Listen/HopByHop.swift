import GatePolicy

/// Decides which fields of a message concern one connection only and go no further (RFC 9110 7.6.1).
struct HopByHop: Sendable {
    /// What `Connection` lists beside `close`, `keep-alive` and the fields that are dropped anyway.
    private var named: [Range<Int>] = []

    init(_ block: FieldBlock) {
        let bytes = block.bytes.span
        for index in block.known.indices where block.known[index] == .connection {
            var list = FieldList(block.fields[index].value)
            while let option = list.next(bytes) {
                if bytes.isText("close", in: option) || bytes.isText("keep-alive", in: option) { continue }
                let kind = KnownField.named(bytes, option)
                if kind.isFraming || kind.isHopByHop || named.count == RequestHead.maxConnectionOptions { continue }
                named.append(option)
            }
        }
    }

    /// True when `Connection` names a field that is not dropped anyway.
    var namesFields: Bool { !named.isEmpty }

    /// True when field `index` of `block` must not be passed on.
    func drops(_ index: Int, of block: FieldBlock) -> Bool {
        let kind = block.known[index]
        if kind.isHopByHop || kind == .stoplogSession { return true }
        if named.isEmpty || kind.isFraming { return false }
        let bytes = block.bytes.span
        let name = block.fields[index].name
        for option in named where bytes.equalsIgnoringCase(option, name) { return true }
        return false
    }
}
