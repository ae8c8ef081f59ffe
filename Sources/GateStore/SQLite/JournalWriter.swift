import Synchronization

/// Writes groups of events in one transaction each; opens its connection anew after a failure.
///
/// `@unchecked Sendable`: everything but `currentFault` is touched only by the holder of `lock`.
final class JournalWriter: @unchecked Sendable {
    private let location: JournalLocation
    private let chain: HashChain
    private let seal: Seal?
    private let head: HeadKeeper
    private let lock = Mutex<Void>(())
    private let currentFault = Mutex<StoreError?>(nil)
    private var session: WriteSession?
    /// The end of what is known to be on disk and is not in the head's file yet.
    private var pendingHead: ChainHead?
    private var lastHead: UInt64 = 0
    private var lastSync: UInt64
    private var hasUnsynced = false

    /// Opens (and makes) the journal, compares the chain's end with its head.
    init(location: JournalLocation, key: [UInt8], seal: Seal?, head: HeadKeeper) throws(StoreError) {
        self.location = location
        chain = try HashChain(key: key)
        self.seal = seal
        self.head = head
        lastSync = monotonicNanoseconds()
        let connection = try location.openForWriting()
        try SQLiteSchema.prepare(connection)
        do throws(SQLiteFailure) {
            session = try WriteSession(connection: connection, chain: chain)
        } catch {
            throw error.storeError(location.name)
        }
        let compared = write(durable: true) { session in try self.compareWithHead(session) }
        if case .failure(let error) = compared { throw error }
    }

    var fault: StoreError? { currentFault.withLock { $0 } }

    /// The connection of a journal in memory, which its readers share.
    var connection: SQLiteConnection? { lock.withLock { _ in session?.connection } }

    // Groups

    /// Writes calls and notes durably, then tells each of them.
    func commit(_ group: [WriteQueue.Urgent]) {
        let copies = group.map { item -> [UInt8]? in
            guard case .call(let record, let sealed?, _) = item else { return nil }
            return seal?.seal(sealed.plaintext, call: record.id)
        }
        let outcome = write(durable: true) { session in
            try zip(group, copies).map { item, copy in try self.write(item, copy, session) }
        }
        for (index, item) in group.enumerated() {
            switch item {
            case .call(_, _, let done), .note(_, let done):
                done(outcome.flatMap { refused in refused[index].map { .failure($0) } ?? .success(()) })
            }
        }
    }

    /// Nil when it went well; an error when this one alone cannot be stored.
    private func write(_ item: WriteQueue.Urgent, _ copy: [UInt8]?, _ session: WriteSession) throws -> StoreError? {
        do {
            switch item {
            case .call(let record, _, _): try session.change(record, sealed: copy)
            case .note(let note, _): try session.note(NoteText.encode(note), time: note.time)
            }
            return nil
        } catch let failure as SQLiteFailure where failure.isOfOneRow {
            return failure.storeError(location.name)
        }
    }

    /// Writes calls that nobody waits for.
    ///
    /// - Returns: how many of them can never be stored.
    func append(_ group: ArraySlice<CallRecord>) -> Result<Int, StoreError> {
        // Once in half a second the group waits for the disk, so that what was appended is durable within a second.
        let durable = monotonicNanoseconds() &- lastSync > 500_000_000
        return write(durable: durable) { session in
            var lost = 0
            for record in group {
                do {
                    try session.append(record)
                } catch let failure as SQLiteFailure where failure.isOfOneRow {
                    lost += 1
                }
            }
            return lost
        }
    }

    /// Syncs what was committed without; tells a failing disk from one that works again.
    func beat() -> Bool {
        if case .success = write(durable: true, { session in try session.touch() }) { return true }
        return false
    }

    /// Pages in the write-ahead log after the last commit.
    var logPages: Int { lock.withLock { _ in session?.connection.logPages ?? 0 } }

    /// Moves the log into the database file as far as readers allow.
    func checkpoint() {
        lock.withLock { _ in _ = try? session?.connection.checkpoint() }
    }

    /// When `housekeep` has something to do, in monotonic ns.
    var nextDeadline: UInt64 {
        lock.withLock { _ in
            min(
                hasUnsynced ? lastSync &+ 800_000_000 : .max,
                pendingHead == nil ? .max : lastHead &+ 250_000_000)
        }
    }

    /// Syncs and saves the head where it is time.
    func housekeep(isLast: Bool = false) {
        let now = monotonicNanoseconds()
        if lock.withLock({ _ in hasUnsynced && (isLast || now >= lastSync &+ 800_000_000) }) { _ = beat() }
        lock.withLock { _ in
            guard let pending = pendingHead, isLast || now >= lastHead &+ 250_000_000 else { return }
            lastHead = now
            if (try? head.write(pending, with: chain)) != nil { pendingHead = nil }
        }
    }

    func close() { lock.withLock { _ in session = nil } }

    /// Runs a statement on the writing connection; the tests make disks full and locks impatient with it.
    func adjust(_ pragma: String) throws {
        try lock.withLock { _ in try openSession().connection.run(pragma) }
    }

    // Retention

    /// Cuts the chain's beginning off: at most `limit` events, up to the first that is not older than `before`.
    func prune(before: Int64, limit: Int) throws(StoreError) -> Int {
        let outcome = write(durable: true) { session in
            try Retention.prune(session, before: before, limit: max(1, min(limit, 100_000)))
        }
        return try outcome.get()
    }

    // Transactions

    private func write<Value: Sendable>(
        durable: Bool, _ body: (WriteSession) throws -> Value
    ) -> Result<Value, StoreError> {
        let outcome: Result<Value, StoreError> = lock.withLock { _ in
            do {
                let session = try openSession()
                let value = try session.connection.exclusively {
                    try session.transaction(durable: durable) { try body(session) }
                }
                committed(session, durable: durable)
                return .success(value)
            } catch let error as StoreError {
                if location.path != nil { session = nil }
                return .failure(error)
            } catch let failure as SQLiteFailure {
                // A locked or full file is as it was; after any other failure the file is opened anew.
                if location.path != nil, !failure.isPassing { session = nil }
                return .failure(failure.storeError(location.name))
            } catch {
                return .failure(StoreError(code: .unavailable, message: "\(error)"))
            }
        }
        currentFault.withLock { fault in
            if case .failure(let error) = outcome { fault = error } else { fault = nil }
        }
        return outcome
    }

    private func committed(_ session: WriteSession, durable: Bool) {
        hasUnsynced = !durable
        guard durable else { return }
        lastSync = monotonicNanoseconds()
        pendingHead = session.tail
    }

    private func openSession() throws(StoreError) -> WriteSession {
        if let session { return session }
        let connection = try location.openForWriting()
        try SQLiteSchema.prepare(connection)
        do throws(SQLiteFailure) {
            let opened = try WriteSession(connection: connection, chain: chain)
            session = opened
            return opened
        } catch {
            throw error.storeError(location.name)
        }
    }

    /// Inside the first transaction: other processes neither extend the chain nor make its head meanwhile.
    private func compareWithHead(_ session: WriteSession) throws {
        let state = try head.read(with: chain)
        if state == .missing, session.tail.sequence == 0 {
            return try head.write(session.tail, with: chain)
        }
        guard let problem = try HeadCheck.problem(state, session.connection) else { return }
        let note = JournalNote(
            time: wallMicroseconds(), kind: NoteText.broken, actor: "store",
            facts: [.init(name: "problem", value: problem)])
        try session.note(NoteText.encode(note), time: note.time)
        try head.write(session.tail, with: chain, replacing: true)
    }
}

extension SQLiteFailure {
    /// True when the connection is as good as before.
    var isPassing: Bool { [5, 6, 13].contains(primary) }  // SQLITE_BUSY, SQLITE_LOCKED, SQLITE_FULL
}
