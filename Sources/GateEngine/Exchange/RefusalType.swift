/// The table of CONTRACT §4: every way in which the gate says no, with its status.
enum RefusalType: String, Sendable, CaseIterable {
    case blocked, rejected
    case holdExpired = "hold-expired"
    case destinationDenied = "destination-denied"
    case limited
    case idempotencyInFlight = "idempotency-in-flight"
    case inDoubt = "in-doubt"
    case idempotencyMismatch = "idempotency-mismatch"
    case idempotencyKeyRequired = "idempotency-key-required"
    case badRequest = "bad-request"
    case requestTimeout = "request-timeout"
    case bodyTooLarge = "body-too-large"
    case misdirected
    case headersTooLarge = "headers-too-large"
    case upstreamUnreachable = "upstream-unreachable"
    case upstreamTLS = "upstream-tls"
    case upstreamProtocol = "upstream-protocol"
    case overloaded, draining
    case storeUnavailable = "store-unavailable"
    case upstreamTimeout = "upstream-timeout"
    case httpVersion = "http-version"

    var status: Int {
        switch self {
        case .blocked, .rejected, .holdExpired, .destinationDenied: 403
        case .limited: 429
        case .idempotencyInFlight, .inDoubt: 409
        case .idempotencyMismatch: 422
        case .idempotencyKeyRequired, .badRequest: 400
        case .requestTimeout: 408
        case .bodyTooLarge: 413
        case .misdirected: 421
        case .headersTooLarge: 431
        case .upstreamUnreachable, .upstreamTLS, .upstreamProtocol: 502
        case .overloaded, .draining, .storeUnavailable: 503
        case .upstreamTimeout: 504
        case .httpVersion: 505
        }
    }

    var title: String {
        switch self {
        case .blocked: "Irreversible call blocked"
        case .rejected: "Held call rejected"
        case .holdExpired: "Nobody approved the held call in time"
        case .destinationDenied: "Destination denied"
        case .limited: "Limit exhausted"
        case .idempotencyInFlight: "A call with this idempotency key is in flight"
        case .inDoubt: "The outcome of an earlier call with this key is in doubt"
        case .idempotencyMismatch: "Idempotency key used for another request"
        case .idempotencyKeyRequired: "Idempotency key required"
        case .badRequest: "Malformed request"
        case .requestTimeout: "The request did not arrive in time"
        case .bodyTooLarge: "Request body too large to judge"
        case .misdirected: "Request for another host than the connection's"
        case .headersTooLarge: "Request head too large"
        case .upstreamUnreachable: "Upstream unreachable"
        case .upstreamTLS: "Upstream could not be trusted"
        case .upstreamProtocol: "Upstream broke the protocol"
        case .overloaded: "The gate is overloaded"
        case .draining: "The gate is shutting down"
        case .storeUnavailable: "The journal cannot be written"
        case .upstreamTimeout: "Upstream did not answer in time"
        case .httpVersion: "HTTP version not supported"
        }
    }

    /// The registered error type for `Proxy-Status` (RFC 9209 2.3) where the refusal names none more exact.
    var proxyError: ProxyError {
        switch self {
        case .blocked, .rejected, .holdExpired, .limited, .idempotencyInFlight, .inDoubt, .idempotencyMismatch,
            .idempotencyKeyRequired, .misdirected, .bodyTooLarge:
            .httpRequestDenied
        case .destinationDenied: .destinationIPProhibited
        case .badRequest, .requestTimeout, .headersTooLarge, .httpVersion: .httpRequestError
        case .upstreamUnreachable: .destinationUnavailable
        case .upstreamTLS: .tlsCertificateError
        case .upstreamProtocol: .httpProtocolError
        case .overloaded, .draining, .storeUnavailable: .proxyInternalError
        case .upstreamTimeout: .httpResponseTimeout
        }
    }
}

/// The error types registered for `Proxy-Status` (RFC 9209 2.3) that the gate uses.
enum ProxyError: String, Sendable, CaseIterable {
    case dnsTimeout = "dns_timeout"
    case dnsError = "dns_error"
    case destinationNotFound = "destination_not_found"
    case destinationUnavailable = "destination_unavailable"
    case destinationIPProhibited = "destination_ip_prohibited"
    case destinationIPUnroutable = "destination_ip_unroutable"
    case connectionRefused = "connection_refused"
    case connectionTerminated = "connection_terminated"
    case connectionTimeout = "connection_timeout"
    case connectionReadTimeout = "connection_read_timeout"
    case connectionWriteTimeout = "connection_write_timeout"
    case connectionLimitReached = "connection_limit_reached"
    case tlsProtocolError = "tls_protocol_error"
    case tlsCertificateError = "tls_certificate_error"
    case tlsAlertReceived = "tls_alert_received"
    case httpRequestError = "http_request_error"
    case httpRequestDenied = "http_request_denied"
    case httpResponseIncomplete = "http_response_incomplete"
    case httpResponseHeaderSectionSize = "http_response_header_section_size"
    case httpResponseTimeout = "http_response_timeout"
    case httpUpgradeFailed = "http_upgrade_failed"
    case httpProtocolError = "http_protocol_error"
    case proxyInternalError = "proxy_internal_error"
    case proxyConfigurationError = "proxy_configuration_error"
    case proxyLoopDetected = "proxy_loop_detected"
}
