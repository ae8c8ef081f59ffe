import Glibc

/// A journal in one SQLite file (write-ahead log), or in memory; several processes may write one file.
///
/// In the state directory it keeps `<environment>.sqlite` (0600), `<environment>.head` (the chain's end, kept apart),
/// `journal.key` (the chain's key) and, unless `STOPLOG_SEAL_KEY_FILE` names another, `seal.key`.
public final class SQLiteStore: Store {
    private let commits: GroupCommit
    let writer: JournalWriter
    /// Everything that reads, for whoever only reads.
    public let reader: JournalReader
    /// Why recorded calls cannot be sealed (they are then not releasable); nil when they can.
    public let sealFault: StoreError?

    /// Opens the journal, making what is missing.
    ///
    /// - Parameters:
    ///   - path: nil for `<environment>.sqlite` in the state directory, `memory` for a journal in memory, else a file.
    ///   - stateDirectory: for the keys; made 0700 where it is missing.
    ///   - sealKeyFile: the value of `STOPLOG_SEAL_KEY_FILE`.
    public static func open(
        path: String? = nil, stateDirectory: String, environment: String, sealKeyFile: String? = nil
    ) throws(StoreError) -> SQLiteStore {
        try open(
            path: path, stateDirectory: stateDirectory, environment: environment, sealKeyFile: sealKeyFile,
            limits: WriteQueue.Limits())
    }

    static func open(
        path: String?, stateDirectory: String, environment: String, sealKeyFile: String?, limits: WriteQueue.Limits
    ) throws(StoreError) -> SQLiteStore {
        let location = try location(path, stateDirectory, environment)
        let directory = try StateDirectory(path: stateDirectory)
        let key =
            location.path == nil ? try KeyFile.random() : try KeyFile.readOrMake(directory.file("journal.key"))
        var seal: Seal?
        var sealFault: StoreError?
        do throws(StoreError) {
            seal = try Seal.inDirectory(directory, keyFile: sealKeyFile)
        } catch {
            sealFault = error
        }
        return try SQLiteStore(location: location, key: key, seal: seal, sealFault: sealFault, limits: limits)
    }

    /// Opens an existing journal for reading only, whether a gate runs or not; `verify` works too.
    public static func openReadOnly(
        path: String? = nil, stateDirectory: String, environment: String, sealKeyFile: String? = nil
    ) throws(StoreError) -> JournalReader {
        let location = try location(path, stateDirectory, environment)
        let directory = try StateDirectory(existing: stateDirectory)
        guard location.path != nil else {
            throw StoreError(code: .unavailable, message: "a journal in memory is readable through its gate only")
        }
        let connection = try location.openForReading()
        do {
            guard try SQLiteSchema.check(connection) else {
                throw StoreError(code: .incompatible, message: "\(location.name) is empty")
            }
        } catch let error as StoreError {
            throw error
        } catch {
            throw (error as? SQLiteFailure)?.storeError(location.name)
                ?? StoreError(code: .unavailable, message: "\(error)")
        }
        guard let key = try KeyFile.read(directory.file("journal.key")) else {
            throw StoreError(code: .unavailable, message: "there is no key file \(directory.file("journal.key"))")
        }
        let sealKey = try? KeyFile.read(sealKeyFile ?? directory.file("seal.key"))
        return JournalReader(
            location: location, key: key, seal: sealKey.map { Seal(key: $0) },
            head: HeadKeeper(path: location.headPath), shared: nil)
    }

    private init(
        location: JournalLocation, key: [UInt8], seal: Seal?, sealFault: StoreError?, limits: WriteQueue.Limits
    ) throws(StoreError) {
        let head = HeadKeeper(path: location.headPath)
        writer = try JournalWriter(location: location, key: key, seal: seal, head: head)
        reader = JournalReader(
            location: location, key: key, seal: seal, head: head,
            shared: location.path == nil ? writer.connection : nil)
        self.sealFault = sealFault
        commits = try GroupCommit(
            queue: WriteQueue(limits: limits), writer: writer,
            checkpointer: location.path == nil ? nil : Checkpointer(location: location))
    }

    deinit { close() }

    private static func location(
        _ path: String?, _ stateDirectory: String, _ environment: String
    ) throws(StoreError) -> JournalLocation {
        if path == "memory" { return JournalLocation(path: nil) }
        if let path { return JournalLocation(path: path) }
        // The name becomes a file's: no separators, no hidden files.
        guard !environment.isEmpty, !environment.hasPrefix("."), !environment.utf8.contains(0x2f),
            !environment.utf8.contains(0)
        else {
            throw StoreError(code: .incompatible, message: "'\(environment)' cannot name a journal's file")
        }
        return JournalLocation(path: stateDirectory + "/" + environment + ".sqlite")
    }

    // Writing

    @discardableResult
    public func append(_ record: CallRecord) -> Bool { commits.queue.pushLazy(record) }

    public func commit(
        _ record: CallRecord, sealed: SealedRequest?, done: @escaping @Sendable (Result<Void, StoreError>) -> Void
    ) {
        if !commits.queue.pushUrgent(.call(record, sealed, done)) { done(.failure(SQLiteStore.overloaded)) }
    }

    public func note(_ note: JournalNote, done: @escaping @Sendable (Result<Void, StoreError>) -> Void) {
        if !commits.queue.pushUrgent(.note(note, done)) { done(.failure(SQLiteStore.overloaded)) }
    }

    public func flush(done: @escaping @Sendable (Result<Void, StoreError>) -> Void) {
        if !commits.queue.pushFlush(done) { done(.failure(SQLiteStore.overloaded)) }
    }

    private static var overloaded: StoreError {
        StoreError(code: .overloaded, message: "the journal's queue is full or closed")
    }

    // Reading

    public func calls(_ query: CallQuery) throws(StoreError) -> CallPage { try reader.calls(query) }
    public func call(id: String) throws(StoreError) -> StoredCall? { try reader.call(id: id) }
    public func verify() throws(StoreError) -> ChainReport { try reader.verify() }
    public func sealedRequest(id: String) throws(StoreError) -> SealedRequest? { try reader.sealedRequest(id: id) }

    public func prune(before: Int64, limit: Int) throws(StoreError) -> Int {
        try writer.prune(before: before, limit: limit)
    }

    // State

    public var fault: StoreError? { writer.fault }
    /// Calls that `append` took or refused and that were never written.
    public var lostCount: Int { commits.queue.lostCount }
    /// Calls that wait for the writer.
    public var waitingCount: Int { commits.queue.waitingCount }

    public func close() {
        commits.close()
        reader.close()
    }
}
