import Glibc
import Synchronization

/// Moves the write-ahead log into the database file on a thread of its own, so that no commit waits for it.
///
/// A passive checkpoint takes no lock that a writer or reader waits for. The thread sleeps until it is asked.
///
/// `@unchecked Sendable`: `bell` is a semaphore, `thread` is written in `init` and read in `close`.
@safe
final class Checkpointer: @unchecked Sendable {
    /// Log pages of 4 KiB from which on a checkpoint is asked for.
    static let threshold = 1000

    private let location: JournalLocation
    private let bell: UnsafeMutablePointer<sem_t>
    private let isAsked = Atomic(false)
    private let isClosed = Atomic(false)
    private let thread = Mutex<WorkerThread?>(nil)

    init(location: JournalLocation) {
        self.location = location
        unsafe bell = .allocate(capacity: 1)
        unsafe sem_init(bell, 0, 0)
        thread.withLock { $0 = WorkerThread { [self] in run() } }
    }

    deinit {
        unsafe sem_destroy(bell)
        unsafe bell.deallocate()
    }

    func ask() {
        if !isAsked.exchange(true, ordering: .acquiringAndReleasing) { unsafe sem_post(bell) }
    }

    /// Ends the thread, which finishes its checkpoint first.
    ///
    /// Idempotent.
    func close() {
        isClosed.store(true, ordering: .releasing)
        unsafe sem_post(bell)
        let ended = thread.withLock { thread -> WorkerThread? in
            defer { thread = nil }
            return thread
        }
        ended?.join()
    }

    private func run() {
        var connection: SQLiteConnection?
        while true {
            while unsafe sem_wait(bell) != 0 {}
            if isClosed.load(ordering: .acquiring) { return }
            isAsked.store(false, ordering: .releasing)
            // A disk that fails here fails the writer too, which reports it.
            if connection == nil { connection = try? location.openForWriting() }
            if (try? connection?.checkpoint()) == nil { connection = nil }
        }
    }
}

/// A thread that runs one closure and is joined by its owner.
struct WorkerThread: Sendable {
    private let identity: pthread_t

    /// Nil when the system has no thread left.
    init?(_ body: @escaping @Sendable () -> Void) {
        let box = unsafe Unmanaged.passRetained(Body(run: body))
        var identity = pthread_t()
        let code = unsafe pthread_create(&identity, nil, startThread, box.toOpaque())
        guard code == 0 else {
            unsafe box.release()
            return nil
        }
        self.identity = identity
    }

    /// Returns at once on the thread itself, which then cleans up after itself.
    func join() {
        if pthread_equal(identity, pthread_self()) != 0 {
            pthread_detach(identity)
        } else {
            pthread_join(identity, nil)
        }
    }

    fileprivate final class Body {
        let run: @Sendable () -> Void
        init(run: @escaping @Sendable () -> Void) { self.run = run }
    }
}

private func startThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let context = unsafe context {
        unsafe Unmanaged<WorkerThread.Body>.fromOpaque(context).takeRetainedValue().run()
    }
    return nil
}
