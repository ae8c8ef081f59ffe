/// A number of bytes, as `64KiB` or `1MiB` in a configuration.
public struct ByteCount: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Never negative.
    public let bytes: Int

    public init(_ bytes: Int) { self.bytes = max(0, bytes) }

    public static func kibibytes(_ count: Int) -> ByteCount { ByteCount(count * 1024) }
    public static func mebibytes(_ count: Int) -> ByteCount { ByteCount(count * 1024 * 1024) }
    public static func gibibytes(_ count: Int) -> ByteCount { ByteCount(count * 1024 * 1024 * 1024) }

    public static func < (a: ByteCount, b: ByteCount) -> Bool { a.bytes < b.bytes }

    /// Reads digits and a unit (`B`, `KB`, `KiB`, `MB`, `MiB`, `GB`, `GiB`; none means bytes); nil for anything else.
    public init?(text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, let count = Int(digits) else { return nil }
        guard let scale = Self.units[String(text.dropFirst(digits.count))] else { return nil }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: scale)
        guard !overflow else { return nil }
        self.bytes = bytes
    }

    private static let units = [
        "": 1, "B": 1, "KB": 1000, "KiB": 1 << 10, "MB": 1_000_000, "MiB": 1 << 20, "GB": 1_000_000_000, "GiB": 1 << 30,
    ]

    public var description: String {
        for (name, scale) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
        where bytes >= scale && bytes % scale == 0 {
            return "\(bytes / scale)\(name)"
        }
        return "\(bytes)B"
    }
}
