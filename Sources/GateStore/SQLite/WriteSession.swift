import GRDBSQLite

/// A writing connection with its prepared statements; confined to the holder of the writer's lock.
final class WriteSession {
    let connection: SQLiteConnection
    /// The chain's end inside the running transaction.
    private(set) var tail = ChainHead(sequence: 0, hash: HashChain.origin)

    private let chain: HashChain
    private let begin: SQLiteStatement
    private let commit: SQLiteStatement
    private let savepoint: SQLiteStatement
    private let release: SQLiteStatement
    private let rollback: SQLiteStatement
    private let lastEvent: SQLiteStatement
    private let insertCall: SQLiteStatement
    private let insertEvent: SQLiteStatement
    private let findCall: SQLiteStatement
    private let keepHistory: SQLiteStatement
    private let deleteCall: SQLiteStatement
    private let keepSealed: SQLiteStatement
    private let beat: SQLiteStatement
    private var row = CallRow()
    private var hashText: [UInt8] = []
    private var isDurable: Bool?

    init(connection: SQLiteConnection, chain: HashChain) throws(SQLiteFailure) {
        self.connection = connection
        self.chain = chain
        try connection.run("PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-4000")
        begin = try connection.prepare("BEGIN IMMEDIATE")
        commit = try connection.prepare("COMMIT")
        savepoint = try connection.prepare("SAVEPOINT change")
        release = try connection.prepare("RELEASE change")
        rollback = try connection.prepare("ROLLBACK TO change")
        lastEvent = try connection.prepare("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1")
        let count = CallRow.columns.count + CallRow.chainColumns.count
        insertCall = try connection.prepare(
            "INSERT INTO calls (\(CallRow.names)) VALUES (\(Array(repeating: "?", count: count).joined(separator: ","))) "
                + "ON CONFLICT (id) DO NOTHING")
        insertEvent = try connection.prepare("INSERT INTO events (seq, call, time, payload, hash) VALUES (?,?,?,?,?)")
        findCall = try connection.prepare("SELECT \(CallRow.names) FROM calls WHERE id = ?")
        keepHistory = try connection.prepare("INSERT INTO history (seq, payload) VALUES (?,?)")
        deleteCall = try connection.prepare("DELETE FROM calls WHERE id = ?")
        keepSealed = try connection.prepare("INSERT OR REPLACE INTO sealed (call, copy) VALUES (?,?)")
        beat = try connection.prepare("UPDATE pulse SET beat = beat + 1")
    }

    /// Runs `body` in a transaction that holds the write lock of all processes, so that the chain stays one line.
    ///
    /// - Parameter durable: whether the commit waits for the disk; it then takes earlier commits along.
    func transaction<Result>(durable: Bool, _ body: () throws -> Result) throws -> Result {
        if isDurable != durable {
            try connection.run(durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL")
            isDurable = durable
        }
        try begin.run()
        do {
            tail = try readTail()
            let result = try body()
            try commit.run()
            return result
        } catch {
            // SQLite rolls back by itself on some errors.
            if connection.isInTransaction { try? connection.run("ROLLBACK") }
            throw error
        }
    }

    private func readTail() throws -> ChainHead {
        defer { lastEvent.reset() }
        guard try lastEvent.step() else { return ChainHead(sequence: 0, hash: HashChain.origin) }
        return ChainHead(sequence: lastEvent.integer(0), hash: lastEvent.bytes(1))
    }

    /// Appends a call that nobody saw before, in two inserts; falls back to `change`.
    func append(_ record: CallRecord) throws {
        row.encode(record, sealedHash: nil)
        let next = try nextEvent(row.payload)
        guard try insertRow(next) else { return try change(record, sealed: nil) }
        try finish(next, call: record.id, time: record.time, payload: nil)
    }

    /// Appends an event for a call that may be there already; its sealed copy stays unless a new one is given.
    func change(_ record: CallRecord, sealed: [UInt8]?) throws {
        let before = tail
        try savepoint.run()
        do {
            try replace(record, sealed: sealed)
            try release.run()
        } catch {
            // On some errors, a full disk among them, SQLite has ended the whole transaction itself.
            if connection.isInTransaction {
                try? rollback.run()
                try? release.run()
            }
            tail = before
            throw error
        }
    }

    private func replace(_ record: CallRecord, sealed: [UInt8]?) throws {
        var sealedHash = sealed.map { Hex.text(Digest.sha256($0)) }
        if let earlier = try supersede(record.id), sealedHash == nil { sealedHash = earlier.sealedHash }
        row.encode(record, sealedHash: sealedHash)
        let next = try nextEvent(row.payload)
        _ = try insertRow(next)
        try finish(next, call: record.id, time: record.time, payload: nil)
        guard let sealed else { return }
        keepSealed.bind(1, record.id)
        keepSealed.bind(2, blob: sealed)
        try keepSealed.run()
    }

    /// Appends what is not a call.
    func note(_ payload: [UInt8], time: Int64) throws {
        try finish(try nextEvent(payload), call: nil, time: time, payload: payload)
    }

    /// Appends a call's present state once more, at the chain's end; used when its last event is about to be cut off.
    func carryOver(_ id: String) throws {
        findCall.bind(1, id)
        guard try findCall.step() else { return findCall.reset() }
        row.encode(findCall, from: 0)
        let time = findCall.integer(1)
        findCall.reset()
        deleteCall.bind(1, id)
        try deleteCall.run()
        let next = try nextEvent(row.payload)
        _ = try insertRow(next)
        try finish(next, call: id, time: time, payload: nil)
    }

    func touch() throws { try beat.run() }

    /// Moves a call's present state to the history; nil when there is no such call.
    private func supersede(_ id: String) throws -> (sealedHash: String?, sequence: Int64)? {
        findCall.bind(1, id)
        guard try findCall.step() else {
            findCall.reset()
            return nil
        }
        row.encode(findCall, from: 0)
        let earlier = (sealedHash: findCall.text(22), sequence: findCall.integer(23))
        findCall.reset()
        keepHistory.bind(1, earlier.sequence)
        keepHistory.bind(2, blob: row.payload)
        try keepHistory.run()
        deleteCall.bind(1, id)
        try deleteCall.run()
        return earlier
    }

    private func nextEvent(_ payload: [UInt8]) throws -> ChainHead {
        ChainHead(sequence: tail.sequence + 1, hash: try chain.hash(after: tail.hash, payload))
    }

    /// False when the call is there already.
    private func insertRow(_ event: ChainHead) throws -> Bool {
        let count = Int32(CallRow.columns.count)
        insertCall.bind(count + 1, event.sequence)
        hashText.removeAll(keepingCapacity: true)
        Hex.append(tail.hash, to: &hashText)
        Hex.append(event.hash, to: &hashText)
        insertCall.bind(count + 2, text: hashText[..<64])
        insertCall.bind(count + 3, text: hashText[64...])
        try row.bind(to: insertCall) { () throws(SQLiteFailure) in try insertCall.run() }
        return connection.changes > 0
    }

    private func finish(_ event: ChainHead, call: String?, time: Int64, payload: [UInt8]?) throws {
        insertEvent.bind(1, event.sequence)
        insertEvent.bind(2, call)
        insertEvent.bind(3, time)
        if let payload { insertEvent.bind(4, blob: payload) } else { insertEvent.bindNull(4) }
        insertEvent.bind(5, blob: event.hash)
        try insertEvent.run()
        tail = event
    }
}
