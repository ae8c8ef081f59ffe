/// Chooses the application protocol (RFC 7301) among those that a client offers.
enum ALPN {
    /// What the gate speaks inside a tunnel, best first.
    private static let spoken = [Array("http/1.1".utf8), Array("http/1.0".utf8)]

    /// Where the chosen name lies in a client's list of length-prefixed names; nil when nothing is shared.
    static func choose(from offered: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        for name in spoken {
            if let range = unsafe find(name, in: offered) { return range }
        }
        return nil
    }

    private static func find(_ name: [UInt8], in offered: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        var offset = 0
        while offset < offered.count {
            let start = offset + 1
            let end = unsafe start + Int(offered[offset])
            guard end <= offered.count else { return nil }
            if unsafe offered[start..<end].elementsEqual(name) { return start..<end }
            offset = end
        }
        return nil
    }
}
