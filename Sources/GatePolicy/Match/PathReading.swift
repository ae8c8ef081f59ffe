/// One reading of a path: its segments as ranges into bytes that several readings may share.
struct PathReading: Sendable {
    /// What the ranges point into.
    var bytes: [UInt8]
    /// The segments in order; a trailing slash makes none, `/` has none.
    var segments: [Range<Int>]
    /// Compare ASCII letters without case.
    var foldsCase: Bool

    /// Splits a path (`/a/b`) as it stands, without any canonicalisation.
    init(_ path: [UInt8], foldsCase: Bool = false) {
        self.init(path, 0..<path.count, foldsCase: foldsCase)
    }

    /// Splits the path that lies at `range` of `bytes`.
    init(_ bytes: [UInt8], _ range: Range<Int>, foldsCase: Bool = false) {
        self.bytes = bytes
        self.foldsCase = foldsCase
        segments = []
        segments.reserveCapacity(12)
        var start = range.lowerBound
        if start < range.upperBound, bytes[start] == UInt8(ascii: "/") { start += 1 }
        var at = start
        while at < range.upperBound {
            if bytes[at] == UInt8(ascii: "/") {
                segments.append(start..<at)
                start = at + 1
            }
            at += 1
        }
        if start < range.upperBound { segments.append(start..<range.upperBound) }
    }

    init(bytes: [UInt8], segments: [Range<Int>], foldsCase: Bool) {
        self.bytes = bytes
        self.segments = segments
        self.foldsCase = foldsCase
    }

    /// The path as text, for explanations.
    var text: String {
        segments.isEmpty ? "/" : segments.map { "/" + String(decoding: bytes[$0], as: UTF8.self) }.joined()
    }
}
