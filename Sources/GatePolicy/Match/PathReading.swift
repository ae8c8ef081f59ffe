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
        bytes = path
        segments = []
        self.foldsCase = foldsCase
    }
}
