internal import CGate
internal import GatePolicy
internal import GateStore

/// A CONNECT: opened and read (intercepted), or tunnelled blindly and judged by its host and port alone.
final class ConnectTunnel {
    private let lane: Lane
    private let exchange: Exchange
    private let connection: ClientConnection
    private var tunnel: UpstreamTunnel?
    /// Bytes of the client that the upstream has not taken.
    private var backlog: [UInt8] = []
    private var isOpen = false
    /// The client has gone or everything is over: what the store or the upstream still say changes nothing.
    private var isEnded = false
    private var clientEnded = false
    private var isPaused = false

    /// Bytes towards the upstream above which the client is not read.
    private static let highWater = 262_144

    init(_ exchange: Exchange, on connection: ClientConnection) {
        lane = connection.lane
        self.exchange = exchange
        self.connection = connection
    }

    /// Starts the tunnel of a checked target.
    func begin(_ target: RequestTarget) {
        if lane.core.interception.opens(target.host) { return intercept(target) }
        connection.exchange = self
        decide(target)
    }

    private func intercept(_ target: RequestTarget) {
        let context: TLSContext
        do {
            context = try lane.core.leaves.context(host: target.host)
        } catch {
            return exchange.refuse(
                exchange.refusal(.overloaded, "No certificate could be made for this host: \(error.message)"),
                as: .failed)
        }
        let writer = exchange.writer
        connection.tunnelSession = exchange.session
        connection.write { writer.writeTunnelEstablished(to: &$0) }
        connection.intercept(with: context, host: target.host, port: target.port)
        exchange.stage = .ended
        exchange.connection = nil
    }

    // MARK: Judged by its host alone

    private func decide(_ target: RequestTarget) {
        var facts = target.facts(of: exchange.head, hops: HopByHop(exchange.head.block))
        facts.scheme = .connect
        exchange.facts = facts
        exchange.tighten()
        let settings = exchange.settings
        guard
            case .decided(let verdict) = settings.policy.judge(
                facts, body: .none, strict: settings.configuration.isStrict)
        else { return refuse(.blocked, "can't be judged") }
        exchange.verdict = verdict
        exchange.decision = Decision.of(verdict, mode: exchange.mode)
        switch exchange.decision {
        case .forward, .observe: open()
        case .send:
            exchange.outcome = .inDoubt
            commit()
        case .record: refuse(.blocked, "is tunnelled and so can't be recorded in dry-run mode")
        case .block: refuse(.blocked, "is blocked in \(exchange.mode.rawValue) mode")
        case .hold: refuse(.holdExpired, "was held; nobody is there to approve it")
        }
    }

    private func refuse(_ type: RefusalType, _ why: String) {
        let rule = exchange.verdict.rule ?? "no rule"
        let refusal = exchange.refusal(type, "\(exchange.displayURL) matched \(rule) and \(why)")
        exchange.refusal = refusal
        exchange.outcome = type == .holdExpired ? .held : .blocked
        commit()
    }

    private func commit() {
        lane.commit(exchange.makeRecord(refusal: exchange.refusal?.type.rawValue), sealed: nil, waiter: self)
    }

    private func open() {
        guard let target = exchange.target else { return }
        let rerouted = lane.reroute(of: target)
        tunnel = lane.engine.openTunnel(
            host: rerouted?.host ?? target.host, port: rerouted?.port ?? target.port, isRerouted: rerouted != nil,
            handler: self)
    }

    private func end(_ fate: ExchangeMachine.Fate) {
        guard !isEnded else { return }
        isEnded = true
        tunnel?.close()
        tunnel = nil
        if exchange.decision == .send, exchange.outcome == .inDoubt { exchange.outcome = isOpen ? .forwarded : .failed }
        exchange.journalEnd()
        exchange.finish(fate)
    }
}

@available(*, unavailable)
extension ConnectTunnel: Sendable {}

extension ConnectTunnel: CommitWaiter {
    func committed(_ error: StoreError?) {
        guard !isEnded else { return }
        if let error { return exchange.storeFailed(error) }
        if let refusal = exchange.refusal { return exchange.refuse(refusal, as: exchange.outcome) }
        open()
    }
}

extension ConnectTunnel: ConnectionExchange {
    var wantsBody: Bool { isOpen && backlog.count < Self.highWater }

    func bodyReceived(_ bytes: UnsafeRawBufferPointer) {
        guard let tunnel else { return }
        var taken = 0
        if backlog.isEmpty { taken = unsafe min(bytes.count, tunnel.send(bytes)) }
        unsafe backlog.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[taken...]))
        exchange.body.count(bytes.count)
    }

    func bodyEnded(_ trailers: FieldBlock) {
        clientEnded = true
        if backlog.isEmpty { tunnel?.finishSending() }
    }

    func bodyFailed(_ fault: RequestFault) { end(.abort) }

    func outputDrained() {
        guard isPaused else { return }
        isPaused = false
        tunnel?.resumeReading()
    }

    func clientGone() {
        exchange.connection = nil
        end(.abort)
    }
}

extension ConnectTunnel: TunnelHandler {
    func tunnelOpened() {
        guard !isEnded else { return }
        isOpen = true
        exchange.answerStatus = 200
        let writer = exchange.writer
        connection.becomeTunnel()
        connection.write { writer.writeTunnelEstablished(to: &$0) }
    }

    func tunnelReceived(_ bytes: UnsafeRawBufferPointer) {
        exchange.answerLength += bytes.count
        unsafe connection.writeBody(bytes)
        if connection.isBackedUp, !isPaused {
            isPaused = true
            tunnel?.pauseReading()
        }
    }

    func tunnelWritable() {
        guard let tunnel, !backlog.isEmpty else { return }
        let taken = unsafe backlog.withUnsafeBytes { unsafe tunnel.send($0) }
        backlog.removeFirst(min(taken, backlog.count))
        if backlog.isEmpty, clientEnded { tunnel.finishSending() }
        connection.bodyWanted()
    }

    func tunnelHalfClosed() { connection.finishSending() }

    func tunnelEnded(_ error: UpstreamError?) {
        tunnel = nil
        guard !isEnded else { return }
        guard let error else { return end(.close) }
        if isOpen { return end(.abort) }
        isEnded = true
        exchange.upstreamFailed(error)
    }
}
