import GRDBSQLite

/// The SQLite that this process runs with.
public enum SQLiteVersion {
    /// `3.40.1`
    public static var text: String { unsafe String(cString: sqlite3_libversion()) }
}
