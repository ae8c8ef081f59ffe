import GRDBSQLite
import Glibc
import Synchronization

/// What SQLite answered instead of doing it.
struct SQLiteFailure: Error {
    /// The extended result code.
    var code: Int32
    var message: String

    var primary: Int32 { code & 0xff }

    /// True when this one row cannot be stored but others can.
    var isOfOneRow: Bool { [SQLITE_TOOBIG, SQLITE_CONSTRAINT, SQLITE_MISMATCH].contains(primary) }

    func storeError(_ path: String) -> StoreError {
        switch primary {
        case SQLITE_NOTADB, SQLITE_CORRUPT, SQLITE_SCHEMA:
            StoreError(code: .incompatible, message: "journal \(path): \(message)")
        case SQLITE_FULL:
            StoreError(code: .unavailable, message: "journal \(path): the disk is full")
        case SQLITE_READONLY:
            StoreError(code: .unavailable, message: "journal \(path) cannot be written: \(message)")
        case SQLITE_BUSY, SQLITE_LOCKED:
            StoreError(code: .unavailable, message: "journal \(path) is locked by another process")
        default:
            StoreError(code: .unavailable, message: "journal \(path): \(message)")
        }
    }
}

/// One SQLite connection.
///
/// `@unchecked Sendable`: everything but `lock` is touched only inside `exclusively`.
@safe
final class SQLiteConnection: @unchecked Sendable {
    let path: String
    private let handle: OpaquePointer
    private let lock = Mutex<Void>(())
    /// Pages in the write-ahead log after this connection's last commit.
    fileprivate(set) var logPages = 0

    /// - Parameter path: a file, or `:memory:`.
    init(path: String, flags: Int32) throws(SQLiteFailure) {
        var opened: OpaquePointer?
        let code = unsafe sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard let opened = unsafe opened else {
            throw SQLiteFailure(code: SQLITE_NOMEM, message: "out of memory")
        }
        guard code == SQLITE_OK else {
            let failure = unsafe SQLiteFailure(code: code, message: String(cString: sqlite3_errmsg(opened)))
            unsafe sqlite3_close_v2(opened)
            throw failure
        }
        self.path = path
        unsafe handle = opened
        unsafe sqlite3_extended_result_codes(opened, 1)
        unsafe sqlite3_busy_handler(opened, waitForLock, nil)
        // Takes the place of SQLite's own checkpoints inside commits, see Checkpointer. `PRAGMA wal_autocheckpoint`
        // would take its place in turn.
        unsafe sqlite3_wal_hook(opened, logHasGrown, Unmanaged.passUnretained(self).toOpaque())
    }

    // Statements that are still alive keep the connection's memory until they are finalized.
    deinit { unsafe sqlite3_close_v2(handle) }

    func exclusively<Result: Sendable, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try lock.withLock { (_) throws(Failure) -> Result in try body() }
    }

    func run(_ sql: String) throws(SQLiteFailure) {
        try check(unsafe sqlite3_exec(handle, sql, nil, nil, nil))
    }

    func prepare(_ sql: String) throws(SQLiteFailure) -> SQLiteStatement {
        var statement: OpaquePointer?
        try check(unsafe sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil))
        guard let statement = unsafe statement else {
            throw SQLiteFailure(code: SQLITE_MISUSE, message: "an empty statement")
        }
        return unsafe SQLiteStatement(connection: self, handle: statement)
    }

    /// The first column of the first row.
    func integer(_ sql: String) throws(SQLiteFailure) -> Int64 {
        let statement = try prepare(sql)
        return try statement.step() ? statement.integer(0) : 0
    }

    var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }
    var changes: Int { Int(unsafe sqlite3_changes(handle)) }

    /// Moves committed pages into the database file as far as readers allow; never waits for a lock.
    ///
    /// - Returns: pages in the write-ahead log, and how many of them are now in the database file.
    func checkpoint() throws(SQLiteFailure) -> (log: Int, moved: Int) {
        var log: Int32 = 0
        var moved: Int32 = 0
        try check(unsafe sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, &log, &moved))
        return (Int(log), Int(moved))
    }

    func check(_ code: Int32) throws(SQLiteFailure) {
        guard code != SQLITE_OK, code != SQLITE_ROW, code != SQLITE_DONE else { return }
        throw unsafe SQLiteFailure(code: code, message: String(cString: sqlite3_errmsg(handle)))
    }
}

/// Other gates hold the write lock for a few milliseconds: ask again each millisecond, for five seconds in all.
private func waitForLock(_: UnsafeMutableRawPointer?, _ tries: Int32) -> Int32 {
    guard tries < 4000 else { return 0 }
    usleep(1000)
    return 1
}

/// Runs inside a commit of the connection that is the context, on its thread.
private func logHasGrown(
    _ context: UnsafeMutableRawPointer?, _: OpaquePointer?, _: UnsafePointer<CChar>?, _ pages: Int32
) -> Int32 {
    if let context = unsafe context {
        unsafe Unmanaged<SQLiteConnection>.fromOpaque(context).takeUnretainedValue().logPages = Int(pages)
    }
    return SQLITE_OK
}

/// A prepared statement; confined like its connection.
@safe
final class SQLiteStatement {
    private let connection: SQLiteConnection
    private let handle: OpaquePointer

    fileprivate init(connection: SQLiteConnection, handle: OpaquePointer) {
        self.connection = connection
        unsafe self.handle = handle
    }

    deinit { unsafe sqlite3_finalize(handle) }

    func reset() { unsafe sqlite3_reset(handle) }

    /// True when there is a row.
    func step() throws(SQLiteFailure) -> Bool {
        let code = unsafe sqlite3_step(handle)
        try connection.check(code)
        return code == SQLITE_ROW
    }

    /// Runs a statement without rows; ready for the next run afterwards, failed or not.
    func run() throws(SQLiteFailure) {
        let code = unsafe sqlite3_step(handle)
        defer { unsafe sqlite3_reset(handle) }
        try connection.check(code)
    }

    func bind(_ index: Int32, _ value: Int64) { unsafe sqlite3_bind_int64(handle, index, value) }
    func bind(_ index: Int32, _ value: Double) { unsafe sqlite3_bind_double(handle, index, value) }
    func bindNull(_ index: Int32) { unsafe sqlite3_bind_null(handle, index) }

    func bind(_ index: Int32, _ text: String?) {
        guard var text else { return bindNull(index) }
        _ = text.withUTF8 { text in
            unsafe sqlite3_bind_text64(
                handle, index, UnsafeRawPointer(text.baseAddress)?.assumingMemoryBound(to: CChar.self) ?? emptyText,
                UInt64(text.count), copied, UInt8(SQLITE_UTF8))
        }
    }

    func bind(_ index: Int32, text: ArraySlice<UInt8>) {
        unsafe text.withUnsafeBytes { text in
            _ = unsafe sqlite3_bind_text64(
                handle, index, text.baseAddress?.assumingMemoryBound(to: CChar.self) ?? emptyText,
                UInt64(text.count), copied, UInt8(SQLITE_UTF8))
        }
    }

    func bind(_ index: Int32, blob: [UInt8]) {
        unsafe blob.withUnsafeBufferPointer { blob in
            unsafe bind(index, blob: blob)
        }
    }

    func bind(_ index: Int32, blob: UnsafeBufferPointer<UInt8>) {
        if blob.isEmpty {
            unsafe sqlite3_bind_zeroblob(handle, index, 0)
        } else {
            unsafe sqlite3_bind_blob64(handle, index, blob.baseAddress, UInt64(blob.count), copied)
        }
    }

    /// Binds text without a copy: the bytes must stay where they are until the statement has run.
    func bind(_ index: Int32, borrowing text: UnsafeBufferPointer<UInt8>) {
        unsafe sqlite3_bind_text64(
            handle, index, UnsafeRawPointer(text.baseAddress)?.assumingMemoryBound(to: CChar.self) ?? emptyText,
            UInt64(text.count), nil, UInt8(SQLITE_UTF8))
    }

    func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(handle, column) }
    func real(_ column: Int32) -> Double { unsafe sqlite3_column_double(handle, column) }
    func type(_ column: Int32) -> Int32 { unsafe sqlite3_column_type(handle, column) }

    func text(_ column: Int32) -> String? {
        guard type(column) != SQLITE_NULL else { return nil }
        return String(decoding: bytes(column), as: UTF8.self)
    }

    /// The bytes of a text or blob; empty for NULL.
    func bytes(_ column: Int32) -> [UInt8] {
        // The pointer first, the length afterwards: the call for the pointer may convert the value.
        guard let start = unsafe sqlite3_column_blob(handle, column) else { return [] }
        let count = unsafe Int(sqlite3_column_bytes(handle, column))
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }
}

/// SQLITE_TRANSIENT: SQLite makes its own copy before the call returns.
nonisolated(unsafe) private let copied = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)

/// A place for the pointer of an empty text, where nil would mean NULL.
nonisolated(unsafe) private let emptyText: UnsafePointer<CChar> = {
    let place = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
    unsafe place.initialize(to: 0)
    return unsafe UnsafePointer(place)
}()
