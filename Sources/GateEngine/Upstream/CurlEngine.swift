internal import CGate
import GatePolicy
internal import Glibc

/// The upstream side of one reactor: libcurl's multi interface in the reactor's epoll, with a pool of handles.
///
/// libcurl is entered from three places only: a ready socket, its timer, and the end of a round, where what
/// exchanges asked for (starts, pauses, cancels) takes effect. No handler is ever called from inside a request to
/// the engine or a transfer.
@safe final class CurlEngine: RoundHandler {
    let reactor: Reactor
    let settings: UpstreamSettings
    /// The roots that upstream certificates are checked against; without them every TLS upstream fails.
    let trust: UpstreamTrust?
    let headTimeout_ms: Int64
    let idleTimeout_ms: Int64
    /// TLS sessions of this reactor's connections (`CURLSH`).
    let share: UnsafeMutableRawPointer
    /// Room for what tunnels receive.
    let tunnelBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 16)

    /// Handles kept when nobody uses them.
    private static let maxPooledHandles = 512
    /// Starts of one call; each but the last found its idle connection used up.
    private static let maxRestarts = 8

    private let multi: UnsafeMutableRawPointer
    /// By local port: the descriptor of a connection that has one.
    private let ports: UnsafeMutablePointer<Int32>
    private var sockets: [CurlSocket?] = []
    private var pool: [CurlHandle] = []
    private var transfers: [CurlTransfer] = []
    private var tunnels: [UpstreamTunnel] = []
    private var refused: [(CurlTransfer, UpstreamError)] = []
    private var changes: [CurlTransfer] = []
    private var tunnelChanges: [UpstreamTunnel] = []
    private var isTimerDue = false
    private var isRoundAsked = false
    private var isClosed = false
    /// libcurl's callbacks during the tear-down must not hand the engine to the reactor again.
    private var isGone = false
    private var timer = Deadline {}

    /// `trust` is retained.
    init(reactor: Reactor, settings: UpstreamSettings, trust: UpstreamTrust?) throws(UpstreamError) {
        let lacks = Self.checkLibrary()
        guard lacks.isEmpty, let multi = unsafe curl_multi_init(), let share = unsafe curl_share_init(),
            let ports = unsafe calloc(65536, MemoryLayout<Int32>.stride)
        else {
            throw UpstreamError.refused(
                .overloaded, lacks.first ?? "libcurl cannot be set up", proxyStatus: "proxy_internal_error")
        }
        self.reactor = reactor
        self.settings = settings
        self.trust = trust
        unsafe self.multi = unsafe multi
        unsafe self.share = unsafe share
        unsafe self.ports = unsafe ports.assumingMemoryBound(to: Int32.self)
        headTimeout_ms = max(1, settings.headTimeout.milliseconds)
        idleTimeout_ms = max(1, settings.idleTimeout.milliseconds)
        timer = Deadline { [unowned self] in self.timerFired() }
        guard setUp() else {
            throw UpstreamError.refused(.overloaded, "libcurl refuses its limits", proxyStatus: "proxy_internal_error")
        }
    }

    deinit {
        assert(transfers.isEmpty && tunnels.isEmpty, "close() before the engine goes")
        isGone = true
        timer.clear()
        unsafe curl_multi_cleanup(multi)
        pool.removeAll()
        unsafe curl_share_cleanup(share)
        unsafe free(ports)
        unsafe tunnelBuffer.deallocate()
    }

    private func setUp() -> Bool {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        let codes = unsafe [
            gate_curl_multi_set_callbacks(multi, curlWatches, curlSetsTimer, context),
            gate_curl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING)),
            gate_curl_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, settings.maxConnections),
            gate_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, settings.maxIdleConnections),
        ]
        return unsafe codes.allSatisfy { $0 == CURLM_OK } && gate_curl_share_tls_sessions(share) == CURLSHE_OK
    }

    /// What the installed libcurl lacks, as sentences; empty when all is there. Initialises libcurl once, thread-safe.
    static func checkLibrary() -> [String] { CurlLibrary.check() }

    // MARK: Calls

    /// Transfers and tunnels under way.
    var activeCount: Int { transfers.count + tunnels.count }

    /// Starts a call. The handler is never called from inside `start`; it is retained until `upstreamEnded`.
    func start(_ call: UpstreamCall, handler: any UpstreamHandler) -> CurlTransfer {
        let isHead = call.head.isMethodHead
        let transfer = CurlTransfer(call, engine: self, handler: handler, isHead: isHead)
        if let error = refusal(host: call.host, isRerouted: call.isRerouted) { return refuse(transfer, error) }
        guard let handle = pool.popLast() ?? CurlHandle(engine: self) else {
            return refuse(transfer, .refused(.overloaded, "no libcurl handle", proxyStatus: "proxy_internal_error"))
        }
        let code = handle.prepare(call, isHead: isHead)
        guard code == CURLE_OK, unsafe curl_multi_add_handle(multi, handle.easy) == CURLM_OK else {
            let isURL = code == CURLE_URL_MALFORMAT
            let error = UpstreamError.refused(
                isURL ? .unreachable : .overloaded, "libcurl refuses the call", proxyStatus: "proxy_internal_error")
            return refuse(transfer, error)
        }
        handle.transfer = transfer
        transfer.handle = handle
        transfer.position = transfers.count
        transfers.append(transfer)
        transfer.armHead()
        askRound()
        return transfer
    }

    /// Opens a tunnel to `host` (lower-case, without brackets). The handler is never called from inside.
    /// `isSecure` speaks TLS to the upstream, checked as calls are; else bytes go as they are.
    func openTunnel(
        host: String, port: UInt16, isSecure: Bool = false, isRerouted: Bool = false, handler: any TunnelHandler
    ) -> UpstreamTunnel {
        let tunnel = UpstreamTunnel(engine: self, handler: handler, isRerouted: isRerouted)
        tunnel.position = tunnels.count
        tunnels.append(tunnel)
        if let error = refusal(host: host, isRerouted: isRerouted) {
            tunnel.fail(error)
            return tunnel
        }
        guard let handle = CurlHandle(engine: self),
            handle.prepareTunnel(host: host, port: port, isSecure: isSecure, isRerouted: isRerouted) == CURLE_OK,
            unsafe curl_multi_add_handle(multi, handle.easy) == CURLM_OK
        else {
            tunnel.fail(.refused(.overloaded, "libcurl refuses the tunnel", proxyStatus: "proxy_internal_error"))
            return tunnel
        }
        handle.tunnel = tunnel
        tunnel.connecting(handle)
        askRound()
        return tunnel
    }

    private func refusal(host: String, isRerouted: Bool) -> UpstreamError? {
        if isClosed || activeCount >= settings.maxTransfers {
            return .refused(.overloaded, "too many calls are under way", proxyStatus: "proxy_internal_error")
        }
        // Through a proxy the gate sees no other address; without one each is checked when it is dialled.
        if settings.proxy != nil, !isRerouted, !settings.denyNetworks.isEmpty, let address = IPAddress(host),
            settings.denyNetworks.denies(address)
        {
            return .refused(
                .denied, "the upstream's address is in a denied network", proxyStatus: "destination_ip_prohibited")
        }
        return nil
    }

    private func refuse(_ transfer: CurlTransfer, _ error: UpstreamError) -> CurlTransfer {
        refused.append((transfer, error))
        askRound()
        return transfer
    }

    /// Ends what runs with `.cancelled` and refuses what comes; idempotent, not from inside a handler. Idle connections
    /// close with the engine.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        let error = UpstreamError.refused(.cancelled, "the gate stops", proxyStatus: "connection_terminated")
        for tunnel in tunnels { tunnel.fail(error) }
        for transfer in transfers {
            transfer.cancel()
            transfer.applyChanges()
        }
        roundEnded()
        timer.clear()
    }

    // MARK: The end of a transfer

    /// Takes the handle out of libcurl (which closes a connection in the midst of something) and tells the handler.
    func finish(_ transfer: CurlTransfer, _ error: UpstreamError?) {
        guard let handle = transfer.handle else { return }
        transfer.handle = nil
        handle.transfer = nil
        handle.deadline.clear()
        unsafe curl_multi_remove_handle(multi, handle.easy)
        release(handle)
        if pool.count < Self.maxPooledHandles, handle.renew() { pool.append(handle) }
        let last = transfers.removeLast()
        if last !== transfer {
            transfers[transfer.position] = last
            last.position = transfer.position
        }
        transfer.ended(error)
    }

    func finish(_ tunnel: UpstreamTunnel, handle: CurlHandle?) {
        if let handle {
            handle.tunnel = nil
            unsafe curl_multi_remove_handle(multi, handle.easy)
            release(handle)
        }
        guard tunnel.position >= 0 else { return }
        let last = tunnels.removeLast()
        if last !== tunnel {
            tunnels[tunnel.position] = last
            last.position = tunnel.position
        }
        tunnel.position = -1
    }

    private func release(_ handle: CurlHandle) {
        if let socket = handle.socket, socket.user === handle { socket.becameIdle() }
        handle.socket = nil
        for descriptor in handle.opened {
            if let socket = socket(descriptor), socket.user === handle { socket.becameIdle() }
        }
    }

    private func completed(_ handle: CurlHandle, _ code: CURLcode) {
        if let tunnel = handle.tunnel { return tunnel.connected(code) }
        guard let transfer = handle.transfer else { return }
        if transfer.stop == .stale, !transfer.isCancelled, transfer.restarts < Self.maxRestarts {
            unsafe curl_multi_remove_handle(multi, handle.easy)
            release(handle)
            transfer.restarted()
            if unsafe curl_multi_add_handle(multi, handle.easy) == CURLM_OK { return askRound() }
        }
        finish(transfer, transfer.outcome(code))
    }

    // MARK: Entering libcurl

    func apply(_ transfer: CurlTransfer) {
        transfer.isQueued = true
        changes.append(transfer)
        askRound()
    }

    func apply(_ tunnel: UpstreamTunnel) {
        tunnelChanges.append(tunnel)
        askRound()
    }

    private func askRound() {
        guard !isRoundAsked, !isGone else { return }
        isRoundAsked = true
        reactor.atEndOfRound(self)
    }

    func roundEnded() {
        isRoundAsked = false
        while let transfer = changes.popLast() {
            transfer.isQueued = false
            transfer.applyChanges()
        }
        while let tunnel = tunnelChanges.popLast() { tunnel.applyChanges() }
        if !refused.isEmpty {
            let all = refused
            refused.removeAll()
            for (transfer, error) in all { transfer.ended(error) }
        }
        if isTimerDue { timerFired() }
    }

    func setTimer(_ milliseconds: Int) {
        isTimerDue = milliseconds == 0
        if milliseconds > 0 {
            // The reactor's clock may lag behind libcurl's by the round's age: never early.
            reactor.arm(timer, in: Int64(milliseconds) &+ 1)
        } else {
            timer.clear()
            if isTimerDue { askRound() }
        }
    }

    private func timerFired() {
        isTimerDue = false
        var running: Int32 = 0
        _ = unsafe curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running)
        readMessages()
    }

    func socketReady(_ descriptor: Int32, events: UInt32) {
        var mask: Int32 = 0
        if events & (GATE_EPOLLIN | GATE_EPOLLHUP | GATE_EPOLLRDHUP) != 0 { mask |= CURL_CSELECT_IN }
        if events & GATE_EPOLLOUT != 0 { mask |= CURL_CSELECT_OUT }
        if events & GATE_EPOLLERR != 0 { mask |= CURL_CSELECT_ERR }
        var running: Int32 = 0
        _ = unsafe curl_multi_socket_action(multi, descriptor, mask, &running)
        readMessages()
    }

    private func readMessages() {
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(multi, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE, let easy = unsafe message.pointee.easy_handle
            else { continue }
            let code = unsafe gate_curl_message_result(message)
            guard let context = unsafe gate_curl_info_private(easy) else { continue }
            completed(unsafe Unmanaged<CurlHandle>.fromOpaque(context).takeUnretainedValue(), code)
        }
    }

    // MARK: Sockets

    private func socket(_ descriptor: Int32) -> CurlSocket? {
        let index = Int(descriptor)
        return index >= 0 && index < sockets.count ? sockets[index] : nil
    }

    private func keep(_ socket: CurlSocket) {
        let index = Int(socket.descriptor)
        while sockets.count <= index { sockets.append(nil) }
        sockets[index] = socket
    }

    /// libcurl's wish for events on a socket.
    func watch(_ descriptor: Int32, what: Int32) {
        guard descriptor >= 0 else { return }
        guard what != CURL_POLL_REMOVE else {
            guard let socket = socket(descriptor) else { return }
            socket.want(0)
            if !socket.isConnection { forget(socket) }
            return
        }
        let socket = socket(descriptor) ?? CurlSocket(descriptor: descriptor, isConnection: false, engine: self)
        if self.socket(descriptor) == nil { keep(socket) }
        var events: UInt32 = 0
        if what & CURL_POLL_IN != 0 { events |= GATE_EPOLLIN }
        if what & CURL_POLL_OUT != 0 { events |= GATE_EPOLLOUT }
        socket.want(events)
    }

    /// Opens a socket for libcurl, unless its address is denied.
    func open(_ address: UnsafeMutablePointer<curl_sockaddr>, for handle: CurlHandle) -> Int32 {
        let isRerouted = handle.tunnel?.isRerouted ?? handle.transfer?.isRerouted ?? false
        let isDenied = unsafe hasGuard && !isAllowed(address)
        if unsafe isOwn(address) || (isDenied && !isRerouted) {
            handle.deniedCount += 1
            return -1
        }
        let type = unsafe address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = unsafe Glibc.socket(address.pointee.family, type, address.pointee.protocol)
        guard descriptor >= 0 else { return -1 }
        let socket = CurlSocket(descriptor: descriptor, isConnection: true, engine: self)
        socket.user = handle
        socket.isDenied = isDenied
        keep(socket)
        handle.opened.append(descriptor)
        handle.openedCount += 1
        return descriptor
    }

    /// Through a proxy the only address dialled is the proxy's (or a reroute's), and that is exempt.
    private var hasGuard: Bool { settings.proxy == nil && !settings.denyNetworks.isEmpty }

    private func isOwn(_ address: UnsafeMutablePointer<curl_sockaddr>) -> Bool {
        guard let ownEndpoints = settings.ownEndpoints, let parsed = unsafe parse(address) else { return false }
        return unsafe ownEndpoints.contains(parsed, port: gate_curl_port(address))
    }

    /// An address of a family that is neither IPv4 nor IPv6 is not allowed.
    private func isAllowed(_ address: UnsafeMutablePointer<curl_sockaddr>) -> Bool {
        guard let parsed = unsafe parse(address) else { return false }
        return !settings.denyNetworks.denies(parsed)
    }

    private func parse(_ address: UnsafeMutablePointer<curl_sockaddr>) -> IPAddress? {
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16) { bytes in
            let count = unsafe Int(gate_curl_address(address, bytes.baseAddress))
            let span = unsafe Span(_unsafeElements: UnsafeBufferPointer(rebasing: UnsafeBufferPointer(bytes)[..<count]))
            return IPAddress(bytes: span)
        }
    }

    /// The same check for a connection that is about to be used, perhaps again; an unknown one is looked at anew.
    func denies(_ socket: CurlSocket?, _ peer: CurlPeer, isRerouted: Bool) -> Bool {
        guard hasGuard, !isRerouted else { return false }
        if let socket { return socket.isDenied }
        guard let address = unsafe IPAddress(literal: peer.address) else { return true }
        return settings.denyNetworks.denies(address)
    }

    /// Finds the connection that libcurl is about to use; true when it was used before.
    func attach(_ handle: CurlHandle, to peer: CurlPeer) -> Bool {
        for descriptor in handle.opened {
            guard let socket = socket(descriptor), socket.user === handle,
                gate_local_port(descriptor) == peer.localPort
            else { continue }
            socket.localPort = peer.localPort
            socket.remotePort = peer.remotePort
            let first = unsafe ports[Int(peer.localPort)]
            socket.nextSamePort = first > 0 ? self.socket(first) : nil
            unsafe ports[Int(peer.localPort)] = descriptor
            handle.socket = socket
            return false
        }
        var found: CurlSocket?
        var next = unsafe socket(ports[Int(peer.localPort)])
        while let socket = next {
            next = socket.nextSamePort
            guard socket.remotePort == peer.remotePort else { continue }
            // Several: the idle one. A single one that has a user is handed on by libcurl in one go, before the
            // user's end was reported.
            if found == nil || socket.user == nil { found = socket }
        }
        found?.user = handle
        handle.socket = found
        return true
    }

    /// libcurl closes a socket.
    func close(_ descriptor: Int32) {
        if let socket = socket(descriptor) { forget(socket) }
        _ = Glibc.close(descriptor)
    }

    private func forget(_ socket: CurlSocket) {
        socket.unwatch()
        sockets[Int(socket.descriptor)] = nil
        if let user = socket.user, user.socket === socket { user.socket = nil }
        socket.user = nil
        guard socket.localPort != 0 else { return }
        let port = Int(socket.localPort)
        if unsafe ports[port] == socket.descriptor {
            unsafe ports[port] = socket.nextSamePort?.descriptor ?? 0
        } else {
            var before = unsafe self.socket(ports[port])
            while let candidate = before, candidate.nextSamePort !== socket { before = candidate.nextSamePort }
            before?.nextSamePort = socket.nextSamePort
        }
        socket.nextSamePort = nil
    }
}

@available(*, unavailable)
extension CurlEngine: Sendable {}

extension UpstreamHead {
    /// The method is exactly `HEAD`; methods are case-sensitive.
    var isMethodHead: Bool {
        guard method >= 0, method + 4 < bytes.count else { return false }
        return bytes[method] == 0x48 && bytes[method + 1] == 0x45 && bytes[method + 2] == 0x41
            && bytes[method + 3] == 0x44 && bytes[method + 4] == 0
    }
}
