/// Durations and sizes as policy and configuration files spell them.
public enum Quantity {
    /// The longest duration accepted: ten years.
    public static let longest: Duration = .seconds(315_360_000)

    /// Reads `500ms`, `5s`, `10m`, `1h`, `30d`, `2w`; nil for anything else, negative or longer than ten years.
    public static func duration(_ text: String) -> Duration? {
        let units: [String: Int64] = [
            "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000,
        ]
        guard let (count, unit) = split(text), let milliseconds = units[unit] else { return nil }
        let (total, overflow) = count.multipliedReportingOverflow(by: milliseconds)
        guard !overflow, total <= 315_360_000_000 else { return nil }
        return .milliseconds(total)
    }

    /// Reads `512`, `512B`, `64KiB`, `1MiB`, `2GiB`, and the decimal `kB`, `MB`, `GB`; nil for anything else.
    public static func byteCount(_ text: String) -> Int? {
        let units: [String: Int64] = [
            "": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30,
            "kB": 1000, "KB": 1000, "MB": 1_000_000, "GB": 1_000_000_000,
        ]
        guard let (count, unit) = split(text), let factor = units[unit] else { return nil }
        let (total, overflow) = count.multipliedReportingOverflow(by: factor)
        return overflow ? nil : Int(exactly: total)
    }

    /// The shortest spelling of a duration that `duration` reads back.
    public static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        if attoseconds != 0 { return "\(seconds * 1000 + attoseconds / 1_000_000_000_000_000)ms" }
        for (unit, size) in [("d", Int64(86_400)), ("h", 3600), ("m", 60)] where seconds != 0 && seconds % size == 0 {
            return "\(seconds / size)\(unit)"
        }
        return "\(seconds)s"
    }

    private static func split(_ text: String) -> (Int64, String)? {
        let digits = text.utf8.prefix { $0 >= 0x30 && $0 <= 0x39 }
        guard !digits.isEmpty, let count = Int64(String(digits) ?? "") else { return nil }
        return (count, String(text[digits.endIndex...]))
    }
}
