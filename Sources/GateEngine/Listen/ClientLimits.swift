/// The limits towards clients, in one place; `docs/limits.md` tells of each.
struct ClientLimits: Sendable {
    /// Connections of all reactors together; a further one is answered 503 and closed.
    var connections = 20_000
    /// From a head's first byte to its last.
    var headMilliseconds: Int64 = 30_000
    /// Between two requests of a connection.
    var idleMilliseconds: Int64 = 180_000
    /// Between two reads of a request's body.
    var bodyMilliseconds: Int64 = 60_000
    /// For a TLS handshake.
    var handshakeMilliseconds: Int64 = 15_000
    /// Between two writes that the client takes.
    var writeMilliseconds: Int64 = 60_000
    /// How long what a client still sends after its final answer is read and dropped.
    var lingerMilliseconds: Int64 = 5_000
    /// A client that ended its side while its answer is awaited gets this long for it, then counts as gone.
    var halfClosedMilliseconds: Int64 = 1_000
    /// A body that is left over after its answer is read up to this size to keep the connection.
    var drainedBytes = 1_048_576
    /// Bodies of all calls together that are held to be judged, kept for a release or journaled; beyond, 503.
    var gatheredBytes = 256 << 20
    /// Output above which an upstream is paused, and below which it goes on.
    var outputHighWater = 262_144
    var outputLowWater = 32_768

    /// Descriptors that the gate needs for itself: files, the journal, listeners, reactors.
    private static let ownDescriptors = 40

    /// Half of the descriptors at most is for clients: a crowd of them must leave some for the upstreams.
    func capped(descriptors: Int) -> ClientLimits {
        var limits = self
        limits.connections = min(connections, max(8, (descriptors - Self.ownDescriptors) / 2))
        return limits
    }
}
