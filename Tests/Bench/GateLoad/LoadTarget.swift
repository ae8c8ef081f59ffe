import CGate

/// One destination with the bytes that ask for it, made once and sent many times.
final class LoadTarget {
    let host: String
    let connect: [UInt8]
    let request: [UInt8]

    init(host: String, plan: LoadPlan) {
        self.host = host
        let authority = "\(host):\(plan.port)"
        connect = Array("CONNECT \(authority) HTTP/1.1\r\nHost: \(authority)\r\n\r\n".utf8)
        let target = plan.mode == .plain ? "http://\(authority)\(plan.path)" : plan.path
        request = Array(
            "GET \(target) HTTP/1.1\r\nHost: \(authority)\r\nUser-Agent: gate-load\r\nAccept: */*\r\n\r\n".utf8)
    }
}

/// The TLS side of a load: one context, no session is ever resumed, every certificate is checked.
final class LoadTLS {
    private let context: OpaquePointer

    init(caFile: String, readsMuch: Bool) throws(LoadError) {
        guard let made = SSL_CTX_new(TLS_client_method()) else { throw LoadError("SSL_CTX_new failed") }
        context = made
        guard SSL_CTX_load_verify_locations(made, caFile, nil) == 1 else {
            throw LoadError("cannot read certificates from \(caFile)")
        }
        // One read per record, or for many, instead of two: the generator must not be what is measured.
        _ = SSL_CTX_ctrl(made, SSL_CTRL_SET_READ_AHEAD, 1, nil)
        if readsMuch { SSL_CTX_set_default_read_buffer_len(made, 1 << 18) }
        SSL_CTX_set_verify(made, SSL_VERIFY_PEER, nil)
        _ = SSL_CTX_ctrl(made, SSL_CTRL_SET_SESS_CACHE_MODE, Int(SSL_SESS_CACHE_OFF), nil)
        _ = SSL_CTX_ctrl(made, SSL_CTRL_MODE, Int(SSL_MODE_ENABLE_PARTIAL_WRITE), nil)
    }

    deinit { SSL_CTX_free(context) }

    /// A client session over the descriptor, or nil when OpenSSL has no memory; the caller frees it.
    func session(over descriptor: Int32, host: String) -> OpaquePointer? {
        guard let session = SSL_new(context) else { return nil }
        guard SSL_set_fd(session, descriptor) == 1, SSL_set1_host(session, host) == 1 else {
            SSL_free(session)
            return nil
        }
        _ = host.withCString { name in
            SSL_ctrl(
                session, SSL_CTRL_SET_TLSEXT_HOSTNAME, Int(TLSEXT_NAMETYPE_host_name),
                UnsafeMutableRawPointer(mutating: name))
        }
        SSL_set_connect_state(session)
        return session
    }
}
