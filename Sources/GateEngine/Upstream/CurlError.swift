internal import CGate
internal import Glibc

/// What is known when a transfer or tunnel fails; the one place where libcurl's codes get their meaning.
struct CurlFailure {
    /// libcurl's result; nil: cancelled by the gate.
    var code: CURLcode?
    /// Why a callback of ours stopped it, if one did.
    var stop: CurlTransfer.Stop?
    var handle: CurlHandle?
    var mayHaveLeft: Bool
    /// libcurl had leave to send.
    var isSending: Bool
    /// The final head was there.
    var hasHead: Bool
    /// Something of a head was there.
    var hasHeadBytes: Bool

    private typealias Meaning = (code: UpstreamError.Code, proxyStatus: String, message: String?)

    var error: UpstreamError {
        let meaning = meaning
        return UpstreamError(
            code: meaning.code, phase: phase, mayHaveLeft: mayHaveLeft, message: meaning.message ?? words,
            proxyStatus: meaning.proxyStatus)
    }

    private var meaning: Meaning {
        if let stop { return stopped(stop) }
        guard let code else { return (.cancelled, "connection_terminated", "cancelled") }
        if isDenied(code) { return stopped(.denied) }
        return switch phase {
        case .resolve, .connect, .handshake: beforeSending(code)
        case .send, .head: beforeHead(code)
        case .body: inBody(code)
        }
    }

    private func stopped(_ stop: CurlTransfer.Stop) -> Meaning {
        switch stop {
        case .resend:
            (.unreachable, "connection_terminated", "the upstream closed a reused connection without an answer")
        case .stale: (.unreachable, "connection_terminated", "idle connections to the upstream kept dying")
        case .denied: (.denied, "destination_ip_prohibited", "the upstream's address is in a denied network")
        case .badResponse(let reason): (.protocolFault, "http_protocol_error", reason)
        case .clientBody: (.clientBody, "http_request_error", "the request's body did not come whole")
        }
    }

    /// Every address that was tried was denied.
    private func isDenied(_ code: CURLcode) -> Bool {
        guard code == CURLE_COULDNT_CONNECT, let handle else { return false }
        return handle.deniedCount > 0 && handle.openedCount == 0
    }

    private func beforeSending(_ code: CURLcode) -> Meaning {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: (.unreachable, "dns_error", nil)
        case CURLE_OPERATION_TIMEDOUT where phase == .resolve: (.timeout, "dns_timeout", nil)
        case CURLE_OPERATION_TIMEDOUT: (.timeout, "connection_timeout", nil)
        case CURLE_COULDNT_CONNECT: (.unreachable, systemReason, nil)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_PINNEDPUBKEYNOTMATCH:
            (.tls, "tls_certificate_error", nil)
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_ENGINE_NOTFOUND,
            CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_INITFAILED, CURLE_USE_SSL_FAILED, CURLE_SSL_CLIENTCERT:
            (.tls, "tls_protocol_error", nil)
        case CURLE_OUT_OF_MEMORY: (.overloaded, "proxy_internal_error", nil)
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: (.unreachable, "http_request_error", nil)
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PROXY: (.unreachable, "connection_terminated", nil)
        default: (.unreachable, "proxy_internal_error", nil)
        }
    }

    private func beforeHead(_ code: CURLcode) -> Meaning {
        switch code {
        case CURLE_OPERATION_TIMEDOUT: (.timeout, "http_response_timeout", "no response head in time")
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_SEND_FAIL_REWIND:
            hasHeadBytes
                ? (.protocolFault, "http_response_incomplete", nil) : (.unreachable, "connection_terminated", nil)
        case CURLE_OK: (.protocolFault, "http_response_incomplete", "the upstream closed inside a response head")
        // A header line over 100 KB is "out of memory" to libcurl.
        case CURLE_OUT_OF_MEMORY: (.protocolFault, "http_response_header_section_size", "a header line is too large")
        default: (.protocolFault, "http_protocol_error", nil)
        }
    }

    private func inBody(_ code: CURLcode) -> Meaning {
        switch code {
        case CURLE_OPERATION_TIMEDOUT: (.timeout, "http_response_timeout", "no response bytes in time")
        case CURLE_OK: (.protocolFault, "http_response_incomplete", "the upstream closed inside a response body")
        case CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_SEND_ERROR: (.protocolFault, "http_response_incomplete", nil)
        case CURLE_BAD_CONTENT_ENCODING: (.protocolFault, "http_response_transfer_coding", nil)
        default: (.protocolFault, "http_protocol_error", nil)
        }
    }

    private var phase: UpstreamError.Phase {
        if hasHead { return .body }
        if isSending { return mayHaveLeft ? .head : .send }
        guard let handle else { return .connect }
        if handle.isHandshaking { return .handshake }
        return unsafe gate_curl_info_offset(handle.easy, CURLINFO_NAMELOOKUP_TIME_T) > 0 ? .connect : .resolve
    }

    private var systemReason: String {
        guard let handle else { return "destination_unavailable" }
        return switch Int32(clamping: unsafe gate_curl_info_long(handle.easy, CURLINFO_OS_ERRNO)) {
        case ECONNREFUSED: "connection_refused"
        case ETIMEDOUT: "connection_timeout"
        case ENETUNREACH, EHOSTUNREACH: "destination_ip_unroutable"
        default: "destination_unavailable"
        }
    }

    /// libcurl's words: printable, bounded; they name hosts and codes, never fields or bodies.
    private var words: String {
        var text = handle?.failureText ?? ""
        if text.isEmpty, let code { text = unsafe String(cString: curl_easy_strerror(code)) }
        let printable = text.unicodeScalars.prefix(200).map { (0x20...0x7E).contains($0.value) ? $0 : "?" }
        return String(String.UnicodeScalarView(printable))
    }
}

extension UpstreamError {
    /// Refused by the gate before anything was tried.
    static func refused(_ code: Code, _ message: String, proxyStatus: String) -> UpstreamError {
        UpstreamError(code: code, phase: .connect, mayHaveLeft: false, message: message, proxyStatus: proxyStatus)
    }
}
