/// Cuts old events off the chain's beginning and leaves an anchor.
enum Retention {
    /// Runs inside a write transaction.
    ///
    /// Calls that a person still has to settle are carried to the chain's end.
    ///
    /// - Returns: how many calls were deleted.
    static func prune(_ session: WriteSession, before: Int64, limit: Int) throws -> Int {
        let connection = session.connection
        guard let last = try lastToCut(connection, before: before, limit: limit) else { return 0 }
        let open = try connection.prepare(
            "SELECT id FROM calls WHERE outcome IN ('held', 'in-doubt') AND outcome <> 'forwarded' AND seq <= ?")
        open.bind(1, last.sequence)
        var carried: [String] = []
        while try open.step() { if let id = open.text(0) { carried.append(id) } }
        for id in carried { try session.carryOver(id) }
        let removed = try delete(connection, through: last.sequence)
        let anchor = NoteText.anchor(through: last, removed: removed, before: before)
        try session.note(NoteText.encode(anchor), time: anchor.time)
        return removed
    }

    private static func lastToCut(_ connection: SQLiteConnection, before: Int64, limit: Int) throws -> ChainHead? {
        let events = try connection.prepare("SELECT seq, hash, time FROM events ORDER BY seq LIMIT ?")
        events.bind(1, Int64(limit))
        var last: ChainHead?
        while try events.step() {
            guard events.integer(2) < before else { break }
            last = ChainHead(sequence: events.integer(0), hash: events.bytes(1))
        }
        return last
    }

    private static func delete(_ connection: SQLiteConnection, through last: Int64) throws -> Int {
        func run(_ sql: String) throws -> Int {
            let statement = try connection.prepare(sql)
            statement.bind(1, last)
            try statement.run()
            return connection.changes
        }
        let gone = "SELECT id FROM calls WHERE id IN (SELECT call FROM events WHERE seq <= ?1) AND seq <= ?1"
        _ = try run("DELETE FROM sealed WHERE call IN (\(gone))")
        let removed = try run("DELETE FROM calls WHERE id IN (\(gone))")
        _ = try run("DELETE FROM history WHERE seq <= ?1")
        _ = try run("DELETE FROM events WHERE seq <= ?1")
        return removed
    }
}
