import Foundation
import Synchronization
import Testing

@testable import GateEngine

/// A gate, an origin and clients that reach it, plain or in a tunnel.
struct WireScene {
    let gate: GateProcess
    let origin: ScriptedOrigin
    let isTunnelled: Bool

    var authority: String { "127.0.0.1:\(origin.port)" }

    func client() throws -> RawClient {
        let client = try RawClient(port: gate.port)
        if isTunnelled { try client.openTunnel(to: authority, host: "127.0.0.1", trust: gate.authority) }
        return client
    }

    /// `fields` end in CRLF each.
    func request(_ method: String = "GET", _ path: String = "/", _ fields: String = "", _ body: String = "") -> String {
        let target = (isTunnelled ? "" : "http://" + authority) + path
        return "\(method) \(target) HTTP/1.1\r\nHost: \(authority)\r\n\(fields)\r\n\(body)"
    }

    /// Plays `body` twice, against fresh origins: over the proxy's port and in a tunnel.
    static func play(
        _ gate: GateProcess, _ script: @escaping @Sendable (OriginConnection) -> Void,
        _ body: (WireScene) throws -> Void
    ) throws {
        for isTunnelled in [false, true] {
            let origin = try ScriptedOrigin(tls: isTunnelled ? OriginCertificate.good : nil, script)
            defer { origin.stop() }
            try body(WireScene(gate: gate, origin: origin, isTunnelled: isTunnelled))
        }
    }

    /// The same with a gate of its own.
    static func play(
        _ script: @escaping @Sendable (OriginConnection) -> Void, _ body: (WireScene) throws -> Void
    ) throws {
        try withGate { try play($0, script, body) }
    }
}

/// Lets a thread wait for another, at most 10 seconds.
final class Signal: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    func fire() { semaphore.signal() }
    @discardableResult func wait() -> Bool { semaphore.wait(timeout: .now() + 10) == .success }
}
