/// Times as text, UTC, without Foundation.
public enum RFC3339 {
    /// `2026-01-31T12:34:56.789Z` for microseconds since 1970.
    public static func text(_ microseconds: Int64) -> String {
        var bytes: [UInt8] = []
        append(microseconds, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The same for buffers that are at hand; runs for every call, and so makes no strings.
    static func append(_ microseconds: Int64, to bytes: inout [UInt8]) {
        let milliseconds = floorDivide(microseconds, 1000)
        let seconds = floorDivide(milliseconds, 1000)
        let days = floorDivide(seconds, 86_400)
        let clock = seconds - days * 86_400
        let (year, month, day) = civil(days)
        append(year, width: 4, to: &bytes)
        append(month, width: 2, after: 0x2D, to: &bytes)
        append(day, width: 2, after: 0x2D, to: &bytes)
        append(clock / 3600, width: 2, after: 0x54, to: &bytes)
        append(clock / 60 % 60, width: 2, after: 0x3A, to: &bytes)
        append(clock % 60, width: 2, after: 0x3A, to: &bytes)
        append(milliseconds - seconds * 1000, width: 3, after: 0x2E, to: &bytes)
        bytes.append(0x5A)
    }

    /// Decimal digits with leading zeros; wider numbers keep all their digits.
    private static func append(_ value: Int64, width: Int, after mark: UInt8? = nil, to bytes: inout [UInt8]) {
        if let mark { bytes.append(mark) }
        let start = bytes.count
        var rest = value.magnitude
        while rest > 0 || bytes.count - start < width {
            bytes.append(0x30 + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        }
        if value < 0 { bytes.append(0x2D) }
        bytes[start...].reverse()
    }

    /// Microseconds since 1970 of `YYYY-MM-DD[THH:MM[:SS[.fff]][Z|±HH:MM]]`; without a zone it is UTC.
    public static func parse(_ text: String) -> Int64? {
        var rest = Array(text.utf8)[...]
        guard let year = digits(&rest, 4), eat(&rest, "-"), let month = digits(&rest, 2), eat(&rest, "-"),
            let day = digits(&rest, 2), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        let days = dayNumber(year, month, day)
        guard civil(days) == (year, month, day) else { return nil }
        if rest.isEmpty { return days * 86_400_000_000 }
        guard eat(&rest, "T") || eat(&rest, "t") || eat(&rest, " "), let clock = clock(&rest), let offset = zone(&rest),
            rest.isEmpty
        else { return nil }
        return days * 86_400_000_000 + clock - offset
    }

    private static func clock(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        guard let hour = digits(&rest, 2), eat(&rest, ":"), let minute = digits(&rest, 2), hour < 24, minute < 60
        else { return nil }
        var total = (hour * 3600 + minute * 60) * 1_000_000
        guard eat(&rest, ":") else { return total }
        guard let second = digits(&rest, 2), second < 61 else { return nil }
        total += second * 1_000_000
        guard eat(&rest, ".") else { return total }
        var scale: Int64 = 100_000
        var count = 0
        while let byte = rest.first, (0x30...0x39).contains(byte) {
            total += Int64(byte - 0x30) * scale
            scale /= 10
            count += 1
            rest.removeFirst()
        }
        return count == 0 ? nil : total
    }

    private static func zone(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        if rest.isEmpty || eat(&rest, "Z") || eat(&rest, "z") { return 0 }
        let sign: Int64 = rest.first == UInt8(ascii: "-") ? -1 : 1
        guard eat(&rest, "+") || eat(&rest, "-"), let hour = digits(&rest, 2), eat(&rest, ":"),
            let minute = digits(&rest, 2), hour < 24, minute < 60
        else { return nil }
        return sign * (hour * 3600 + minute * 60) * 1_000_000
    }

    private static func digits(_ rest: inout ArraySlice<UInt8>, _ count: Int) -> Int64? {
        guard rest.count >= count else { return nil }
        var value: Int64 = 0
        for byte in rest.prefix(count) {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - 0x30)
        }
        rest = rest.dropFirst(count)
        return value
    }

    private static func eat(_ rest: inout ArraySlice<UInt8>, _ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    private static func floorDivide(_ a: Int64, _ b: Int64) -> Int64 { a >= 0 ? a / b : (a - b + 1) / b }

    /// Days since 1970 of a date of the Gregorian calendar: years counted from March, eras of 400 years.
    private static func dayNumber(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = floorDivide(shifted, 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func civil(_ days: Int64) -> (Int64, Int64, Int64) {
        let shifted = days + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let part = (5 * dayOfYear + 2) / 153
        let month = part < 10 ? part + 3 : part - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * part + 2) / 5 + 1)
    }
}
