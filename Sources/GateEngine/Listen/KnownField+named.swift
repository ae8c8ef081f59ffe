extension KnownField {
    /// The field with this name, compared without regard to case.
    static func named(_ bytes: Span<UInt8>, _ name: Range<Int>) -> KnownField {
        switch name.count {
        case 2:
            if bytes.hasText("te", at: name.lowerBound) { return .te }
        case 3:
            if bytes.hasText("via", at: name.lowerBound) { return .via }
            if bytes.hasText("age", at: name.lowerBound) { return .age }
        case 4:
            if bytes.hasText("host", at: name.lowerBound) { return .host }
            if bytes.hasText("date", at: name.lowerBound) { return .date }
            if bytes.hasText("vary", at: name.lowerBound) { return .vary }
        case 5:
            if bytes.hasText("range", at: name.lowerBound) { return .range }
        case 6:
            if bytes.hasText("expect", at: name.lowerBound) { return .expect }
            if bytes.hasText("accept", at: name.lowerBound) { return .accept }
            if bytes.hasText("cookie", at: name.lowerBound) { return .cookie }
            if bytes.hasText("pragma", at: name.lowerBound) { return .pragma }
        case 7:
            if bytes.hasText("trailer", at: name.lowerBound) { return .trailer }
            if bytes.hasText("upgrade", at: name.lowerBound) { return .upgrade }
        case 8:
            if bytes.hasText("location", at: name.lowerBound) { return .location }
        case 10:
            if bytes.hasText("connection", at: name.lowerBound) { return .connection }
            if bytes.hasText("keep-alive", at: name.lowerBound) { return .keepAlive }
            if bytes.hasText("user-agent", at: name.lowerBound) { return .userAgent }
            if bytes.hasText("set-cookie", at: name.lowerBound) { return .setCookie }
        case 11:
            if bytes.hasText("traceparent", at: name.lowerBound) { return .traceparent }
            if bytes.hasText("retry-after", at: name.lowerBound) { return .retryAfter }
        case 12:
            if bytes.hasText("max-forwards", at: name.lowerBound) { return .maxForwards }
            if bytes.hasText("content-type", at: name.lowerBound) { return .contentType }
            if bytes.hasText("x-request-id", at: name.lowerBound) { return .requestID }
            if bytes.hasText("stoplog-call", at: name.lowerBound) { return .stoplogCall }
        case 13:
            if bytes.hasText("content-range", at: name.lowerBound) { return .contentRange }
            if bytes.hasText("authorization", at: name.lowerBound) { return .authorization }
            if bytes.hasText("cache-control", at: name.lowerBound) { return .cacheControl }
        case 14:
            if bytes.hasText("content-length", at: name.lowerBound) { return .contentLength }
            if bytes.hasText("http2-settings", at: name.lowerBound) { return .http2Settings }
        case 15:
            if bytes.hasText("accept-encoding", at: name.lowerBound) { return .acceptEncoding }
            if bytes.hasText("idempotency-key", at: name.lowerBound) { return .idempotencyKey }
            if bytes.hasText("stoplog-session", at: name.lowerBound) { return .stoplogSession }
            if bytes.hasText("stoplog-verdict", at: name.lowerBound) { return .stoplogVerdict }
        case 16:
            if bytes.hasText("proxy-connection", at: name.lowerBound) { return .proxyConnection }
            if bytes.hasText("content-encoding", at: name.lowerBound) { return .contentEncoding }
            if bytes.hasText("x-correlation-id", at: name.lowerBound) { return .correlationID }
            if bytes.hasText("www-authenticate", at: name.lowerBound) { return .wwwAuthenticate }
        case 17:
            if bytes.hasText("transfer-encoding", at: name.lowerBound) { return .transferEncoding }
        case 18:
            if bytes.hasText("proxy-authenticate", at: name.lowerBound) { return .proxyAuthenticate }
        case 19:
            if bytes.hasText("proxy-authorization", at: name.lowerBound) { return .proxyAuthorization }
        default: break
        }
        return .other
    }
}
