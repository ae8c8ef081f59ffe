import GRDBSQLite

/// The journal's tables, version 1.
///
/// `events` only grows (until retention cuts its beginning): one row for each change of a call, note or anchor.
/// A call's latest event has its payload in the columns of `calls`; the payload of an event that was superseded
/// lies in `history`; notes carry theirs, as JSON, in `events.payload`.
enum SQLiteSchema {
    static let version: Int64 = 1
    /// `SLOG`, in the file's header.
    static let applicationID: Int64 = 0x534c_4f47

    /// Makes the tables in a new file, refuses what is no journal or one of a later version.
    static func prepare(_ connection: SQLiteConnection) throws(StoreError) {
        do throws(SQLiteFailure) {
            try useWriteAheadLog(connection)
            try connection.run("BEGIN IMMEDIATE")
        } catch {
            throw error.storeError(connection.path)
        }
        do {
            if try check(connection) == false { try create(connection) }
            try connection.run("COMMIT")
        } catch let failure as StoreError {
            try? connection.run("ROLLBACK")
            throw failure
        } catch let failure as SQLiteFailure {
            try? connection.run("ROLLBACK")
            throw failure.storeError(connection.path)
        } catch {
            throw StoreError(code: .unavailable, message: "\(error)")
        }
    }

    /// True when the tables are there, false when the file is empty.
    static func check(_ connection: SQLiteConnection) throws -> Bool {
        let application = try connection.integer("PRAGMA application_id")
        let version = try connection.integer("PRAGMA user_version")
        let tables = try connection.integer("SELECT count(*) FROM sqlite_master")
        if application == 0, version == 0, tables == 0 { return false }
        guard application == applicationID else {
            throw StoreError(
                code: .incompatible, message: "\(connection.path) is a database, but not a journal of Stoplog")
        }
        guard version <= self.version else {
            throw StoreError(
                code: .incompatible,
                message: "journal \(connection.path) has version \(version), this program knows \(self.version): "
                    + "use a later program or another state directory")
        }
        return true
    }

    /// Another process that opens the same new file may be in the way for a moment: the busy handler is not asked.
    private static func useWriteAheadLog(_ connection: SQLiteConnection) throws(SQLiteFailure) {
        for _ in 0..<200 {
            do throws(SQLiteFailure) {
                return try connection.run("PRAGMA journal_mode=WAL")
            } catch {
                guard error.primary == SQLITE_BUSY else { throw error }
                waitBriefly()
            }
        }
        try connection.run("PRAGMA journal_mode=WAL")
    }

    private static func create(_ connection: SQLiteConnection) throws(SQLiteFailure) {
        try connection.run(
            """
            CREATE TABLE calls (
                id TEXT NOT NULL, time INTEGER NOT NULL, environment TEXT NOT NULL, session TEXT,
                correlation_id TEXT NOT NULL, mode TEXT NOT NULL, class TEXT NOT NULL, kind TEXT, rule TEXT,
                outcome TEXT NOT NULL, would TEXT, refusal TEXT, method TEXT NOT NULL, url TEXT NOT NULL,
                host TEXT NOT NULL, request TEXT NOT NULL, response TEXT, attempts TEXT NOT NULL, idempotency TEXT,
                limits TEXT NOT NULL, client TEXT NOT NULL, duration_ms REAL NOT NULL, sealed TEXT,
                seq INTEGER NOT NULL, prev_hash TEXT NOT NULL, hash TEXT NOT NULL);
            CREATE UNIQUE INDEX calls_id ON calls (id);
            CREATE INDEX calls_irreversible ON calls (id) WHERE class = 'irreversible';
            CREATE INDEX calls_not_forwarded ON calls (id) WHERE outcome <> 'forwarded';
            CREATE INDEX calls_session ON calls (session, id) WHERE session IS NOT NULL;
            CREATE TABLE events (seq INTEGER PRIMARY KEY, call TEXT, time INTEGER NOT NULL, payload BLOB,
                hash BLOB NOT NULL);
            CREATE TABLE history (seq INTEGER PRIMARY KEY, payload BLOB NOT NULL);
            CREATE TABLE sealed (call TEXT PRIMARY KEY, copy BLOB NOT NULL) WITHOUT ROWID;
            CREATE TABLE pulse (id INTEGER PRIMARY KEY, beat INTEGER NOT NULL);
            INSERT INTO pulse VALUES (1, 0);
            PRAGMA application_id=\(applicationID);
            PRAGMA user_version=\(version);
            """)
    }
}
