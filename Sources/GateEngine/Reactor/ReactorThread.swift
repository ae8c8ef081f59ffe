internal import CGate
internal import Glibc
internal import Synchronization

/// A thread that runs until its body returns; `join` waits for it.
final class ReactorThread: Sendable {
    private final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private let thread: Mutex<pthread_t?>

    /// - Parameter name: at most 15 bytes, shown by `top -H`.
    init(name: String, _ body: @escaping @Sendable () -> Void) throws(ReactorError) {
        let box = Box {
            unsafe gate_name_thread(String(name.prefix(15)))
            body()
        }
        var made = pthread_t()
        let result = unsafe pthread_create(
            &made, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let box = unsafe Unmanaged<Box>.fromOpaque(argument).takeRetainedValue()
                box.body()
                return nil
            }, unsafe Unmanaged.passRetained(box).toOpaque())
        guard result == 0 else { throw ReactorError(operation: "pthread_create", code: result) }
        thread = Mutex(made)
    }

    /// Waits for the thread's end; a second call returns at once.
    func join() {
        guard
            let id = thread.withLock({ thread in
                defer { thread = nil }; return thread
            })
        else { return }
        pthread_join(id, nil)
    }
}
