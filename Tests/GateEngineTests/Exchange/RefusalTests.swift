import Foundation
import GatePolicy
import Testing

@testable import GateEngine

@Suite struct RefusalTests {
    private static func refusal(_ type: RefusalType = .blocked, _ detail: String = "d") -> Refusal {
        var refusal = Refusal(type, detail: detail, callID: "01J", correlationID: "c-1")
        refusal.rule = "stripe/charge"
        refusal.class = .irreversible
        refusal.kind = "payment"
        refusal.mode = .block
        return refusal
    }

    private static func field(_ answer: SyntheticAnswer, _ name: String) -> String? {
        answer.headers.first { $0.name == name }?.value
    }

    @Test(arguments: [
        ("blocked", 403), ("rejected", 403), ("hold-expired", 403), ("destination-denied", 403), ("limited", 429),
        ("idempotency-in-flight", 409), ("in-doubt", 409), ("idempotency-mismatch", 422),
        ("idempotency-key-required", 400), ("bad-request", 400), ("request-timeout", 408), ("body-too-large", 413),
        ("misdirected", 421), ("headers-too-large", 431), ("upstream-unreachable", 502), ("upstream-tls", 502),
        ("upstream-protocol", 502), ("overloaded", 503), ("draining", 503), ("store-unavailable", 503),
        ("upstream-timeout", 504), ("http-version", 505),
    ])
    func `the table of types and statuses stands`(_ raw: String, _ status: Int) throws {
        let type = try #require(RefusalType(rawValue: raw))
        #expect(type.status == status && !type.title.isEmpty)
        #expect(RefusalType.allCases.count == 22)
    }

    @Test func `problem json has every field in the contract's order`() {
        let answer = Self.refusal().answer(.problem)
        #expect(answer.status == 403)
        #expect(Self.field(answer, "Content-Type") == "application/problem+json")
        #expect(
            Wire.text(answer.body)
                == #"{"type":"urn:stoplog:blocked","title":"Irreversible call blocked","status":403,"detail":"d","#
                + #""call":"01J","correlation_id":"c-1","rule":"stripe/charge","class":"irreversible","kind":"payment","mode":"block","#
                + #""message":"d","error":{"message":"d","type":"stoplog_blocked","code":"stoplog_blocked"}}"#)
        #expect(Self.refusal(.idempotencyInFlight).code == "stoplog_idempotency_in_flight")
    }

    @Test(arguments: ["\"\\/\u{08}\u{0C}\n\r\t\u{00}\u{1F}\u{7F}é\u{2028}😀", "", "</script>", "a\r\nb"])
    func `details survive JSON and XML exactly`(_ detail: String) throws {
        for dialect in [ErrorDialect.problem, .awsJSON] {
            let body = Data(Self.refusal(.blocked, detail).answer(dialect).body)
            let object = try #require(try JSONSerialization.jsonObject(with: body) as? [String: Any])
            #expect(object["message"] as? String == detail)
        }
        #expect(XMLText.escaped("<a b='c'>&\"\r\n\u{01}") == "&lt;a b=&apos;c&apos;&gt;&amp;&quot;&#13;&#10;\u{FFFD}")
    }

    @Test(
        arguments: [
            (RefusalType.blocked, nil, "http_request_denied"),
            (.destinationDenied, .proxyLoopDetected, "proxy_loop_detected"),
            (.destinationDenied, nil, "destination_ip_prohibited"), (.upstreamUnreachable, .dnsError, "dns_error"),
            (.upstreamUnreachable, .connectionRefused, "connection_refused"),
            (.upstreamTLS, nil, "tls_certificate_error"),
            (.upstreamTimeout, nil, "http_response_timeout"),
            (.upstreamTimeout, .connectionTimeout, "connection_timeout"),
            (.upstreamProtocol, nil, "http_protocol_error"),
            (.upstreamProtocol, .httpResponseIncomplete, "http_response_incomplete"),
        ] as [(RefusalType, ProxyError?, String)])
    func `Proxy-Status names a registered error`(_ type: RefusalType, _ error: ProxyError?, _ expected: String) {
        var refusal = Self.refusal(type, "a \"q\" \\ é\r\n")
        refusal.proxyError = error
        for dialect in [ErrorDialect.problem, .awsJSON, .awsXML, .ec2XML, .s3XML, .grpc] {
            #expect(
                Self.field(refusal.answer(dialect), "Proxy-Status")
                    == "stoplog; error=\(expected); details=\"a \\\"q\\\" \\\\ ???\"")
        }
    }

    @Test func `an exhausted limit tells when to come back`() {
        var refusal = Self.refusal(.limited)
        refusal.retryAfterSeconds = 12
        refusal.quota = .init(limitID: "pay\"ment", max: 100, windowSeconds: 3600, remaining: -1, resetSeconds: 12)
        let answer = refusal.answer(.problem)
        #expect(Self.field(answer, "Retry-After") == "12")
        #expect(Self.field(answer, "RateLimit") == #""pay\"ment";r=0;t=12"#)
        #expect(Self.field(answer, "RateLimit-Policy") == #""pay\"ment";q=100;w=3600"#)
    }

    @Test func `AWS protocols get their own error shapes`() {
        let json = Self.refusal().answer(.awsJSON)
        #expect(json.status == 403 && Self.field(json, "x-amzn-ErrorType") == "AccessDenied")
        #expect(Wire.text(json.body) == #"{"__type":"AccessDenied","message":"d","Message":"d"}"#)
        let query = Wire.text(Self.refusal().answer(.awsXML).body)
        #expect(
            query.hasSuffix(
                "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>d</Message></Error><RequestId>01J</RequestId></ErrorResponse>"
            ))
        let ec2 = Wire.text(Self.refusal(.blocked, "a<b").answer(.ec2XML).body)
        #expect(
            ec2.hasPrefix(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>AccessDenied</Code>"))
        #expect(ec2.contains("<Message>a&lt;b</Message></Error></Errors><RequestID>"))
        let s3 = Wire.text(Self.refusal(.blocked, "a<b").answer(.s3XML).body)
        #expect(
            s3.hasSuffix(
                "\n<Error><Code>AccessDenied</Code><Message>a&lt;b</Message><RequestId>01J</RequestId></Error>"))
        #expect(Wire.text(Self.refusal(.upstreamTimeout).answer(.awsJSON).body).contains("ServiceUnavailable"))
    }

    @Test func `gRPC gets a trailers-only answer`() {
        let answer = Self.refusal(.blocked, "100% é\n").answer(.grpc)
        #expect(answer.status == 200 && answer.body.isEmpty)
        #expect(Self.field(answer, "Content-Type") == "application/grpc")
        #expect(Self.field(answer, "grpc-status") == "7")
        #expect(Self.field(answer, "grpc-message") == "100%25 %C3%A9%0A")
        #expect(Self.field(Self.refusal(.upstreamTimeout).answer(.grpc), "grpc-status") == "4")
        #expect(Self.field(Self.refusal(.upstreamTLS).answer(.grpc), "grpc-status") == "14")
    }

    @Test func `a long detail is whole in the body and cut in fields`() {
        let answer = Self.refusal(.blocked, String(repeating: "é", count: 2_000)).answer(.problem)
        #expect((Self.field(answer, "Proxy-Status") ?? "").utf8.count < 700)
        #expect(answer.body.count > 8_000)
    }

    @Test func `a head's fault becomes a refusal`() {
        let refusal = Refusal(RequestFault.tooLarge("x"), callID: "1", correlationID: "2")
        #expect(refusal.type == .headersTooLarge && refusal.answer(.problem).status == 431)
    }
}
