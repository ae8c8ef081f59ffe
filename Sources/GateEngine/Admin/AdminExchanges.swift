internal import GatePolicy

/// Makes the exchanges of the admin server.
final class AdminExchanges: ExchangeFactory {
    private let routes: AdminRoutes

    init(_ routes: AdminRoutes) { self.routes = routes }

    func start(_ head: RequestHead, on connection: ClientConnection) {
        let exchange = AdminExchange(head, routes: routes, connection: connection)
        connection.exchange = exchange
        exchange.begin()
    }

    func refuse(_ fault: RequestFault, on connection: ClientConnection) {
        let exchange = AdminExchange(.unreadable, routes: routes, connection: connection)
        connection.exchange = exchange
        exchange.refuse(fault)
    }
}

/// One request to the admin server: its whole body is read, boundedly, then it is answered.
final class AdminExchange: ConnectionExchange {
    /// No request has more to say.
    static let bodyBytes = 65_536

    private let head: RequestHead
    private let routes: AdminRoutes
    private var connection: ClientConnection?
    private var machine: ExchangeMachine
    private var body: [UInt8] = []

    init(_ head: RequestHead, routes: AdminRoutes, connection: ClientConnection) {
        self.head = head
        self.routes = routes
        self.connection = connection
        machine = ExchangeMachine(
            hasBody: BodyFraming(head.framing) != nil, mayKeepAlive: head.keepAlive && !connection.lane.isDraining)
    }

    func begin() {
        if head.expectsContinue {
            connection?.write { $0 += Array("HTTP/1.1 100 Continue\r\n\r\n".utf8) }
        }
        if machine.request == .complete { route() }
    }

    private func route() {
        guard let connection else { return }
        let request = AdminRequest(head: head, body: body, localHost: connection.localHost)
        switch routes.answer(request) {
        case .ready(let answer): give(answer)
        case .later(let work):
            connection.lane.ask(work) { [self] in give($0) }
        }
    }

    private func give(_ answer: SyntheticAnswer) {
        guard let connection else { return }
        let writer = AdminWriter(head: head, keepAlive: machine.mayKeepAlive)
        connection.write { writer.write(answer, to: &$0) }
        machine.responseStarted()
        self.connection = nil
        connection.end(machine.responseEnded())
    }

    func refuse(_ fault: RequestFault) {
        machine.mayKeepAlive = false
        give(AdminAnswer.problem(fault.status, fault.type.title, fault.detail))
    }

    // MARK: From the client

    var wantsBody: Bool { true }

    func bodyReceived(_ bytes: UnsafeRawBufferPointer) {
        guard body.count + bytes.count <= Self.bodyBytes else {
            machine.requestAborted()
            return give(
                AdminAnswer.problem(413, "Body too large", "The admin server reads at most \(Self.bodyBytes) bytes."))
        }
        unsafe body.append(contentsOf: bytes)
    }

    func bodyEnded(_ trailers: FieldBlock) {
        machine.requestEnded()
        route()
    }

    func bodyFailed(_ fault: RequestFault) {
        machine.requestAborted()
        refuse(fault)
    }

    func outputDrained() {}

    func clientGone() { connection = nil }
}

/// Writes the admin server's answers: no `Via`, no ids of calls, nothing that a browser may keep or frame.
struct AdminWriter {
    let head: RequestHead
    let keepAlive: Bool

    func write(_ answer: SyntheticAnswer, to buffer: inout [UInt8]) {
        var text = "HTTP/1.1 \(answer.status) \(StatusReason.of(answer.status))\r\n"
        for (name, value) in answer.headers { text += "\(name): \(value)\r\n" }
        text += "Content-Length: \(answer.body.count)\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
        text += "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
        if !keepAlive {
            text += "Connection: close\r\n"
        } else if head.minorVersion == 0 {
            text += "Connection: keep-alive\r\n"
        }
        buffer += Array((text + "\r\n").utf8)
        if !head.isHead { buffer += answer.body }
    }
}
