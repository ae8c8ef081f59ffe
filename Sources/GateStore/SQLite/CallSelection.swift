/// A query as SQL text and values; text only from constants, all values bound.
struct CallSelection {
    private(set) var conditions: [String] = []
    private(set) var values: [Value] = []
    let limit: Int

    enum Value { case text(String), integer(Int64) }

    init(_ query: CallQuery) throws(StoreError) {
        guard (1...1000).contains(query.limit) else {
            throw StoreError(code: .invalidQuery, message: "limit must be between 1 and 1000, not \(query.limit)")
        }
        limit = query.limit
        any(of: query.outcomes, column: "outcome")
        // SQLite uses a partial index only where its condition stands in the query.
        if !query.outcomes.isEmpty, !query.outcomes.contains("forwarded") {
            conditions.append("outcome <> 'forwarded'")
        }
        if query.classes == ["irreversible"] {
            conditions.append("class = 'irreversible'")
        } else {
            any(of: query.classes, column: "class")
        }
        any(of: query.kinds, column: "kind")
        globs(query.rules, column: "rule")
        globs(query.hosts.map { Self.lowercased($0) }, column: "host")
        any(of: query.sessions, column: "session")
        // The id's time is the call's, so that no second index is kept: an hour's slack, then exactly.
        if let since = query.since {
            add("id >= ?", .text(Self.firstID(since, slack: -3_600_000)))
            add("time >= ?", .integer(since))
        }
        if let until = query.until {
            add("id < ?", .text(Self.firstID(until, slack: 3_600_000)))
            add("time < ?", .integer(until))
        }
        if let cursor = query.cursor {
            guard Self.isCursor(cursor) else {
                throw StoreError(code: .invalidQuery, message: "the cursor is not one that a page ended with")
            }
            add("id < ?", .text(String(cursor.dropFirst(2))))
        }
    }

    var sql: String {
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        // One row more than wanted tells whether there is a next page.
        return "SELECT \(CallRow.names) FROM calls\(filter) ORDER BY id DESC LIMIT \(limit + 1)"
    }

    static func cursor(after id: String) -> String { "c." + id }

    private static func firstID(_ microseconds: Int64, slack: Int64) -> String {
        let milliseconds = min(max(0, microseconds / 1000 + slack), 0xffff_ffff_ffff)
        return ULID(high: UInt64(milliseconds) << 16, low: 0).description
    }

    private static func isCursor(_ cursor: String) -> Bool {
        let id = cursor.utf8.dropFirst(2)
        return cursor.hasPrefix("c.") && (1...64).contains(id.count)
            && id.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0) }
    }

    private mutating func add(_ condition: String, _ value: Value) {
        conditions.append(condition)
        values.append(value)
    }

    private mutating func any(of texts: [String], column: String) {
        guard !texts.isEmpty else { return }
        conditions.append("\(column) IN (\(Array(repeating: "?", count: texts.count).joined(separator: ",")))")
        values.append(contentsOf: texts.map { .text($0) })
    }

    private mutating func globs(_ patterns: [String], column: String) {
        guard !patterns.isEmpty else { return }
        var parts: [String] = []
        for pattern in patterns {
            for alternative in Self.alternatives(pattern) {
                let isExact = !alternative.utf8.contains(0x2a)
                parts.append(isExact ? "\(column) = ?" : "\(column) GLOB ?")
                values.append(.text(isExact ? alternative : Self.escaped(alternative)))
            }
        }
        conditions.append("(" + parts.joined(separator: " OR ") + ")")
    }

    /// A leading `**.` also matches nothing.
    private static func alternatives(_ pattern: String) -> [String] {
        guard pattern.hasPrefix("**.") else { return [pattern] }
        return [String(pattern.dropFirst(3)), pattern]
    }

    /// Only `*` is special to us; GLOB also knows `?` and `[`.
    private static func escaped(_ pattern: String) -> String {
        var glob = ""
        for character in pattern.unicodeScalars {
            switch character {
            case "?": glob += "[?]"
            case "[": glob += "[[]"
            default: glob.unicodeScalars.append(character)
            }
        }
        return glob
    }

    private static func lowercased(_ host: String) -> String {
        String(decoding: host.utf8.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}
