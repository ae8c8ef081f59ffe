/// Everything durable, behind one door.
///
/// No method assumes that the caller is the only writer; times are passed in.
public protocol Store: AnyObject, Sendable {
    /// Queues a call that has ended for the next group.
    ///
    /// Never blocks, never fails the caller; durable within a second.
    ///
    /// While the store fails, calls wait in the queue (100,000 of them, 64 MiB) and are tried again each second.
    /// A call that was appended is not to be committed before a flush: durable work overtakes lazy work.
    ///
    /// - Returns: false when the queue is full or the store is closed: the line is counted as lost.
    @discardableResult
    func append(_ record: CallRecord) -> Bool

    /// Writes a call (an intent or an end) with its sealed request and syncs it, many calls to a sync.
    ///
    /// `done` runs on the writer's thread once the record is on disk or could not be put there.
    /// A later record with the same id is a change of that call: an event appended to the chain, the row replaced.
    func commit(
        _ record: CallRecord, sealed: SealedRequest?,
        done: @escaping @Sendable (Result<Void, StoreError>) -> Void)

    /// Journals what is not a call: a mode flip, a reload, a start.
    ///
    /// Durable when `done` runs.
    func note(_ note: JournalNote, done: @escaping @Sendable (Result<Void, StoreError>) -> Void)

    /// Runs `done` once everything appended before is visible to readers.
    func flush(done: @escaping @Sendable (Result<Void, StoreError>) -> Void)

    /// Newest first; at most `query.limit` (1…1000).
    func calls(_ query: CallQuery) throws(StoreError) -> CallPage

    /// One call whole with its hashes, or nil.
    func call(id: String) throws(StoreError) -> StoredCall?

    /// Recomputes the chain and every column from it.
    func verify() throws(StoreError) -> ChainReport

    /// Deletes calls older than `before` (µs since 1970), at most `limit`, and leaves an anchor.
    func prune(before: Int64, limit: Int) throws(StoreError) -> Int

    /// Nil while the last write succeeded; else why the store cannot be written.
    var fault: StoreError? { get }

    /// Writes what is queued, closes.
    ///
    /// Idempotent.
    func close()
}

/// The original request whole, as a release would send it; encrypted before it reaches the disk.
public struct SealedRequest: Sendable {
    /// An opaque encoding made by the engine.
    public var plaintext: [UInt8]
    public init(plaintext: [UInt8]) { self.plaintext = plaintext }
}

/// A journal entry that is not a call.
public struct JournalNote: Sendable, Equatable {
    /// Microseconds since 1970.
    public var time: Int64
    /// `mode`, `start`, `stop`, `reload`, …
    public var kind: String
    public var actor: String
    /// Facts as text, in order.
    public var facts: [CallRecord.Field]
    public init(time: Int64, kind: String, actor: String, facts: [CallRecord.Field]) {
        self.time = time
        self.kind = kind
        self.actor = actor
        self.facts = facts
    }
}

/// Which calls a reader wants.
///
/// Empty sets and nil mean any.
public struct CallQuery: Sendable, Equatable {
    public var outcomes: [String] = []
    public var classes: [String] = []
    public var kinds: [String] = []
    /// Full rule ids or `policy/` prefixes with `*`.
    public var rules: [String] = []
    /// Hosts; a leading `*.` matches subdomains.
    public var hosts: [String] = []
    public var sessions: [String] = []
    /// Microseconds since 1970, inclusive.
    public var since: Int64?
    /// Microseconds since 1970, exclusive.
    public var until: Int64?
    /// The `next_cursor` of the page before.
    public var cursor: String?
    public var limit: Int = 100
    public init() {}
}

/// A call with its place in the chain.
public struct StoredCall: Sendable, Equatable {
    public var record: CallRecord
    /// Lower-case hex HMAC-SHA-256 of the event before and of this call's last event.
    public var previousHash: String
    public var hash: String
    public var isReleasable: Bool
    public init(record: CallRecord, previousHash: String, hash: String, isReleasable: Bool) {
        self.record = record
        self.previousHash = previousHash
        self.hash = hash
        self.isReleasable = isReleasable
    }
}

public struct CallPage: Sendable, Equatable {
    public var calls: [StoredCall]
    public var nextCursor: String?
    public init(calls: [StoredCall], nextCursor: String?) {
        self.calls = calls
        self.nextCursor = nextCursor
    }
}

public struct ChainReport: Sendable, Equatable {
    /// Events whose hash held.
    public var verified: Int
    /// Nil when all held; else the first bad record and what is wrong with it.
    public var firstBad: String?
    public init(verified: Int, firstBad: String?) {
        self.verified = verified
        self.firstBad = firstBad
    }
}

/// Why the store could not do it.
public struct StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// The disk is full, read-only or failing.
        case unavailable
        /// The file is not a journal, or of a later version.
        case incompatible
        /// The state directory belongs to another user or its modes are too open.
        case forbidden
        /// The queue is full.
        case overloaded
        case invalidQuery
    }
    public var code: Code
    public var message: String
    public init(code: Code, message: String) {
        self.code = code
        self.message = message
    }
    public var description: String { message }
}
