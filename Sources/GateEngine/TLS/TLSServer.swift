internal import CGate
internal import Glibc

/// The one SSL_CTX under which all hosts are served.
///
/// Each session puts its host's certificate and session-id context on itself: that is far cheaper than an SSL_CTX
/// per host, and because ticket keys belong to the SSL_CTX, a session started on one reactor resumes on any other.
@safe final class TLSServer: @unchecked Sendable {  // configured in init, then only read; OpenSSL counts and locks
    /// Sessions of clients without tickets (TLS 1.2 of old Java and .NET) that are remembered.
    private static let rememberedSessions = 4_096
    private static let sessionSeconds = 3_600
    private static let ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20"

    let issuer: LeafIssuer
    let context: OpaquePointer

    init(authority: Authority) throws(AuthorityError) {
        issuer = try LeafIssuer(authority: authority)
        TLSErrorQueue.clear()
        guard let context = unsafe SSL_CTX_new(TLS_server_method()) else { throw Self.failure("SSL_CTX_new") }
        unsafe self.context = unsafe context
        try configureProtocol()
        try configureCertificates()
        configureSessions()
        unsafe SSL_CTX_set_client_hello_cb(context, tlsClientHello, nil)
        unsafe SSL_CTX_set_alpn_select_cb(context, tlsSelectProtocol, nil)
    }

    deinit { unsafe SSL_CTX_free(context) }

    private func configureProtocol() throws(AuthorityError) {
        guard unsafe gate_ssl_ctx_set_versions(context, TLS1_2_VERSION, TLS1_3_VERSION) == 1 else {
            throw Self.failure("versions")
        }
        guard unsafe SSL_CTX_set_cipher_list(context, Self.ciphers) == 1 else { throw Self.failure("ciphers") }
        unsafe gate_ssl_ctx_set_options(context, GATE_SSL_OPTIONS_SERVER)
        unsafe gate_ssl_ctx_set_mode(
            context,
            Int(SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER))
        unsafe gate_ssl_ctx_clear_mode(context, Int(SSL_MODE_AUTO_RETRY))
        unsafe gate_ssl_ctx_set_read_ahead(context, 1)  // one recv for a record's head and body
    }

    /// The key is everybody's; the leaf comes with each session.
    private func configureCertificates() throws(AuthorityError) {
        unsafe gate_ssl_ctx_set_mode(context, Int(SSL_MODE_NO_AUTO_CHAIN))
        guard unsafe SSL_CTX_use_PrivateKey(context, issuer.key.pkey) == 1 else { throw Self.failure("key") }
        for certificate in issuer.authority.intermediates {
            guard unsafe gate_ssl_ctx_add1_chain_cert(context, certificate.x509) == 1 else {
                throw Self.failure("chain")
            }
        }
    }

    private func configureSessions() {
        unsafe gate_ssl_ctx_set_session_cache(context, Int(SSL_SESS_CACHE_SERVER), Self.rememberedSessions)
        unsafe SSL_CTX_set_timeout(context, Self.sessionSeconds)
        unsafe SSL_CTX_set_num_tickets(context, 1)
    }

    private static func failure(_ what: String) -> AuthorityError {
        AuthorityError(file: "OpenSSL", message: "cannot set up TLS (\(what)): \(TLSErrorQueue.words())")
    }
}

/// Runs before anything of the hello is acted upon.
private let tlsClientHello:
    @convention(c) (OpaquePointer?, UnsafeMutablePointer<Int32>?, UnsafeMutableRawPointer?) -> Int32 = { ssl, _, _ in
        guard let ssl = unsafe ssl, let session = unsafe TLSSession.of(ssl) else { return SSL_CLIENT_HELLO_ERROR }
        return session.helloReceived() ? SSL_CLIENT_HELLO_SUCCESS : SSL_CLIENT_HELLO_ERROR
    }

/// RFC 7301 3.2: the server chooses; where nothing is shared it says so with an alert.
private let tlsSelectProtocol:
    @convention(c) (
        OpaquePointer?, UnsafeMutablePointer<UnsafePointer<UInt8>?>?, UnsafeMutablePointer<UInt8>?,
        UnsafePointer<UInt8>?, UInt32, UnsafeMutableRawPointer?
    ) -> Int32 = { _, chosen, chosenCount, offered, offeredCount, _ in
        guard let start = unsafe offered,
            let range = unsafe ALPN.choose(from: unsafe UnsafeBufferPointer(start: start, count: Int(offeredCount)))
        else { return SSL_TLSEXT_ERR_ALERT_FATAL }
        unsafe chosen?.pointee = start + range.lowerBound
        unsafe chosenCount?.pointee = UInt8(clamping: range.count)
        return SSL_TLSEXT_ERR_OK
    }
