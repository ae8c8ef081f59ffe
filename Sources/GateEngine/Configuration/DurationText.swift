/// Durations as they are written in a configuration: digits and a unit, `500ms`, `5s`, `1h30m`, `30d`.
public enum DurationText {
    private static let milliseconds: [String: Int64] = [
        "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000,
    ]
    /// One hundred years: what is longer is a slip of the pen.
    private static let limit: Int64 = 100 * 366 * 86_400_000

    /// The duration, or nil when `text` is not one or is longer than a hundred years.
    public static func parse(_ text: String) -> Duration? {
        var rest = text[...]
        var total: Int64 = 0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard digits.count <= 15, let count = Int64(digits), let scale = milliseconds[String(unit)] else {
                return nil
            }
            let (part, tooLong) = count.multipliedReportingOverflow(by: scale)
            let (sum, overflow) = total.addingReportingOverflow(part)
            guard !tooLong, !overflow, sum <= limit else { return nil }
            total = sum
        }
        return .milliseconds(total)
    }

    /// The shortest way to write a duration of whole milliseconds.
    public static func describe(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let total = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        for (unit, scale) in [("d", Int64(86_400_000)), ("h", 3_600_000), ("m", 60_000), ("s", 1000)]
        where total != 0 && total % scale == 0 {
            return "\(total / scale)\(unit)"
        }
        return total == 0 ? "0s" : "\(total)ms"
    }
}
