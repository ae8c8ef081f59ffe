/// A blind byte stream to an upstream, over libcurl's `CONNECT_ONLY` (and through the upstream proxy, if one is set).
final class UpstreamTunnel {
    init() {}

    /// How many of the bytes were accepted; fewer than given: wait for `tunnelWritable`.
    func send(_ bytes: UnsafeRawBufferPointer) -> Int { 0 }
    /// Half-close: nothing more will be sent, reading goes on.
    func finishSending() {}
    func pauseReading() {}
    func resumeReading() {}
    /// Ends the tunnel; no event follows. Idempotent.
    func close() {}
}

/// Receives a tunnel's events, on its reactor.
protocol TunnelHandler: AnyObject {
    /// Connected; `send` may be called.
    func tunnelOpened()
    /// The receiver takes all bytes.
    func tunnelReceived(_ bytes: UnsafeRawBufferPointer)
    /// `send` may be called again.
    func tunnelWritable()
    /// The upstream sends nothing more; `send` goes on until `finishSending`.
    func tunnelHalfClosed()
    /// The last event: nil after both sides have finished, else why not.
    func tunnelEnded(_ error: UpstreamError?)
}
