internal import CGate
internal import Glibc

/// One client's connection: reads requests, hands them to exchanges one after the other, writes their answers.
///
/// Belongs to its lane's reactor. It knows framing and time, nothing of policies: what a request means is its
/// exchange's affair. `ClientConnection+input` and `+output` hold the two directions.
final class ClientConnection: ReadinessHandler, RoundHandler {
    /// What the next byte from the client is.
    enum Phase {
        /// → `.body`, `.answering`, `.handshaking`, `.tunnel`, `.lingering`
        case head
        /// Of the current exchange, or left over from it (`exchange` is nil then). → `.answering`, `.head`, `.lingering`
        case body(BodyFraming)
        /// The request is whole; input waits. → `.head`, `.lingering`
        case answering
        /// → `.head`, closed
        case handshaking
        /// Bytes pass as they are.
        case tunnel
        /// The final answer was given; input is dropped until the client closes or time is up.
        case lingering
        case closed
    }

    let lane: Lane
    let factory: any ExchangeFactory
    let descriptor: Int32
    let peer: SocketAddress
    /// The client's address for records and log lines.
    private(set) lazy var peerText = peer.text
    /// Where requests of this connection are bound: the proxy's port, or an intercepted tunnel.
    var context = RequestTarget.Context.plain
    /// True inside an intercepted tunnel whose SNI names another host than its CONNECT.
    var isMisdirected = false
    /// The session that the tunnel's CONNECT named.
    var tunnelSession: String?
    /// The index in the lane's list of connections.
    var laneIndex = 0

    var phase = Phase.head
    var exchange: (any ConnectionExchange)?
    var tls: TLSSession?
    var parser = HTTP1Parser()
    /// Bytes read and not yet consumed.
    var input: [UInt8] = []
    var output = OutputBuffer()
    var registration = Reactor.Registration.none
    /// The TLS context of an intercepted tunnel whose handshake has not begun.
    var interception: TLSContext?
    /// Epoll tells of input, wanted or not.
    var watchesInput = true
    /// The client sends nothing more: the end was read.
    var inputEnded = false
    /// The client ended its side; what it sent before may still be unread.
    var sawHangup = false
    /// The current exchange has written something.
    var answerStarted = false
    /// End the output side, and only that, when it is written.
    var finishesWhenFlushed = false
    /// Close when the output is written.
    var closesWhenFlushed = false
    var isScheduled = false
    var isProcessing = false
    private var headStarted = false
    private(set) var deadline: Deadline?

    init(lane: Lane, factory: any ExchangeFactory, descriptor: Int32, peer: SocketAddress) {
        self.lane = lane
        self.factory = factory
        self.descriptor = descriptor
        self.peer = peer
    }

    /// Starts to read; false when the reactor can't take the descriptor.
    func open() -> Bool {
        SocketAddress.setNoDelay(descriptor)
        guard let made = try? lane.reactor.register(descriptor, events: GATE_EPOLLIN | GATE_EPOLLRDHUP, handler: self)
        else { return false }
        registration = made
        deadline = Deadline { [unowned self] in deadlinePassed() }
        arm(lane.limits.idleMilliseconds)
        return true
    }

    // MARK: Events

    func ready(events: UInt32) {
        if events & GATE_EPOLLERR != 0 { return lost() }
        if events & GATE_EPOLLOUT != 0 { schedule() }
        let isUnwanted = events & GATE_EPOLLIN != 0 && !wantsInput
        if events & (GATE_EPOLLIN | GATE_EPOLLHUP) != 0, wantsInput { readInput() }
        if case .closed = phase { return }
        if events & GATE_EPOLLHUP != 0, !wantsInput { return lost() }
        if events & GATE_EPOLLRDHUP != 0 { hangupSeen() }
        updateInterest(isIdle: isUnwanted)
    }

    func roundEnded() {
        isScheduled = false
        // The descriptor's number may already be another client's.
        if case .closed = phase { return }
        guard flush() else { return lost() }
        if closesWhenFlushed, output.isEmpty { return finishClosing() }
        if finishesWhenFlushed, output.isEmpty {
            finishesWhenFlushed = false
            Glibc.shutdown(descriptor, Int32(SHUT_WR))
        }
        if output.count < lane.limits.outputLowWater { exchange?.outputDrained() }
        processInput()
        updateInterest()
    }

    /// Asks for a call after this round.
    func schedule() {
        guard !isScheduled else { return }
        isScheduled = true
        lane.reactor.atEndOfRound(self)
    }

    func arm(_ milliseconds: Int64) {
        if let deadline { lane.reactor.arm(deadline, in: milliseconds) }
    }

    /// A head's first bytes are here: from now on it has to arrive in time.
    func headBegan() {
        guard !headStarted else { return }
        headStarted = true
        arm(lane.limits.headMilliseconds)
    }

    /// Hands a request over.
    func begin(_ head: RequestHead) {
        headStarted = false
        answerStarted = false
        if let framing = BodyFraming(head.framing) {
            phase = .body(framing)
            arm(lane.limits.bodyMilliseconds)
        } else {
            phase = .answering
            deadline?.clear()
        }
        factory.start(head, on: self)
    }

    private func deadlinePassed() {
        switch phase {
        case .head where !headStarted: close()
        case .head:
            factory.refuse(.init(type: .requestTimeout, detail: "The request's head did not arrive in time."), on: self)
        case .body where !output.isEmpty: lost()
        case .body:
            guard let exchange else { return close() }
            guard exchange.wantsBody else { return arm(lane.limits.bodyMilliseconds) }
            exchange.bodyFailed(.init(type: .requestTimeout, detail: "The request's body did not arrive in time."))
        case .answering:
            if !output.isEmpty || sawHangup { lost() }
        case .tunnel:
            if !output.isEmpty { lost() }
        case .handshaking, .lingering: close()
        case .closed: break
        }
    }

    /// The client ended its side: gone, unless its answer comes at once and goes on coming. What it sent before is
    /// still read.
    private func hangupSeen() {
        guard !sawHangup else { return }
        sawHangup = true
        if case .answering = phase, output.isEmpty { arm(lane.limits.halfClosedMilliseconds) }
        if case .lingering = phase, output.isEmpty { close() }
    }

    // MARK: Ends

    /// The connection broke or is given up; an answer that has begun must not look whole.
    func lost() {
        let gone = exchange
        exchange = nil
        if gone != nil, answerStarted, !isClosed {
            tls = nil
            SocketAddress.setResetOnClose(descriptor)
        }
        close()
        gone?.clientGone()
    }

    /// Closes now. Idempotent. Unwritten output is dropped.
    func close() {
        if case .closed = phase { return }
        phase = .closed
        if let deadline { lane.reactor.cancel(deadline) }
        deadline = nil
        tls?.shutdown()
        tls = nil
        lane.reactor.deregister(registration)
        Glibc.close(descriptor)
        input = []
        output = OutputBuffer()
        lane.closed(self)
    }

    /// Ends so that the client can't take what it got for a whole answer: no close_notify, and a reset.
    func abort() {
        if case .closed = phase { return }
        exchange = nil
        _ = flush()
        tls = nil
        SocketAddress.setResetOnClose(descriptor)
        close()
    }

    /// Nothing may touch the descriptor any more.
    var isClosed: Bool {
        if case .closed = phase { return true }
        return false
    }

    /// The host of an intercepted tunnel.
    var tunnelHost: String {
        if case .tunnel(let host, _) = context { return host }
        return ""
    }

    /// The address of this end.
    var localHost: String { SocketAddress.bound(descriptor).host }

    /// No room: an answer and the end, without ever being watched.
    func turnAway() {
        let text =
            "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n"
            + "Proxy-Status: stoplog; error=connection_limit_reached\r\n\r\n"
        unsafe text.utf8.withContiguousStorageIfAvailable { bytes in
            _ = unsafe send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
        phase = .closed
        Glibc.close(descriptor)
    }

    /// The gate is shutting down: an idle connection ends, a busy one after its answer.
    func drain() {
        if isIdle {
            // What has arrived and was not read yet is a request that is on its way.
            readInput()
            if isIdle { return close() }
            updateInterest()
        }
        if case .lingering = phase, output.isEmpty { arm(lingerMilliseconds) }
    }

    private var isIdle: Bool {
        if case .head = phase { return input.isEmpty && output.isEmpty && !closesWhenFlushed }
        return false
    }

    /// From now on bytes pass as they are.
    func becomeTunnel() {
        guard !isClosed else { return }
        phase = .tunnel
        deadline?.clear()
        schedule()
    }

    /// The other side of a tunnel sends nothing more: the client is told once it has everything.
    func finishSending() {
        finishesWhenFlushed = true
        schedule()
    }

    private func finishClosing() {
        if case .lingering = phase {
            tls?.shutdown()
            Glibc.shutdown(descriptor, Int32(SHUT_WR))
            closesWhenFlushed = false
            arm(lingerMilliseconds)
            updateInterest()
        } else {
            close()
        }
    }
}

@available(*, unavailable)
extension ClientConnection: Sendable {}
