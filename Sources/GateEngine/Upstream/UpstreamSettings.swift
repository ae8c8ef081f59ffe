/// How upstreams are spoken to: `upstream:` of the configuration, and the limits of one reactor's share.
struct UpstreamSettings: Sendable {
    /// Name look-up, TCP and TLS handshake together.
    var connectTimeout: Duration = .seconds(5)
    /// From the start, and from the last byte of the request's body, until the final response head.
    var headTimeout: Duration = .seconds(600)
    /// Between bytes of a response; time during which the gate itself holds the upstream back does not count.
    var idleTimeout: Duration = .seconds(60)
    /// `http://host:port` of a proxy that every call but a rerouted one goes through.
    var proxy: String?
    var denyNetworks = AddressGuard()
    /// Where this gate itself listens: never dialled, under whatever name.
    var ownEndpoints: OwnEndpoints?
    /// Transfers of one reactor at once; more are refused with `.overloaded`.
    var maxTransfers = 8192
    /// Connections of one reactor, idle ones included; a call beyond waits (within `headTimeout`).
    var maxConnections = 8192
    /// Connections kept for reuse when nobody uses them.
    var maxIdleConnections = 512
}
