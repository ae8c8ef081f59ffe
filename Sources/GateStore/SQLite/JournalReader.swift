import GRDBSQLite
import Synchronization

/// Reads a journal: of a running gate, or of none.
///
/// Any thread; reads of one reader follow each other.
public final class JournalReader: Sendable {
    private let location: JournalLocation
    private let key: [UInt8]
    private let seal: Seal?
    private let head: HeadKeeper
    /// The journal's own connection where it lies in memory.
    private let shared: SQLiteConnection?
    private let opened = Mutex<SQLiteConnection?>(nil)

    init(location: JournalLocation, key: [UInt8], seal: Seal?, head: HeadKeeper, shared: SQLiteConnection?) {
        self.location = location
        self.key = key
        self.seal = seal
        self.head = head
        self.shared = shared
    }

    /// Newest first; at most `query.limit` (1…1000).
    public func calls(_ query: CallQuery) throws(StoreError) -> CallPage {
        let selection = try CallSelection(query)
        return try read { connection in
            let statement = try connection.prepare(selection.sql)
            for (index, value) in selection.values.enumerated() {
                switch value {
                case .text(let text): statement.bind(Int32(index + 1), text)
                case .integer(let integer): statement.bind(Int32(index + 1), integer)
                }
            }
            var calls: [StoredCall] = []
            var lastID = ""
            var count = 0
            while try statement.step() {
                count += 1
                guard count <= selection.limit else { break }
                lastID = statement.text(0) ?? ""
                // A row that was tampered with may not be readable; `verify` names it.
                if let call = CallRow.call(statement) { calls.append(call) }
            }
            let hasMore = count > selection.limit
            return CallPage(calls: calls, nextCursor: hasMore ? CallSelection.cursor(after: lastID) : nil)
        }
    }

    /// One call whole with its hashes, or nil.
    public func call(id: String) throws(StoreError) -> StoredCall? {
        try read { connection in
            let statement = try connection.prepare("SELECT \(CallRow.names) FROM calls WHERE id = ?")
            statement.bind(1, id)
            return try statement.step() ? CallRow.call(statement) : nil
        }
    }

    /// Calls whose latest event came after `sequence`, in the chain's order; for following a journal.
    ///
    /// - Returns: at most `limit` calls (1…1000), and the sequence to go on from.
    public func changes(after sequence: Int64, limit: Int = 100) throws(StoreError) -> (
        calls: [StoredCall], next: Int64
    ) {
        let limit = max(1, min(limit, 1000))
        let found = try read { connection -> Changes in
            let statement = try connection.prepare(
                "SELECT \(CallRow.columns.map { "c.\($0)" }.joined(separator: ", ")), c.seq, c.prev_hash, c.hash, e.seq "
                    + "FROM events e LEFT JOIN calls c ON c.id = e.call AND c.seq = e.seq "
                    + "WHERE e.seq > ? ORDER BY e.seq LIMIT ?")
            statement.bind(1, sequence)
            statement.bind(2, Int64(limit))
            var changes = Changes(calls: [], next: sequence)
            while try statement.step() {
                changes.next = statement.integer(26)
                if let call = CallRow.call(statement) { changes.calls.append(call) }
            }
            return changes
        }
        return (found.calls, found.next)
    }

    /// The sequence of the chain's last event; 0 when there is none.
    public func lastSequence() throws(StoreError) -> Int64 {
        try read { connection in try connection.integer("SELECT max(seq) FROM events") }
    }

    /// What is not a call, newest first; at most `limit` (1…1000) notes.
    public func notes(limit: Int = 100) throws(StoreError) -> [JournalNote] {
        try read { connection in
            let statement = try connection.prepare(
                "SELECT payload FROM events WHERE payload IS NOT NULL ORDER BY seq DESC LIMIT ?")
            statement.bind(1, Int64(max(1, min(limit, 1000))))
            var notes: [JournalNote] = []
            while try statement.step() {
                if let note = NoteText.decode(statement.bytes(0)) { notes.append(note) }
            }
            return notes
        }
    }

    /// The original request of a call, opened; nil when none was kept or it cannot be opened with today's key.
    public func sealedRequest(id: String) throws(StoreError) -> SealedRequest? {
        let copy = try read { connection -> [UInt8]? in
            let statement = try connection.prepare("SELECT copy FROM sealed WHERE call = ?")
            statement.bind(1, id)
            return try statement.step() ? statement.bytes(0) : nil
        }
        guard let copy, let plaintext = seal?.open(copy, call: id) else { return nil }
        return SealedRequest(plaintext: plaintext)
    }

    /// Recomputes the chain and every column from it, on a snapshot; writers are not held up (but in memory).
    public func verify() throws(StoreError) -> ChainReport {
        let chain = try HashChain(key: key)
        // The head first: the chain may only grow between the two readings.
        let state = try head.read(with: chain)
        let connection: SQLiteConnection
        if let shared { connection = shared } else { connection = try location.openForReading() }
        return try attempt {
            try connection.exclusively {
                try connection.run("BEGIN")
                defer { try? connection.run("ROLLBACK") }
                return try ChainVerification(connection: connection, chain: chain).report(head: state)
            }
        }
    }

    public func close() { opened.withLock { $0 = nil } }

    private struct Changes: Sendable {
        var calls: [StoredCall]
        var next: Int64
    }

    private func read<Value: Sendable>(_ body: (SQLiteConnection) throws -> Value) throws(StoreError) -> Value {
        let connection: SQLiteConnection
        if let shared { connection = shared } else { connection = try openOnce() }
        return try attempt { try connection.exclusively { try body(connection) } }
    }

    private func openOnce() throws(StoreError) -> SQLiteConnection {
        if let connection = opened.withLock({ $0 }) { return connection }
        let connection = try location.openForReading()
        opened.withLock { $0 = connection }
        return connection
    }

    private func attempt<Value>(_ body: () throws -> Value) throws(StoreError) -> Value {
        do {
            return try body()
        } catch let error as StoreError {
            throw error
        } catch let failure as SQLiteFailure {
            opened.withLock { $0 = nil }
            throw failure.storeError(location.name)
        } catch {
            throw StoreError(code: .unavailable, message: "\(error)")
        }
    }
}
