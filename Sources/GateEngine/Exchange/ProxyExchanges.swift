internal import GatePolicy
internal import GateStore

/// Makes the exchanges of the proxy's own port.
final class ProxyExchanges: ExchangeFactory {
    func start(_ head: RequestHead, on connection: ClientConnection) {
        let exchange = Exchange(head, on: connection)
        connection.exchange = exchange
        guard head.isConnect else { return exchange.begin(on: connection) }
        guard connection.context == .plain else {
            return exchange.refuse(RequestFault.bad("CONNECT inside a tunnel is not spoken here."))
        }
        guard let target = exchange.admit(on: connection) else { return }
        ConnectTunnel(exchange, on: connection).begin(target)
    }

    func refuse(_ fault: RequestFault, on connection: ClientConnection) {
        let exchange = Exchange(.unreadable, on: connection)
        connection.exchange = exchange
        exchange.refuse(fault)
    }
}
