internal import CGate
internal import GatePolicy
internal import GateStore

/// What one reactor owns: its listener, its connections, its upstream engine and the policy it judges with.
@safe final class Lane {
    /// Bytes of one read.
    static let scratchBytes = 65_536

    let core: GateCore
    let reactor: Reactor
    let limits: ClientLimits
    let engine: CurlEngine
    /// Read into by every connection of the lane, one after the other.
    let scratch: UnsafeMutableRawBufferPointer
    /// What later calls are judged with.
    private(set) var settings: LaneSettings
    var ulids = ULIDGenerator()
    private(set) var isDraining = false
    private var hasReportedDrained = false
    private var connections: [ClientConnection] = []
    private var listeners: [Listener] = []
    private var waiting: [UInt64: any CommitWaiter] = [:]
    private var answers: [UInt64: (SyntheticAnswer) -> Void] = [:]
    private var lastTicket: UInt64 = 0

    init(core: GateCore, reactor: Reactor, engine: CurlEngine, policy: CompiledPolicy, limits: ClientLimits) {
        self.core = core
        self.reactor = reactor
        self.engine = engine
        settings = LaneSettings(policy: policy, configuration: core.configuration)
        self.limits = limits
        unsafe scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.scratchBytes, alignment: 16)
    }

    deinit { unsafe scratch.deallocate() }

    /// Serves the connections of a listening socket with exchanges of `factory`.
    func listen(_ descriptor: Int32, factory: any ExchangeFactory) throws(ReactorError) {
        let listener = try Listener(reactor: reactor, descriptor: descriptor) { [unowned self] client, peer in
            accept(client, peer, factory)
        }
        listeners.append(listener)
    }

    private func accept(_ client: Int32, _ peer: SocketAddress, _ factory: any ExchangeFactory) {
        let connection = ClientConnection(lane: self, factory: factory, descriptor: client, peer: peer)
        guard core.admitConnection(limit: limits.connections) else { return connection.turnAway() }
        guard connection.open() else {
            core.releaseConnection()
            return connection.turnAway()
        }
        connection.laneIndex = connections.count
        connections.append(connection)
    }

    /// A connection has closed.
    func closed(_ connection: ClientConnection) {
        let index = connection.laneIndex
        guard index < connections.count, connections[index] === connection else { return }
        connections.swapAt(index, connections.count - 1)
        connections.removeLast()
        if index < connections.count { connections[index].laneIndex = index }
        core.releaseConnection()
        if isDraining, connections.isEmpty { reportDrained() }
    }

    /// Once for each lane: the gate counts them.
    private func reportDrained() {
        guard !hasReportedDrained else { return }
        hasReportedDrained = true
        core.drained()
    }

    var connectionCount: Int { connections.count }

    /// A client did not get through its TLS handshake: most often it does not trust the gate's authority.
    func handshakeFailed(_ connection: ClientConnection, _ failure: TLSFailure) {
        core.callLog.handshakeFailed(host: connection.tunnelHost, client: connection.peer.text, "\(failure)")
    }

    // MARK: Waiting for the store

    /// Queues a durable write; `waiter` hears of it on this reactor.
    func commit(_ record: CallRecord, sealed: SealedRequest?, waiter: any CommitWaiter) {
        lastTicket &+= 1
        let ticket = lastTicket
        waiting[ticket] = waiter
        let mailbox = reactor.mailbox
        core.store.commit(record, sealed: sealed) { result in
            switch result {
            case .success: mailbox.post(.committed(ticket: ticket, nil))
            case .failure(let error): mailbox.post(.committed(ticket: ticket, error))
            }
        }
    }

    /// Runs `work` on another thread and `done` on this reactor with its answer.
    func ask(
        _ work: @escaping @Sendable (@escaping @Sendable (SyntheticAnswer) -> Void) -> Void,
        done: @escaping (SyntheticAnswer) -> Void
    ) {
        lastTicket &+= 1
        let ticket = lastTicket
        answers[ticket] = done
        let mailbox = reactor.mailbox
        work { mailbox.post(.answered(ticket: ticket, $0)) }
    }

    // MARK: Settings

    /// What `observe` compares with: the environment's own mode, else `block`.
    var observedMode: Mode {
        let named = settings.configuration.environmentMode
        return named == .observe ? .block : named
    }

    /// Where a target is sent instead; nil when it goes where it says.
    func reroute(of target: RequestTarget) -> Reroute? {
        let reroutes = settings.configuration.upstream.reroute
        guard !reroutes.isEmpty else { return nil }
        let origin = Origin(scheme: target.scheme == .http ? "http" : "https", host: target.host, port: target.port)
        guard let to = reroutes[origin] else { return nil }
        return Reroute(scheme: to.scheme == "https" ? .https : .http, host: to.host, port: to.port)
    }

    // MARK: Messages

    func received(_ message: ReactorMessage) {
        switch message {
        case .committed(let ticket, let error): waiting.removeValue(forKey: ticket)?.committed(error)
        case .reload(let policy, let configuration):
            settings = LaneSettings(policy: policy, configuration: configuration)
        case .answered(let ticket, let answer): answers.removeValue(forKey: ticket)?(answer)
        case .drain: drain()
        case .stop: stop()
        }
    }

    private func drain() {
        guard !isDraining else { return }
        isDraining = true
        // Whoever has connected already is answered, not reset.
        for listener in listeners {
            listener.ready(events: GATE_EPOLLIN)
            listener.close()
        }
        for connection in connections { connection.drain() }
        if connections.isEmpty { reportDrained() }
    }

    private func stop() {
        for listener in listeners { listener.close() }
        for connection in connections { connection.lost() }
        engine.close()
        reactor.stop()
    }
}

/// What a reload replaces, whole. A call keeps what it began with: a verdict names a rule of one policy, and half a call
/// judged by each of two would be judged by neither.
final class LaneSettings {
    let policy: CompiledPolicy
    /// What a reload may change; the rest stays as it was at the start.
    let configuration: GateConfiguration

    init(policy: CompiledPolicy, configuration: GateConfiguration) {
        self.policy = policy
        self.configuration = configuration
    }
}

@available(*, unavailable)
extension LaneSettings: Sendable {}

/// A target of `upstream.reroute`.
struct Reroute {
    var scheme: RequestFacts.Scheme
    var host: String
    var port: UInt16
}

@available(*, unavailable)
extension Lane: Sendable {}

/// Waits for a durable write.
protocol CommitWaiter: AnyObject {
    /// On the waiter's reactor; nil when the record is on disk.
    func committed(_ error: StoreError?)
}
