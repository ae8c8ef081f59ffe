/// The header fields that the gate itself reads, drops or writes, recognised once when a head is parsed.
enum KnownField: UInt8, Sendable {
    case other = 0
    case host, connection, keepAlive, proxyConnection, proxyAuthorization, proxyAuthenticate, te, trailer
    case transferEncoding, contentLength, upgrade, http2Settings
    case expect, via, maxForwards
    case contentType, contentEncoding, contentRange, accept, acceptEncoding, userAgent
    case authorization, cookie, setCookie, idempotencyKey
    case correlationID, requestID, traceparent
    case stoplogSession, stoplogCall, stoplogVerdict
    case retryAfter, location, date
    case cacheControl, range, wwwAuthenticate, age, vary, pragma

    /// The fields that frame a message or name its server: `Connection` can never remove them (RFC 9110 7.6.1).
    var isFraming: Bool {
        switch self {
        case .host, .transferEncoding, .contentLength: true
        default: false
        }
    }

    /// True for what concerns one connection only, in either direction (RFC 9110 7.6.1, 11.7).
    var isHopByHop: Bool {
        switch self {
        case .connection, .keepAlive, .proxyConnection, .proxyAuthorization, .proxyAuthenticate, .te, .upgrade,
            .http2Settings:
            true
        default: false
        }
    }

    /// True for what must not be set after the content (RFC 9110 6.5.1).
    ///
    /// That is framing, routing, credentials, content, caching and whatever else the gate reads in a head. What it does not know may be a trailer.
    var isForbiddenInTrailers: Bool { self != .other }
}
