internal import CGate
internal import Glibc
internal import Synchronization

/// One event loop of one thread: epoll over client sockets and libcurl's sockets, deadlines and a mailbox.
///
/// Everything registered with a reactor is touched by its thread alone; other threads speak to it through
/// `mailbox`. Epoll is level-triggered. Handlers run one after the other and must never block.
final class Reactor {
    /// Names a registration: the slot in the low half, its generation in the high half, so that an event
    /// that was fetched before its descriptor was closed finds nobody.
    struct Registration: Equatable {
        fileprivate var token: UInt64
        static let none = Registration(token: .max)
    }

    private struct Slot {
        var generation: UInt32 = 0
        var descriptor: Int32 = -1
        var events: UInt32 = 0
        var handler: (any ReadinessHandler)?
    }

    /// Events fetched by one `epoll_wait`.
    private static let batch = 256

    let mailbox: Mailbox
    /// Milliseconds of the monotonic clock, refreshed once per round.
    private(set) var now: Int64
    private(set) var deadlines = DeadlineHeap()
    /// Completed rounds, for the heartbeat of another thread.
    let rounds = Atomic<UInt64>(0)

    private let epoll: Int32
    private var slots: [Slot] = []
    private var freeSlots: [Int] = []
    private var afterRound: [any RoundHandler] = []
    private var spareAfterRound: [any RoundHandler] = []
    private var isStopping = false

    init() throws(ReactorError) {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw ReactorError(operation: "epoll_create1", code: errno) }
        mailbox = try Mailbox()
        now = gate_monotonic_ms()
    }

    deinit { close(epoll) }

    // MARK: Descriptors

    /// Starts to watch `descriptor`; `handler` is kept until `deregister`.
    func register(_ descriptor: Int32, events: UInt32, handler: any ReadinessHandler) throws(ReactorError)
        -> Registration
    {
        let index =
            freeSlots.popLast()
            ?? {
                slots.append(Slot()); return slots.count - 1
            }()
        slots[index].generation &+= 1
        let token = UInt64(slots[index].generation) << 32 | UInt64(index)
        guard gate_epoll_control(epoll, EPOLL_CTL_ADD, descriptor, events, token) == 0 else {
            freeSlots.append(index)
            throw ReactorError(operation: "epoll_ctl(ADD)", code: errno)
        }
        slots[index].descriptor = descriptor
        slots[index].events = events
        slots[index].handler = handler
        return Registration(token: token)
    }

    /// Changes what is waited for; a call that changes nothing costs nothing.
    func modify(_ registration: Registration, events: UInt32) {
        guard let index = slot(registration.token), slots[index].events != events else { return }
        slots[index].events = events
        _ = gate_epoll_control(epoll, EPOLL_CTL_MOD, slots[index].descriptor, events, registration.token)
    }

    /// Stops to watch; to be called before the descriptor is closed. Idempotent.
    func deregister(_ registration: Registration) {
        guard let index = slot(registration.token) else { return }
        _ = gate_epoll_control(epoll, EPOLL_CTL_DEL, slots[index].descriptor, 0, 0)
        slots[index].handler = nil
        slots[index].descriptor = -1
        freeSlots.append(index)
    }

    private func slot(_ token: UInt64) -> Int? {
        let index = Int(token & 0xFFFF_FFFF)
        guard index < slots.count, slots[index].generation == UInt32(token >> 32), slots[index].descriptor >= 0
        else { return nil }
        return index
    }

    // MARK: Deadlines and the end of a round

    /// Arms `deadline` to fire `milliseconds` from now, instead of whatever it was armed for.
    func arm(_ deadline: Deadline, in milliseconds: Int64) {
        deadlines.arm(deadline, due: now &+ max(0, milliseconds))
    }

    /// Disarms `deadline` for good.
    func cancel(_ deadline: Deadline) { deadlines.cancel(deadline) }

    /// Calls `handler` once, after the events of this round: output that many events produced is written together.
    func atEndOfRound(_ handler: any RoundHandler) {
        afterRound.append(handler)
    }

    // MARK: The loop

    /// Runs until `stop`. `onMessage` receives what other threads posted.
    func run(onMessage: (ReactorMessage) -> Void) {
        var ready = unsafe [epoll_event](repeating: epoll_event(), count: Self.batch)
        let mail = try? register(mailbox.descriptor, events: GATE_EPOLLIN, handler: mailbox)
        defer { if let mail { deregister(mail) } }
        while !isStopping {
            let timeout = deadlines.timeout(now: now)
            let count = unsafe ready.withUnsafeMutableBufferPointer { buffer in
                unsafe epoll_wait(epoll, buffer.baseAddress, Int32(Self.batch), timeout)
            }
            now = gate_monotonic_ms()
            for i in 0..<max(0, Int(count)) { unsafe dispatch(ready[i]) }
            for message in mailbox.take() { onMessage(message) }
            while let deadline = deadlines.nextDue(now: now) { deadline.fire() }
            finishRound()
            rounds.add(1, ordering: .relaxed)
        }
    }

    func stop() { isStopping = true }

    private func dispatch(_ event: epoll_event) {
        let (token, events) = unsafe withUnsafePointer(to: event) {
            (unsafe gate_epoll_token($0), unsafe gate_epoll_events($0))
        }
        guard let index = slot(token), let handler = slots[index].handler else { return }
        handler.ready(events: events)
    }

    /// Output may produce more output (a flushed connection reads its next pipelined request): bounded by the sockets.
    private func finishRound() {
        while !afterRound.isEmpty {
            swap(&afterRound, &spareAfterRound)
            for handler in spareAfterRound { handler.roundEnded() }
            spareAfterRound.removeAll(keepingCapacity: true)
        }
    }
}

@available(*, unavailable)
extension Reactor: Sendable {}

/// Owns a descriptor that a reactor watches.
protocol ReadinessHandler: AnyObject {
    /// `events` are epoll's bits. The descriptor may have been half-closed or be in error.
    func ready(events: UInt32)
}

/// Wants a call after the events of a round.
protocol RoundHandler: AnyObject {
    func roundEnded()
}

/// A system call that setting up a reactor or listener needs failed.
struct ReactorError: Error, CustomStringConvertible {
    var operation: String
    /// `errno`.
    var code: Int32
    var description: String { "\(operation): \(reason)" }
    /// The system's words.
    var reason: String { unsafe String(cString: strerror(code)) }
}
