import Foundation
import GatePolicy
import Testing

@testable import GateEngine

@Suite(.timeLimit(.minutes(2)))
struct UpstreamProxyTests {
    private func settings(_ proxy: ScriptedOrigin, deny: String...) throws -> UpstreamSettings {
        var settings = UpstreamSettings()
        settings.proxy = "http://127.0.0.1:\(proxy.port)"
        settings.denyNetworks = try AddressGuard(parsing: deny)
        return settings
    }

    @Test func plainCallsGoInAbsoluteForm() throws {
        let proxy = try ScriptedOrigin { connection in while connection.head() != nil { connection.answer("proxied") } }
        let bench = try UpstreamBench(settings(proxy, deny: "127.0.0.0/8"))
        defer { bench.stop(); proxy.stop() }
        var call = TestCall("GET /a/../b?c HTTP/1.1", to: 8080)
        call.host = "origin.invalid"
        try #expect(bench.answer(call).text == "proxied")
        try #expect(bench.answer(call).text == "proxied")
        #expect(proxy.connections == 1)
        for head in proxy.heads {
            #expect(head.hasPrefix("GET http://origin.invalid:8080/a/../b?c HTTP/1.1\r\nHost: origin.invalid:8080\r\n"))
            #expect(!head.contains("Proxy-Connection"))
        }
    }

    @Test func secureCallsGoThroughATunnelAndAreCheckedEndToEnd() throws {
        let trust = try UpstreamTrust(systemRoots: nil, extraFiles: [OriginCertificate.good])
        let pem = OriginCertificate.good
        let proxy = try ScriptedOrigin { connection in
            guard let head = connection.head(), head.hasPrefix("CONNECT localhost:443 HTTP/1.1\r\n") else { return }
            connection.write("HTTP/1.1 200 Connection established\r\nX-Proxy: 1\r\n\r\n")
            guard connection.startTLS(pem) else { return }
            while connection.head() != nil { connection.answer("secret") }
        }
        let bench = try UpstreamBench(settings(proxy, deny: "127.0.0.0/8"), trust: trust)
        defer { bench.stop(); proxy.stop() }
        var call = TestCall("GET /path HTTP/1.1", to: 443)
        call.scheme = .https
        call.host = "localhost"
        for _ in 0..<3 {
            let answer = try bench.answer(call)
            #expect(answer.error == nil)
            #expect(answer.text == "secret")
            #expect(answer.field("X-Proxy") == nil)
        }
        #expect(proxy.connections == 1)
        #expect(proxy.heads.count == 4)
        #expect(proxy.heads.last?.hasPrefix("GET /path HTTP/1.1\r\n") == true)
    }

    @Test func aProxyThatRefusesTheTunnelProvesThatNothingLeft() throws {
        let proxy = try ScriptedOrigin { connection in
            _ = connection.head()
            connection.answer(
                "no", status: "407 Proxy Authentication Required", fields: "Proxy-Authenticate: Basic realm=x\r\n")
        }
        let bench = try UpstreamBench(settings(proxy))
        defer { bench.stop(); proxy.stop() }
        var call = TestCall("POST / HTTP/1.1", to: 443, body: "x")
        call.scheme = .https
        call.host = "localhost"
        let answer = try bench.answer(call)
        #expect(answer.error?.code == .unreachable)
        #expect(answer.error?.mayHaveLeft == false)
        #expect(answer.head == nil)
        #expect(proxy.heads.count == 1)
    }

    @Test func literalAddressesAreDeniedBeforeTheProxyIsAsked() throws {
        let proxy = try ScriptedOrigin { connection in while connection.head() != nil { connection.answer() } }
        let bench = try UpstreamBench(settings(proxy, deny: "169.254.0.0/16"))
        defer { bench.stop(); proxy.stop() }
        var call = TestCall("GET /latest/meta-data HTTP/1.1", to: 80)
        for host in ["169.254.169.254", "::ffff:169.254.169.254"] {
            call.host = host
            try #expect(bench.answer(call).error?.code == .denied)
        }
        #expect(proxy.connections == 0)
    }

    @Test func reroutedCallsDoNotGoThroughTheProxy() throws {
        let proxy = try ScriptedOrigin { connection in while connection.head() != nil { connection.answer("proxy") } }
        let origin = try ScriptedOrigin { connection in while connection.head() != nil { connection.answer("origin") } }
        let bench = try UpstreamBench(settings(proxy))
        defer { bench.stop(); proxy.stop(); origin.stop() }
        for isRerouted in [true, false, true, false] {
            var call = TestCall("GET / HTTP/1.1", to: origin)
            call.isRerouted = isRerouted
            try #expect(bench.answer(call).text == (isRerouted ? "origin" : "proxy"))
        }
    }
}
