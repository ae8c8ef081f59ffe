internal import CGate
internal import Glibc

/// A listening socket of one reactor; several share a port through `SO_REUSEPORT`.
final class Listener: ReadinessHandler {
    /// Connections taken per event, so that a flood does not starve the others.
    private static let acceptsPerEvent = 64
    /// How long accepting rests when the process has no descriptors left.
    private static let exhaustedPauseMilliseconds: Int64 = 100

    private let reactor: Reactor
    private let descriptor: Int32
    private let accepted: (Int32, SocketAddress) -> Void
    private var registration = Reactor.Registration.none
    private var pause: Deadline?
    private var isClosed = false

    /// Takes over `descriptor`, a bound and listening socket.
    init(reactor: Reactor, descriptor: Int32, accepted: @escaping (Int32, SocketAddress) -> Void) throws(ReactorError) {
        self.reactor = reactor
        self.descriptor = descriptor
        self.accepted = accepted
        registration = try reactor.register(descriptor, events: GATE_EPOLLIN, handler: self)
        pause = Deadline { [unowned self] in reactor.modify(registration, events: GATE_EPOLLIN) }
    }

    func ready(events: UInt32) {
        for _ in 0..<Self.acceptsPerEvent {
            var address = SocketAddress()
            let client = address.accept(from: descriptor)
            if client >= 0 {
                accepted(client, address)
                continue
            }
            let code = errno
            if code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM { rest() }
            if code != EINTR && code != ECONNABORTED { return }
        }
    }

    private func rest() {
        reactor.modify(registration, events: 0)
        if let pause { reactor.arm(pause, in: Self.exhaustedPauseMilliseconds) }
    }

    /// Stops accepting. Idempotent.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        pause?.clear()
        reactor.deregister(registration)
        Glibc.close(descriptor)
    }
}
