import Glibc

/// What waits for the writer; any thread pushes, the writer alone takes.
///
/// Lazy records wait for a window of 100 ms (or until `wakeCount` of them are there), so that the writer wakes a few
/// times a second however many calls pass. Urgent work wakes it at once.
///
/// `@unchecked Sendable`: all state is touched under `mutex`.
@safe
final class WriteQueue: @unchecked Sendable {
    typealias Done = @Sendable (Result<Void, StoreError>) -> Void

    enum Urgent: Sendable {
        case call(CallRecord, SealedRequest?, Done)
        case note(JournalNote, Done)
    }

    struct Limits: Sendable {
        var records = 100_000
        var bytes = 64 << 20
        var urgent = 10_000
        var window_ns: UInt64 = 100_000_000
        /// So many lazy records do not wait for the window's end.
        var wakeCount = 4_096
    }

    /// What the writer is to do next.
    ///
    /// `flushes` are to run once all lazy records in `lazy` are written.
    struct Turn {
        var urgent: [Urgent] = []
        /// Empty unless the window has ended.
        var lazy: [CallRecord] = []
        var flushes: [Done] = []
        var isClosed = false
    }

    private let limits: Limits
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let bell: UnsafeMutablePointer<pthread_cond_t>
    private var lazy: [CallRecord] = []
    /// Of all lazy records that are not written yet, those that the writer took among them.
    private var lazyCount = 0
    private var lazyBytes = 0
    private var lazySince: UInt64 = 0
    private var urgent: [Urgent] = []
    private var flushes: [Done] = []
    private var isClosed = false
    private var lost = 0

    init(limits: Limits = Limits()) {
        self.limits = limits
        unsafe mutex = .allocate(capacity: 1)
        unsafe bell = .allocate(capacity: 1)
        unsafe pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(bell, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(bell)
        unsafe pthread_mutex_destroy(mutex)
        unsafe bell.deallocate()
        unsafe mutex.deallocate()
    }

    /// Lazy records that were never written.
    var lostCount: Int { locked { lost } }
    var waitingCount: Int { locked { lazyCount + urgent.count } }

    func countLost(_ count: Int) { locked { lost += count } }

    /// False when the queue is full or closed: the record is counted as lost.
    func pushLazy(_ record: consuming CallRecord) -> Bool {
        let size = WriteQueue.size(record)
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        guard !isClosed, lazyCount < limits.records, lazyBytes + size <= limits.bytes else {
            lost += 1
            return false
        }
        lazy.append(record)
        lazyBytes += size
        lazyCount += 1
        let count = lazy.count
        // The first record starts the window; the writer need not wake again before its end.
        if count == 1 {
            lazySince = monotonicNanoseconds()
            unsafe pthread_cond_signal(bell)
        } else if count == limits.wakeCount {
            unsafe pthread_cond_signal(bell)
        }
        return true
    }

    /// False when the queue is full or closed.
    func pushUrgent(_ item: Urgent) -> Bool {
        locked {
            guard !isClosed, urgent.count < limits.urgent else { return false }
            urgent.append(item)
            unsafe pthread_cond_signal(bell)
            return true
        }
    }

    func pushFlush(_ done: @escaping Done) -> Bool {
        locked {
            guard !isClosed, flushes.count < limits.urgent else { return false }
            flushes.append(done)
            unsafe pthread_cond_signal(bell)
            return true
        }
    }

    func close() {
        locked {
            isClosed = true
            unsafe pthread_cond_signal(bell)
        }
    }

    /// Waits for work, at the latest until `deadline` (monotonic ns).
    ///
    /// The writer's only place to sleep.
    ///
    /// - Parameter leavesLazy: true while the writer still has lazy records that it could not write.
    func next(until deadline: UInt64, leavesLazy: Bool) -> Turn {
        locked {
            while true {
                let now = monotonicNanoseconds()
                let turn = ready(at: now, leavesLazy: leavesLazy)
                if let turn { return turn }
                if now >= deadline { return Turn() }
                var wake = deadline
                if !lazy.isEmpty, !leavesLazy { wake = min(wake, lazySince &+ limits.window_ns) }
                var time = timespec()
                time.tv_sec = Int(wake / 1_000_000_000)
                time.tv_nsec = Int(wake % 1_000_000_000)
                unsafe pthread_cond_timedwait(bell, mutex, &time)
            }
        }
    }

    private func ready(at now: UInt64, leavesLazy: Bool) -> Turn? {
        let isFull = lazy.count >= limits.wakeCount
        let isDue = !lazy.isEmpty && !leavesLazy && (isFull || now >= lazySince &+ limits.window_ns)
        guard isDue || !urgent.isEmpty || !flushes.isEmpty || isClosed else { return nil }
        var turn = Turn(urgent: urgent, flushes: flushes, isClosed: isClosed)
        if isDue || !flushes.isEmpty || isClosed {
            turn.lazy = lazy
            lazy = []
            lazy.reserveCapacity(min(turn.lazy.count, limits.wakeCount))
        }
        urgent = []
        flushes = []
        return turn
    }

    /// Urgent work that came since the turn began, so that it need not wait for the end of the lazy records.
    func takeUrgent() -> [Urgent] {
        locked {
            let taken = urgent
            urgent = []
            return taken
        }
    }

    /// Lazy records of an earlier turn are written or given up: room for others.
    func lazyWritten(_ records: ArraySlice<CallRecord>) {
        var bytes = 0
        for record in records { bytes += WriteQueue.size(record) }
        locked {
            lazyCount -= records.count
            lazyBytes -= bytes
        }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body()
    }

    /// About what the record holds in memory.
    private static func size(_ record: borrowing CallRecord) -> Int {
        let headers = record.request.headerList.byteCount + (record.response?.headerList.byteCount ?? 0)
        return 640 + record.url.utf8.count + headers + (record.request.body?.count ?? 0)
            + (record.response?.body?.count ?? 0)
    }
}

func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(bitPattern: Int64(time.tv_sec)) &* 1_000_000_000 &+ UInt64(bitPattern: Int64(time.tv_nsec))
}

/// Microseconds since 1970.
func wallMicroseconds() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) &* 1_000_000 &+ Int64(time.tv_nsec / 1000)
}

func waitBriefly() { usleep(10_000) }
