internal import CGate
internal import Glibc
internal import Synchronization

/// How other threads speak to a reactor: a queue, and an eventfd that wakes its loop.
final class Mailbox: ReadinessHandler, Sendable {
    let descriptor: Int32
    private let queue = Mutex<[ReactorMessage]>([])

    init() throws(ReactorError) {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        guard descriptor >= 0 else { throw ReactorError(operation: "eventfd", code: errno) }
    }

    deinit { close(descriptor) }

    /// Queues a message; callable from any thread.
    func post(_ message: ReactorMessage) {
        let wasEmpty = queue.withLock { queue in
            queue.append(message)
            return queue.count == 1
        }
        guard wasEmpty else { return }
        var one: UInt64 = 1
        _ = unsafe write(descriptor, &one, 8)
    }

    /// What was posted, in order; called by the reactor's thread.
    func take() -> [ReactorMessage] {
        queue.withLock { queue in
            guard !queue.isEmpty else { return [] }
            defer { queue = [] }
            return queue
        }
    }

    func ready(events: UInt32) {
        var count: UInt64 = 0
        _ = unsafe read(descriptor, &count, 8)
    }
}
