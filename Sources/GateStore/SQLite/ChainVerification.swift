import GRDBSQLite

/// Walks the chain from its first event to its last and compares every row with it.
struct ChainVerification {
    let connection: SQLiteConnection
    let chain: HashChain

    /// An event, and the row of its call where there is one.
    private static let walk =
        "SELECT \(CallRow.columns.map { "c.\($0)" }.joined(separator: ", ")), c.seq, c.prev_hash, c.hash, "
        + "e.seq, e.call, e.time, e.payload, e.hash, h.payload, s.copy IS NOT NULL "
        + "FROM events e LEFT JOIN calls c ON c.id = e.call LEFT JOIN history h ON h.seq = e.seq "
        + "LEFT JOIN sealed s ON s.call = e.call ORDER BY e.seq"

    /// Runs inside a read transaction.
    func report(head: HeadState) throws -> ChainReport {
        let first = try connection.integer("SELECT min(seq) FROM events")
        var previous = ChainHead(sequence: 0, hash: HashChain.origin)
        if first > 1 {
            guard let anchor = try lastAnchor(), anchor.sequence == first - 1 else {
                return ChainReport(verified: 0, firstBad: "event \(first): the events before it were deleted")
            }
            previous = anchor
        }
        var verified = 0
        var latest: Int64 = 0
        let events = try connection.prepare(ChainVerification.walk)
        while try events.step() {
            let event = Event(events)
            if let fault = try fault(event, events, after: previous) {
                return ChainReport(verified: verified, firstBad: event.name + ": " + fault)
            }
            verified += 1
            if event.isLatest { latest += 1 }
            previous = ChainHead(sequence: event.sequence, hash: event.hash)
        }
        return ChainReport(verified: verified, firstBad: try remains(latest, head))
    }

    private struct Event {
        let sequence: Int64
        let call: String?
        let time: Int64
        let payload: [UInt8]
        let hash: [UInt8]
        let rowSequence: Int64?

        init(_ row: SQLiteStatement) {
            sequence = row.integer(26)
            call = row.text(27)
            time = row.integer(28)
            payload = row.bytes(29)
            hash = row.bytes(30)
            rowSequence = row.type(23) == SQLITE_NULL ? nil : row.integer(23)
        }

        var name: String { call.map { "event \(sequence) (call \($0))" } ?? "event \(sequence) (note)" }
        var isLatest: Bool { call != nil && rowSequence == sequence }
    }

    /// What is wrong with the event or its row; nil when all holds.
    private func fault(_ event: Event, _ row: SQLiteStatement, after previous: ChainHead) throws -> String? {
        guard event.sequence == previous.sequence + 1 else {
            return "event \(previous.sequence + 1) was deleted"
        }
        guard event.call != nil else { return try noteFault(event, after: previous) }
        guard let rowSequence = event.rowSequence else { return "its row in calls was deleted" }
        guard rowSequence >= event.sequence else { return "its row in calls is that of an earlier event" }
        guard event.isLatest else {
            let payload = row.bytes(31)
            guard try chain.hash(after: previous.hash, payload) == event.hash else {
                return "the event or its place in the chain was altered"
            }
            return nil
        }
        return try rowFault(event, row, after: previous)
    }

    private func rowFault(_ event: Event, _ row: SQLiteStatement, after previous: ChainHead) throws -> String? {
        var columns = CallRow()
        columns.encode(row, from: 0)
        guard try chain.hash(after: previous.hash, columns.payload) == event.hash else {
            return "a column of its row in calls, the event or its place in the chain was altered"
        }
        guard row.text(24) == Hex.text(previous.hash), row.text(25) == Hex.text(event.hash) else {
            return "the hashes in its row in calls were altered"
        }
        guard event.time == row.integer(1) else { return "the event's time was altered" }
        guard let sealedHash = row.text(22), let id = event.call else { return nil }
        let copy = try connection.prepare("SELECT copy FROM sealed WHERE call = ?")
        copy.bind(1, id)
        guard try copy.step() else { return "its sealed request was deleted" }
        return Hex.text(Digest.sha256(copy.bytes(0))) == sealedHash ? nil : "its sealed request was altered"
    }

    private func noteFault(_ event: Event, after previous: ChainHead) throws -> String? {
        guard try chain.hash(after: previous.hash, event.payload) == event.hash else {
            return "the note or its place in the chain was altered"
        }
        guard let note = NoteText.decode(event.payload), note.time == event.time else {
            return "the event's time was altered"
        }
        guard note.kind == NoteText.broken else { return nil }
        return note.facts.first?.value ?? "the chain did not end as its head said"
    }

    /// Rows that no event stands for, and the chain's end.
    private func remains(_ latest: Int64, _ head: HeadState) throws -> String? {
        if try connection.integer("SELECT count(*) FROM calls") != latest {
            let stray = try connection.prepare(
                "SELECT id FROM calls c WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.seq = c.seq AND e.call = c.id)"
            )
            if try stray.step() { return "call \(stray.text(0) ?? ""): there is no event for its row" }
        }
        return try HeadCheck.problem(head, connection)
    }

    /// What the newest anchor stands for.
    ///
    /// Its own hash is checked when the walk reaches it.
    private func lastAnchor() throws -> ChainHead? {
        let notes = try connection.prepare("SELECT payload FROM events WHERE payload IS NOT NULL ORDER BY seq DESC")
        while try notes.step() {
            if let note = NoteText.decode(notes.bytes(0)), let anchor = NoteText.anchored(note) { return anchor }
        }
        return nil
    }
}
