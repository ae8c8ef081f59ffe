import Testing

@testable import GateEngine

@Suite struct KnownFieldTests {
    private static func kind(_ name: String) -> KnownField {
        let bytes = [UInt8](name.utf8)
        return KnownField.named(bytes.span, 0..<bytes.count)
    }

    @Test(
        arguments: [
            ("host", .host), ("CONNECTION", .connection), ("Keep-Alive", .keepAlive),
            ("Proxy-Connection", .proxyConnection),
            ("Transfer-Encoding", .transferEncoding), ("content-LENGTH", .contentLength), ("TE", .te), ("Via", .via),
            ("Idempotency-Key", .idempotencyKey), ("X-Correlation-ID", .correlationID), ("X-Request-Id", .requestID),
            ("Stoplog-Session", .stoplogSession), ("Set-Cookie", .setCookie), ("HTTP2-Settings", .http2Settings),
            ("Host ", .other), ("Transfer_Encoding", .other), ("", .other), ("hos", .other), ("hostx", .other),
            ("\u{212A}eep-Alive", .other), ("Content-Length\u{0}", .other),
        ] as [(String, KnownField)])
    func `a name is recognised without regard to case`(_ name: String, _ expected: KnownField) {
        #expect(Self.kind(name) == expected)
    }
}
