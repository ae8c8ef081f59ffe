import GRDBSQLite
import Glibc

/// Where a journal lies, and how its file is opened.
struct JournalLocation: Sendable {
    /// Nil for a journal in memory.
    let path: String?

    var name: String { path ?? ":memory:" }

    var headPath: String? {
        path.map { ($0.hasSuffix(".sqlite") ? String($0.dropLast(7)) : $0) + ".head" }
    }

    /// Makes the file (0600) where it is missing and opens it for writing.
    func openForWriting() throws(StoreError) -> SQLiteConnection {
        if let path {
            // Never open and close a journal beside SQLite: closing any descriptor of a file gives up all of the
            // process's locks on it (fcntl(2)). The new file gets its name after its descriptor was closed.
            if unsafe access(path, F_OK) != 0, errno == ENOENT { _ = try SmallFile.create(path, with: []) }
            try checkOwner(path)
        }
        do throws(SQLiteFailure) {
            let connection = try SQLiteConnection(path: name, flags: SQLITE_OPEN_READWRITE)
            if path != nil, try connection.integer("PRAGMA schema_version") < 0 { throw unreadable }
            return connection
        } catch {
            throw error.storeError(name)
        }
    }

    func openForReading() throws(StoreError) -> SQLiteConnection {
        guard unsafe access(name, F_OK) == 0 else {
            throw StoreError(code: .unavailable, message: "there is no journal \(name)")
        }
        try checkOwner(name)
        do throws(SQLiteFailure) {
            let connection = try SQLiteConnection(path: name, flags: SQLITE_OPEN_READONLY)
            _ = try connection.integer("PRAGMA schema_version")
            return connection
        } catch {
            throw error.storeError(name)
        }
    }

    private var unreadable: SQLiteFailure { SQLiteFailure(code: SQLITE_NOTADB, message: "no readable header") }

    private func checkOwner(_ path: String) throws(StoreError) {
        try StateDirectory.checkOwner(path, is: "journal", forbidden: 0o022, remedy: "chmod 600")
    }
}
