import Foundation
import Testing

@testable import GateEngine

/// Spellings of calls through the real binary with the shipped policies, over both schemes.
@Suite(.timeLimit(.minutes(3)))
struct JudgementTests {
    private static func withStripe(_ body: (GateProcess, ScriptedOrigin) throws -> Void) throws {
        let origin = try ScriptedOrigin { connection in
            while connection.request() != nil { connection.answer() }
        }
        defer { origin.stop() }
        let target = "http://127.0.0.1:\(origin.port)"
        let configuration = """
            version: 1
            policies: [stripe, default]
            environments: { production: { mode: block } }
            upstream:
              reroute: { "https://api.stripe.com": "\(target)", "http://api.stripe.com": "\(target)" }

            """
        try withGate(configuration) { try body($0, origin) }
    }

    private static func status(of call: JudgedCall, _ gate: GateProcess, isTunnelled: Bool) throws -> Int {
        let client = try RawClient(port: gate.port)
        if isTunnelled {
            try client.openTunnel(
                to: "api.stripe.com:443", host: "api.stripe.com", serverName: "api.stripe.com", trust: gate.authority)
        }
        let parts = call.line.split(separator: " ", maxSplits: 1)
        let target = (isTunnelled ? "" : "http://api.stripe.com") + parts[1]
        let length = "Content-Length: \(call.body.unicodeScalars.count)\r\n"
        client.write("\(parts[0]) \(target) HTTP/1.1\r\nHost: api.stripe.com\r\n\(call.fields)")
        client.write((parts[0] == "GET" || parts[0] == "HEAD" ? "" : length) + "\r\n" + call.body)
        return try client.answer(to: String(parts[0])).status
    }

    @Test(arguments: [false, true])
    func `No spelling of an irreversible call gets through`(isTunnelled: Bool) throws {
        try Self.withStripe { gate, origin in
            for call in JudgedCall.irreversible {
                let status = try Self.status(of: call, gate, isTunnelled: isTunnelled)
                #expect(status == 403, "\(call)")
                #expect(origin.heads.isEmpty, "\(call)")
            }
        }
    }

    @Test(arguments: [false, true])
    func `Calls that only look alike pass`(isTunnelled: Bool) throws {
        try Self.withStripe { gate, _ in
            for call in JudgedCall.lookAlikes {
                let status = try Self.status(of: call, gate, isTunnelled: isTunnelled)
                #expect(status == 200, "\(call)")
            }
        }
    }
}
