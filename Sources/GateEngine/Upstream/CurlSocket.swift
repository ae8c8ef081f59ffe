internal import CGate
internal import Glibc

/// One of libcurl's sockets in the reactor's epoll: driven while libcurl waits for it, guarded while it is idle.
///
/// An idle connection stays watched: whatever arrives on it (an answer to no question, or its end) makes it
/// unusable, because libcurl would take stray bytes for the next answer.
final class CurlSocket: ReadinessHandler {
    let descriptor: Int32
    /// False for sockets that libcurl made for itself (its resolver's wake-up).
    let isConnection: Bool
    /// The handle whose transfer or tunnel has the connection; nil: idle.
    var user: CurlHandle?
    /// The local port once a request used the connection; 0 before.
    var localPort: UInt16 = 0
    /// The peer, as far as it is needed to tell connections with one local port apart.
    var remotePort: Int32 = 0
    /// The peer's address is in a denied network: only rerouted calls may use the connection.
    var isDenied = false
    /// Must not carry another request.
    var isUsedUp = false
    /// The next connection with the same local port.
    var nextSamePort: CurlSocket?

    private unowned let engine: CurlEngine
    /// Of its own: libcurl closes its last sockets while the engine is going.
    private let reactor: Reactor
    private var registration: Reactor.Registration?
    /// What libcurl waits for; 0: nothing (idle, paused, or handed to a tunnel).
    private(set) var wanted: UInt32 = 0

    init(descriptor: Int32, isConnection: Bool, engine: CurlEngine) {
        self.descriptor = descriptor
        self.isConnection = isConnection
        self.engine = engine
        reactor = engine.reactor
    }

    /// libcurl waits for `events`. Nothing wanted leaves the descriptor in epoll: the usual next step is to be
    /// idle, where it must be watched for input just as before.
    func want(_ events: UInt32) {
        wanted = events
        if events != 0 { watch(events) }
    }

    /// Sets what epoll reports; 0 takes the descriptor out (errors cannot be masked otherwise).
    func watch(_ events: UInt32) {
        guard events != 0 else { return unwatch() }
        if let registration { return reactor.modify(registration, events: events) }
        registration = try? reactor.register(descriptor, events: events, handler: self)
        if registration == nil { abandon() }
    }

    func unwatch() {
        guard let registration else { return }
        reactor.deregister(registration)
        self.registration = nil
    }

    /// The transfer that used the connection has ended and libcurl keeps it.
    func becameIdle() {
        user = nil
        if isUsedUp { return abandon() }
        if wanted == 0 { watch(GATE_EPOLLIN) }
    }

    func ready(events: UInt32) {
        if wanted != 0 { return engine.socketReady(descriptor, events: events) }
        guard let user else { return abandon() }
        if let tunnel = user.tunnel {
            tunnel.ready(events: events)
        } else {
            // Paused by the gate: what happened is seen when libcurl waits again.
            unwatch()
        }
    }

    /// Makes the connection unusable, so that libcurl finds it dead before the next request.
    func abandon() {
        unwatch()
        var scratch: UInt64 = 0
        // Bounded: a peer that sends faster than this is cut off by the shutdown all the same.
        for _ in 0..<65536 {
            guard unsafe recv(descriptor, &scratch, 8, Int32(MSG_DONTWAIT)) > 0 else { break }
        }
        _ = shutdown(descriptor, Int32(SHUT_RDWR))
    }

    /// True when input (or the end) waits on a connection that is about to carry a request.
    var hasUnaskedInput: Bool {
        var byte: UInt8 = 0
        let count = unsafe recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
        return count >= 0 || (errno != EAGAIN && errno != EINTR)
    }
}

@available(*, unavailable)
extension CurlSocket: Sendable {}
