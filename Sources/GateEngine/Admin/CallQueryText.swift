internal import GateStore

/// Reads the filters of `calls` from a query: `outcome=blocked,recorded&since=1h&limit=50`.
enum CallQueryText {
    struct Fault: Error {
        var message: String
    }

    /// Calls of one page at most.
    static let maximum = 1000

    /// - Parameter now: microseconds since 1970, for relative times.
    static func parse(_ pairs: [(name: String, value: String)], now: Int64) -> Result<CallQuery, Fault> {
        var query = CallQuery()
        for (name, value) in pairs {
            let values = value.split(separator: ",").map(String.init)
            switch name {
            case "outcome": query.outcomes += values
            case "class": query.classes += values
            case "kind": query.kinds += values
            case "rule": query.rules += values
            case "host": query.hosts += values
            case "session": query.sessions += values
            case "cursor": query.cursor = value
            case "since", "until":
                guard let time = time(value, now: now) else {
                    return .failure(Fault(message: "'\(name)' takes a duration (1h) or a time (2026-01-31T12:00:00Z)."))
                }
                if name == "since" { query.since = time } else { query.until = time }
            case "limit":
                guard let limit = Int(value), (1...maximum).contains(limit) else {
                    return .failure(Fault(message: "'limit' is a number from 1 to \(maximum)."))
                }
                query.limit = limit
            default: return .failure(Fault(message: "No filter is called '\(name)'."))
            }
        }
        return .success(query)
    }

    private static func time(_ text: String, now: Int64) -> Int64? {
        if let duration = DurationText.parse(text) {
            return now &- Int64(clamping: duration.components.seconds &* 1_000_000)
        }
        return RFC3339.parse(text)
    }
}
