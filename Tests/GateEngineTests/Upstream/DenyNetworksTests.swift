import Foundation
import Testing

@testable import GateEngine

@Suite(.timeLimit(.minutes(2)))
struct DenyNetworksTests {
    private func settings(_ networks: String...) throws -> UpstreamSettings {
        var settings = UpstreamSettings()
        settings.denyNetworks = try AddressGuard(parsing: networks)
        return settings
    }

    @Test(arguments: ["127.0.0.1", "localhost", "::ffff:127.0.0.1"])
    func aDeniedAddressIsNotDialledHoweverItIsNamed(host: String) throws {
        try withOrigin(settings("127.0.0.0/8", "::1"), script: { connection in _ = connection.head() }) {
            bench, origin in
            var call = TestCall("POST / HTTP/1.1", to: origin)
            call.host = host
            let answer = try bench.answer(call)
            #expect(answer.error?.code == .denied)
            #expect(answer.error?.mayHaveLeft == false)
            #expect(answer.error?.proxyStatus == "destination_ip_prohibited")
            #expect(origin.connections == 0)
        }
    }

    @Test func otherAddressesAreDialled() throws {
        try withOrigin(
            settings("169.254.0.0/16", "10.0.0.0/8"),
            script: { connection in
                while connection.head() != nil { connection.answer() }
            }
        ) { bench, origin in
            try #expect(bench.answer(TestCall("GET / HTTP/1.1", to: origin)).text == "ok")
            try #expect(bench.answer(TestCall("GET / HTTP/1.1", to: origin)).text == "ok")
        }
    }

    @Test func aReroutedCallMayGoThereAndItsConnectionServesNobodyElse() throws {
        try withOrigin(
            settings("127.0.0.0/8"),
            script: { connection in
                while connection.head() != nil { connection.answer() }
            }
        ) { bench, origin in
            var call = TestCall("GET / HTTP/1.1", to: origin)
            call.isRerouted = true
            try #expect(bench.answer(call).text == "ok")
            call.isRerouted = false
            let answer = try bench.answer(call)
            #expect(answer.error?.code == .denied)
            #expect(answer.error?.mayHaveLeft == false)
            #expect(origin.heads.count == 1)
        }
    }

    @Test func tunnelsAreGuardedToo() throws {
        try withOrigin(settings("127.0.0.0/8"), script: { connection in connection.waitForEnd() }) { bench, origin in
            let peer = TestTunnel()
            bench.open(peer, host: "127.0.0.1", port: origin.port)
            try peer.wait()
            #expect(peer.error?.code == .denied)
            #expect(origin.connections == 0)
        }
    }
}
