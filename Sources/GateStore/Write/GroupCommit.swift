import Synchronization

/// The one writer thread of a journal: many calls to a transaction, many durable ones to a sync.
///
/// Durable work that comes while the last sync runs shares the next. Lazy records are written in chunks, durable work
/// goes between them. When the disk fails, durable work fails at once; lazy records wait in their bounded queue and
/// are tried again each second, as is the disk itself.
///
/// `@unchecked Sendable`: `backlog` and `retryAt` belong to the thread.
final class GroupCommit: @unchecked Sendable {
    private static let chunk = 512
    private static let retry_ns: UInt64 = 1_000_000_000

    let queue: WriteQueue
    private let writer: JournalWriter
    private let checkpointer: Checkpointer?
    private let thread = Mutex<WorkerThread?>(nil)
    /// Lazy records that were taken from the queue and are not written yet.
    private var backlog: [CallRecord] = []
    private var retryAt: UInt64 = .max

    init(queue: WriteQueue, writer: JournalWriter, checkpointer: Checkpointer?) throws(StoreError) {
        self.queue = queue
        self.writer = writer
        self.checkpointer = checkpointer
        guard let started = WorkerThread({ [self] in run() }) else {
            throw StoreError(code: .unavailable, message: "the system gives no thread for the journal")
        }
        thread.withLock { $0 = started }
    }

    /// Writes what is queued, ends the thread.
    ///
    /// Idempotent.
    func close() {
        queue.close()
        let ended = thread.withLock { thread -> WorkerThread? in
            defer { thread = nil }
            return thread
        }
        ended?.join()
        checkpointer?.close()
    }

    private func run() {
        while true {
            let deadline = min(writer.nextDeadline, retryAt)
            let turn = queue.next(until: deadline, leavesLazy: !backlog.isEmpty)
            if !turn.urgent.isEmpty { writer.commit(turn.urgent) }
            backlog.append(contentsOf: turn.lazy)
            let isDemanded = !turn.flushes.isEmpty || turn.isClosed
            if isDemanded || writer.fault == nil || monotonicNanoseconds() >= retryAt { writeBacklog() }
            tell(turn.flushes)
            probe()
            writer.housekeep(isLast: turn.isClosed)
            keepLogShort()
            if turn.isClosed { return finish() }
        }
    }

    /// Beside an unending stream of commits a checkpoint hardly reaches the log's end: from 64 MiB on the writer
    /// makes it itself, while it commits nothing.
    private func keepLogShort() {
        let pages = writer.logPages
        guard let checkpointer, pages > Checkpointer.threshold else { return }
        if pages > 16 * Checkpointer.threshold { writer.checkpoint() } else { checkpointer.ask() }
    }

    private func writeBacklog() {
        var written = 0
        while written < backlog.count {
            let group = backlog[written..<min(written + GroupCommit.chunk, backlog.count)]
            guard case .success(let lost) = writer.append(group) else { break }
            if lost > 0 { queue.countLost(lost) }
            queue.lazyWritten(group)
            written += group.count
            guard written < backlog.count else { break }
            let urgent = queue.takeUrgent()
            if !urgent.isEmpty { writer.commit(urgent) }
        }
        if written == backlog.count { backlog = [] } else { backlog.removeFirst(written) }
    }

    private func tell(_ flushes: [WriteQueue.Done]) {
        guard !flushes.isEmpty else { return }
        let outcome: Result<Void, StoreError> =
            backlog.isEmpty
            ? .success(())
            : .failure(writer.fault ?? StoreError(code: .unavailable, message: "the journal cannot be written"))
        for flush in flushes { flush(outcome) }
    }

    /// After a failure asks the disk once a second, so that the fault ends when its cause does.
    private func probe() {
        guard writer.fault != nil else {
            retryAt = .max
            return
        }
        let now = monotonicNanoseconds()
        if retryAt == .max {
            retryAt = now &+ GroupCommit.retry_ns
        } else if now >= retryAt {
            retryAt = backlog.isEmpty && writer.beat() ? .max : now &+ GroupCommit.retry_ns
        }
    }

    private func finish() {
        if !backlog.isEmpty {
            queue.countLost(backlog.count)
            queue.lazyWritten(backlog[...])
            backlog = []
        }
        writer.close()
    }
}
