import CGate
import Glibc

@testable import GateEngine

/// OpenSSL's client in the same thread as the session under test, over a socket pair: both are driven in turns.
@safe final class TLSTestClient {
    enum Offer { case http11, http2, both, none }

    /// The client's end and the gate's.
    let descriptor: Int32
    let peer: Int32
    private let context: OpaquePointer
    let ssl: OpaquePointer

    init(
        serverName: String? = nil, offer: Offer = .none, version: Int32 = TLS1_3_VERSION, resume: OpaquePointer? = nil,
        trust: Authority? = nil
    ) {
        var ends: [Int32] = [0, 0]
        unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0, &ends)
        descriptor = ends[0]
        peer = ends[1]
        unsafe context = unsafe SSL_CTX_new(TLS_client_method())
        _ = unsafe gate_ssl_ctx_set_versions(context, TLS1_2_VERSION, version)
        if let trust {
            unsafe X509_STORE_add_cert(SSL_CTX_get_cert_store(context), trust.certificate.x509)
            unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        }
        unsafe ssl = unsafe SSL_new(context)
        if let serverName { unsafe gate_ssl_set_host_name(ssl, serverName) }
        if let trust, let serverName { _ = unsafe (trust, SSL_set1_host(ssl, serverName)) }
        let offers: [UInt8] =
            switch offer {
            case .http11: [8] + Array("http/1.1".utf8)
            case .http2: [2] + Array("h2".utf8)
            case .both: [2] + Array("h2".utf8) + [8] + Array("http/1.1".utf8)
            case .none: []
            }
        if !offers.isEmpty { unsafe SSL_set_alpn_protos(ssl, offers, UInt32(offers.count)) }
        if let resume = unsafe resume { unsafe SSL_set_session(ssl, resume) }
        unsafe SSL_set_fd(ssl, descriptor)
        unsafe SSL_set_connect_state(ssl)
    }

    deinit {
        unsafe SSL_free(ssl)
        unsafe SSL_CTX_free(context)
        close(descriptor)
        close(peer)
    }

    /// Takes turns until the gate's side knows its outcome.
    func handshake(with session: TLSSession) -> TLSSession.Handshake {
        for _ in 0..<20 {
            let isDone = unsafe SSL_do_handshake(ssl) == 1
            ERR_clear_error()
            let outcome = session.handshake()
            if case .failed = outcome { return outcome }
            if outcome == .done && isDone { return .done }
        }
        return .wantRead
    }

    func write(_ bytes: [UInt8]) -> Int { unsafe Int(SSL_write(ssl, bytes, Int32(bytes.count))) }

    /// What has come so far; nil at the end.
    func read() -> [UInt8]? {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = unsafe SSL_read(ssl, &buffer, Int32(buffer.count))
            if count > 0 {
                all += buffer[..<Int(count)]
                continue
            }
            let isAtEnd = unsafe SSL_get_error(ssl, count) == SSL_ERROR_ZERO_RETURN
            ERR_clear_error()
            return isAtEnd && all.isEmpty ? nil : all
        }
    }

    var chosenProtocol: String {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        unsafe SSL_get0_alpn_selected(ssl, &name, &count)
        return unsafe String(decoding: UnsafeBufferPointer(start: name, count: Int(count)), as: UTF8.self)
    }

    /// The session, to be resumed later; the caller frees it.
    func session() -> OpaquePointer? { unsafe SSL_get1_session(ssl) }

    /// A hello's bytes, taken from the gate's end before the session is made.
    func takeHello() -> [UInt8] {
        unsafe SSL_do_handshake(ssl)
        ERR_clear_error()
        var buffer = [UInt8](repeating: 0, count: 16_384)
        let count = unsafe recv(peer, &buffer, buffer.count, 0)
        return Array(buffer.prefix(max(0, count)))
    }
}
