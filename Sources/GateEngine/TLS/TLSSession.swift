internal import CGate
internal import Glibc

/// OpenSSL over one client socket, server side, non-blocking.
///
/// Belongs to one reactor. The descriptor is borrowed: the owner closes it after the session has gone.
/// Every call that answers `.wantRead` or `.wantWrite` is to be repeated when epoll reports that readiness.
@safe final class TLSSession {
    /// Where a handshake stands.
    enum Handshake: Equatable {
        case done, wantRead, wantWrite
        case failed(TLSFailure)
    }

    /// What a read gave.
    enum ReadResult: Equatable {
        /// At least one byte.
        case bytes(Int)
        case wantRead, wantWrite
        /// The client sends no more; `clean` where it said so with close_notify, else the end may be a truncation.
        case closed(clean: Bool)
        case failed(TLSFailure)
    }

    /// What a write took.
    enum WriteResult: Equatable {
        /// So many were taken, possibly fewer than offered.
        case bytes(Int)
        /// Repeat with the same bytes (they may have moved, more may follow them).
        case wantRead, wantWrite
        case failed(TLSFailure)
    }

    private let ssl: OpaquePointer
    private let transport: ClientTransport
    private let context: TLSContext
    /// OpenSSL allows no further call on the connection.
    private var failure: TLSFailure?
    private var hasEnded = false
    private var hasSentClose = false

    /// The name in the client's server_name extension, lower-case; nil without one. Known once the hello has come.
    private(set) var serverName: String?
    /// False when the client named another server than the CONNECT authority: each request inside gets 421.
    /// The certificate is then one for the name that it asked for, so that it gets to read that answer.
    private(set) var serverNameAgrees = true

    /// `prefix`: what was read from the socket behind CONNECT's head.
    init(context: TLSContext, descriptor: Int32, prefix: [UInt8] = []) throws(TLSFailure) {
        TLSErrorQueue.clear()
        guard let ssl = unsafe SSL_new(context.server.context) else { throw .system(ENOMEM) }
        unsafe self.ssl = unsafe ssl
        self.context = context
        transport = ClientTransport(descriptor: descriptor, prefix: prefix)
        guard let bio = unsafe transport.makeBIO() else { throw .system(ENOMEM) }
        unsafe SSL_set_bio(ssl, bio, bio)
        unsafe SSL_set_accept_state(ssl)
        unsafe gate_ssl_set_app_data(ssl, Unmanaged.passUnretained(self).toOpaque())
        guard present(context.leaf, sessionContext: context.sessionContext) else { throw .system(ENOMEM) }
    }

    deinit { unsafe SSL_free(ssl) }

    /// The session that a callback is about.
    static func of(_ ssl: OpaquePointer) -> TLSSession? {
        guard let data = unsafe gate_ssl_get_app_data(ssl) else { return nil }
        return unsafe Unmanaged<TLSSession>.fromOpaque(data).takeUnretainedValue()
    }

    private func present(_ leaf: LeafCertificate, sessionContext: [UInt8]) -> Bool {
        defer { TLSErrorQueue.clear() }
        return unsafe SSL_use_certificate(ssl, leaf.handle.x509) == 1
            && SSL_set_session_id_context(ssl, sessionContext, UInt32(sessionContext.count)) == 1
    }

    // MARK: Handshake

    /// Drives the handshake.
    func handshake() -> Handshake {
        if let failure { return .failed(failure) }
        TLSErrorQueue.clear()
        let result = unsafe SSL_do_handshake(ssl)
        if result == 1 { return .done }
        switch fault(of: result) {
        case .wantRead: return .wantRead
        case .wantWrite: return .wantWrite
        case .closed: return .failed(fail(.disconnected))
        case .failed(let cause): return .failed(fail(cause))
        }
    }

    /// The client's hello is there and nothing of it acted upon; false ends the handshake.
    ///
    /// Runs again after a HelloRetryRequest: a disagreement stays one, whatever the second hello names.
    func helloReceived() -> Bool {
        var bytes: UnsafePointer<UInt8>?
        var count = 0
        guard unsafe SSL_client_hello_get0_ext(ssl, UInt32(TLSEXT_TYPE_server_name), &bytes, &count) == 1,
            let start = unsafe bytes
        else { return true }
        let asked = unsafe ServerNameExtension.hostName(UnsafeBufferPointer(start: start, count: count))
        serverName = asked
        let name = asked.flatMap { LeafName($0) }
        guard name != context.name else { return true }
        serverNameAgrees = false
        return presentOther(name)
    }

    /// The leaf of a name that isn't the tunnel's: outside the cache, under a session-id context of its own.
    private func presentOther(_ asked: LeafName?) -> Bool {
        guard let asked, let leaf = try? context.server.issuer.issue(asked, now: Int64(time(nil))) else { return true }
        return present(leaf, sessionContext: TLSContext.digest("\(context.name.text) as \(asked.text)"))
    }

    // MARK: Bytes

    /// Reads decrypted bytes; call again until `.wantRead`, for OpenSSL reads ahead of epoll.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> ReadResult {
        if let failure { return .failed(failure) }
        guard buffer.count > 0 else { return .bytes(0) }
        TLSErrorQueue.clear()
        var count = 0
        let result = unsafe SSL_read_ex(ssl, buffer.baseAddress, buffer.count, &count)
        if result == 1 { return .bytes(count) }
        switch fault(of: result) {
        case .wantRead: return .wantRead
        case .wantWrite: return .wantWrite
        case .closed(let clean):
            if !clean { _ = fail(.disconnected) }
            return .closed(clean: clean)
        case .failed(let cause): return .failed(fail(cause))
        }
    }

    /// Encrypts and sends; an empty buffer is `.bytes(0)`.
    func write(_ bytes: UnsafeRawBufferPointer) -> WriteResult {
        if let failure { return .failed(failure) }
        guard bytes.count > 0 else { return .bytes(0) }
        TLSErrorQueue.clear()
        var count = 0
        let result = unsafe SSL_write_ex(ssl, bytes.baseAddress, bytes.count, &count)
        if result == 1 { return .bytes(count) }
        switch fault(of: result) {
        case .wantRead: return .wantRead
        case .wantWrite: return .wantWrite
        case .closed: return .failed(fail(.disconnected))
        case .failed(let cause): return .failed(fail(cause))
        }
    }

    /// Sends close_notify, as far as the socket takes it at once; waits for nothing. Idempotent; reading may go on.
    func shutdown() {
        guard failure == nil, !hasSentClose, unsafe SSL_is_init_finished(ssl) == 1 else { return }
        hasSentClose = true
        TLSErrorQueue.clear()
        _ = unsafe SSL_shutdown(ssl)
        TLSErrorQueue.clear()
    }

    // MARK: Facts

    /// The host that the session's context is for: of the CONNECT authority.
    var host: String { context.host }
    /// True when bytes are buffered that epoll knows nothing of; they may be a part of a record.
    var hasPending: Bool { unsafe SSL_has_pending(ssl) == 1 }
    /// `TLSv1.3`.
    var version: String { unsafe String(cString: SSL_get_version(ssl)) }
    /// `TLS_AES_256_GCM_SHA384`; empty before the handshake.
    var cipher: String {
        guard let cipher = unsafe SSL_get_current_cipher(ssl) else { return "" }
        return unsafe String(cString: SSL_CIPHER_get_name(cipher))
    }
    /// True after an abbreviated handshake.
    var isResumed: Bool { unsafe SSL_session_reused(ssl) == 1 }

    // MARK: Faults

    private enum Fault {
        case wantRead, wantWrite
        case closed(clean: Bool)
        case failed(TLSFailure)
    }

    private func fail(_ cause: TLSFailure) -> TLSFailure {
        failure = cause
        return cause
    }

    /// Reads what a call that did not succeed means; leaves the error queue empty.
    private func fault(of result: Int32) -> Fault {
        let code = unsafe SSL_get_error(ssl, result)
        let entry = TLSErrorQueue.drain()
        switch code {
        case SSL_ERROR_WANT_READ: return .wantRead
        case SSL_ERROR_WANT_WRITE: return .wantWrite
        case SSL_ERROR_ZERO_RETURN: return .closed(clean: true)
        default:
            if transport.isNotTLS { return .failed(.notTLS) }
            if transport.systemError != 0 {
                return transport.isGone ? .failed(.disconnected) : .failed(.system(transport.systemError))
            }
            guard let entry else { return transport.isAtEnd ? .closed(clean: false) : .failed(.system(0)) }
            if entry.reason == SSL_R_UNEXPECTED_EOF_WHILE_READING { return .closed(clean: false) }
            if entry.library == ERR_LIB_SSL && entry.reason > SSL_AD_REASON_OFFSET {
                return .failed(.alert(entry.text))
            }
            return .failed(.protocolFault(entry.text))
        }
    }
}

@available(*, unavailable)
extension TLSSession: Sendable {}
