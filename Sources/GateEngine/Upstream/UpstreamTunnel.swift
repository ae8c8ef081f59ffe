internal import CGate
internal import Glibc

/// A byte stream to an upstream, over libcurl's `CONNECT_ONLY` (and through the upstream proxy, if one is set).
///
/// All methods may be called from the handler's methods. The handler is never called from inside `send`,
/// `resumeReading` or `close`.
final class UpstreamTunnel {
    /// Reads of one readiness before other sockets get their turn.
    private static let maxReadsPerRound = 16

    private enum State {
        /// → open, ended
        case connecting
        /// → ended
        case open
        case ended
    }

    let isRerouted: Bool
    /// Where the engine keeps the tunnel among the active ones; -1: not there.
    var position = -1
    private unowned let engine: CurlEngine
    private var handler: (any TunnelHandler)?
    private var handle: CurlHandle?
    private var state = State.connecting
    private var stop: CurlTransfer.Stop?
    private var failure: UpstreamError?
    private var isPaused = false
    private var isReadDone = false
    private var isSendDone = false
    private var wantsWritable = false
    private var isSecure = false

    init(engine: CurlEngine, handler: any TunnelHandler, isRerouted: Bool) {
        self.engine = engine
        self.handler = handler
        self.isRerouted = isRerouted
    }

    // MARK: Connecting

    func connecting(_ handle: CurlHandle) { self.handle = handle }

    func aboutToOpen(_ peer: CurlPeer) -> Bool {
        guard let handle else { return false }
        _ = engine.attach(handle, to: peer)
        if engine.denies(handle.socket, peer, isRerouted: isRerouted) {
            stop = .denied
            return false
        }
        return handle.socket != nil
    }

    /// libcurl is done connecting.
    func connected(_ code: CURLcode) {
        guard state == .connecting, let handle else { return }
        guard code == CURLE_OK, let socket = handle.socket else {
            let error = CurlFailure(
                code: code, stop: stop, handle: handle, mayHaveLeft: false, isSending: false, hasHead: false,
                hasHeadBytes: false
            ).error
            return end(error)
        }
        state = .open
        isSecure = unsafe gate_curl_info_tls(handle.easy) != nil
        socket.user = handle
        watch()
        handler?.tunnelOpened()
    }

    /// Ends before or while it runs; told at the end of the round.
    func fail(_ error: UpstreamError) {
        guard state != .ended, failure == nil else { return }
        failure = error
        engine.apply(self)
    }

    // MARK: What the exchange asks

    /// How many of the bytes were accepted; fewer than given: wait for `tunnelWritable`.
    func send(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard state == .open, !isSendDone, failure == nil, let handle else { return 0 }
        var accepted = 0
        while accepted < bytes.count {
            var sent = 0
            let code = unsafe curl_easy_send(
                handle.easy, bytes.baseAddress.map { unsafe $0 + accepted }, bytes.count - accepted, &sent)
            accepted += sent
            if code == CURLE_AGAIN || (code == CURLE_OK && sent == 0) {
                wantsWritable = true
                watch()
                return accepted
            }
            guard code == CURLE_OK else {
                fail(broken(code))
                return accepted
            }
        }
        return accepted
    }

    /// Half-close: nothing more will be sent, reading goes on.
    func finishSending() {
        guard state == .open, !isSendDone, let handle, let socket = handle.socket else { return }
        isSendDone = true
        wantsWritable = false
        if isSecure, let tls = unsafe gate_curl_info_tls(handle.easy) { _ = unsafe SSL_shutdown(tls) }
        _ = shutdown(socket.descriptor, Int32(SHUT_WR))
        watch()
        if isReadDone { engine.apply(self) }
    }

    func pauseReading() {
        isPaused = true
        watch()
    }

    func resumeReading() {
        guard isPaused else { return }
        isPaused = false
        watch()
    }

    /// Ends the tunnel; no event follows. Idempotent.
    func close() {
        handler = nil
        fail(.refused(.cancelled, "closed", proxyStatus: "connection_terminated"))
    }

    /// What was asked for inside a callback; called outside libcurl.
    func applyChanges() {
        if let failure { return end(failure) }
        if isReadDone && isSendDone { end(nil) }
    }

    // MARK: Events

    func ready(events: UInt32) {
        guard state == .open, failure == nil else { return }
        if wantsWritable, events & (GATE_EPOLLOUT | GATE_EPOLLERR | GATE_EPOLLHUP) != 0 {
            wantsWritable = false
            handler?.tunnelWritable()
        }
        if events & ~GATE_EPOLLOUT != 0 { read() }
        watch()
    }

    private func read() {
        for _ in 0..<Self.maxReadsPerRound {
            guard state == .open, failure == nil, !isPaused, !isReadDone, let handle else { return }
            var count = 0
            let code = unsafe curl_easy_recv(
                handle.easy, engine.tunnelBuffer.baseAddress, engine.tunnelBuffer.count, &count)
            if code == CURLE_AGAIN { return }
            guard code == CURLE_OK else { return fail(broken(code)) }
            guard count > 0 else { return readDone() }
            unsafe handler?.tunnelReceived(
                UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(engine.tunnelBuffer)[..<count]))
        }
    }

    private func readDone() {
        isReadDone = true
        handler?.tunnelHalfClosed()
        if isSendDone { engine.apply(self) }
    }

    /// Epoll reports what can be done now, and nothing that would be ignored: it is level-triggered.
    private func watch() {
        guard state == .open, let socket = handle?.socket else { return }
        let reads = !isPaused && !isReadDone
        socket.watch((reads ? GATE_EPOLLIN : 0) | (wantsWritable ? GATE_EPOLLOUT : 0))
    }

    private func broken(_ code: CURLcode) -> UpstreamError {
        UpstreamError(
            code: .unreachable, phase: .body, mayHaveLeft: true,
            message: unsafe String(cString: curl_easy_strerror(code)), proxyStatus: "connection_terminated")
    }

    private func end(_ error: UpstreamError?) {
        guard state != .ended else { return }
        state = .ended
        let handle = handle
        self.handle = nil
        engine.finish(self, handle: handle)
        let handler = handler
        self.handler = nil
        handler?.tunnelEnded(error)
    }
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

@available(*, unavailable)
extension UpstreamTunnel: Sendable {}
