/// What a client connection hands its requests to: an exchange of the proxy, a tunnel, or one of the admin server.
///
/// All on the connection's reactor. The exchange answers through the connection and ends with `ClientConnection.end`.
protocol ConnectionExchange: AnyObject {
    /// False while the exchange has as many body bytes as it can hold: the connection stops reading.
    var wantsBody: Bool { get }
    /// Content of the request's body, framing removed; the bytes of a tunnel as they are.
    func bodyReceived(_ bytes: UnsafeRawBufferPointer)
    /// The body is whole, or the client ended its side of a tunnel.
    func bodyEnded(_ trailers: FieldBlock)
    /// The body's framing is broken or it did not come in time.
    func bodyFailed(_ fault: RequestFault)
    /// The connection's output fell below the low-water mark.
    func outputDrained()
    /// The client closed or reset its connection before the answer was complete. No more calls follow.
    func clientGone()
}

/// Makes the exchanges of a listener's connections.
protocol ExchangeFactory: AnyObject {
    /// Starts the exchange of a request; it may end before this returns.
    func start(_ head: RequestHead, on connection: ClientConnection)
    /// Answers a request whose head can't be read, and closes.
    func refuse(_ fault: RequestFault, on connection: ClientConnection)
}
