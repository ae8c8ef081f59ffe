import Foundation
import Glibc
import Logging
import Testing

@testable import GateEngine

/// What a gate has to survive, and how it ends.
@Suite(.timeLimit(.minutes(3)))
struct EnduranceTests {
    private static func withOrigin(descriptors: Int? = nil, _ body: (GateProcess, WireScene) throws -> Void) throws {
        let origin = try ScriptedOrigin { connection in
            while connection.request() != nil { connection.answer() }
        }
        defer { origin.stop() }
        try withGate(descriptors: descriptors) { gate in
            try body(gate, WireScene(gate: gate, origin: origin, isTunnelled: false))
        }
    }

    @Test func `Idle clients do not keep others from being served`() throws {
        try Self.withOrigin { gate, scene in
            let idle = try (0..<400).map { _ in try RawClient(port: gate.port) }
            for client in [try scene.client()] + idle.suffix(20) {
                client.write(scene.request())
                #expect(try client.answer(to: "GET").status == 200)
            }
        }
    }

    /// Each of the crowd is served or turned away at once, and those that are in are served.
    @Test func `Few descriptors are survived`() throws {
        try Self.withOrigin(descriptors: 80) { gate, scene in
            var served = 0
            do {
                let crowd = try (0..<120).map { _ in try RawClient(port: gate.port) }
                for client in crowd {
                    client.write(scene.request())
                    do throws(RawClient.End) {
                        let status = try client.answer(to: "GET").status
                        #expect(status == 200 || status == 503)
                        served += status == 200 ? 1 : 0
                    } catch {
                        #expect(error != .late)
                    }
                }
            }
            #expect(served > 0)
            var status = 503
            while status == 503 {
                let client = try scene.client()
                client.write(scene.request())
                if let answer = try? client.answer(to: "GET") { status = answer.status }
            }
            #expect(status == 200)
        }
    }

    @Test func `Clients never take all descriptors`() {
        #expect(ClientLimits().capped(descriptors: 1024).connections == 492)
        #expect(ClientLimits().capped(descriptors: 1_048_576).connections == 20_000)
        #expect(ClientLimits().capped(descriptors: 20).connections == 8)
    }

    @Test func `Random bytes and mutated requests are survived`() throws {
        try Self.withOrigin { gate, scene in
            var random = SeededGenerator(state: 5)
            let request = Array(
                scene.request("PUT", "/a?b=c", "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n").utf8)
            for round in 0..<300 {
                var bytes = round % 2 == 0 ? request : (0..<200).map { _ in UInt8.random(in: 0...255, using: &random) }
                for _ in 0..<3 {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
                let client = try RawClient(port: gate.port)
                client.write(bytes)
                client.finishWriting()
                #expect(client.drain() != .late)
            }
            #expect(gate.isRunning)
        }
    }

    @Test func `Mutated answers are survived`() throws {
        let answer = Array(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n3\r\nabc\r\n0\r\nT: v\r\n\r\n".utf8)
        let origin = try ScriptedOrigin { connection in
            guard let (head, _) = connection.request() else { return }
            var random = SeededGenerator(state: UInt64(head.utf8.reduce(0) { $0 &* 31 &+ Int($1) }.magnitude))
            var bytes = answer
            for _ in 0..<3 {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            connection.write(bytes)
        }
        defer { origin.stop() }
        try withGate { gate in
            for round in 0..<200 {
                let scene = WireScene(gate: gate, origin: origin, isTunnelled: false)
                let client = try scene.client()
                client.write(scene.request("GET", "/\(round)", "Connection: close\r\n"))
                #expect(client.drain() != .late)
            }
            #expect(gate.isRunning)
        }
    }

    @Test func `A malformed request leaves a log line and no call upstream`() throws {
        try Self.withOrigin { gate, scene in
            let client = try scene.client()
            client.write("GET \(scene.authority) HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n")
            let answer = try client.answer(to: "GET")
            #expect(answer.status == 400 && client.drain() == .closed)
            let call = WireText8.text(answer.heads).components(separatedBy: "Stoplog-Call: ").last?.prefix(26) ?? "?"
            gate.signal(SIGTERM)
            _ = gate.waitForEnd()
            #expect(gate.logText.contains(call) && gate.logText.contains("bad-request"))
            #expect(scene.origin.connections == 0)
        }
    }

    @Test func `SIGTERM lets calls in flight end and turns others away`() throws {
        let proceed = Signal()
        let origin = try ScriptedOrigin { connection in
            _ = connection.request()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc")
            proceed.wait()
            connection.write("def")
            connection.waitForEnd()
        }
        defer { origin.stop() }
        try withGate { gate in
            let scene = WireScene(gate: gate, origin: origin, isTunnelled: false)
            let idle = try scene.client()
            let client = try scene.client()
            client.write(scene.request())
            _ = try client.until("abc")
            gate.signal(SIGTERM)
            #expect(idle.drain() == .closed)
            #expect(gate.isRunning)
            proceed.fire()
            #expect(try client.bytes(3) == Array("def".utf8))
            #expect(client.drain() == .closed)
            #expect(gate.waitForEnd() == 0)
        }
    }

    @Test func `SIGHUP takes over a policy, a faulty one is refused`() throws {
        try Self.withOrigin { gate, scene in
            let client = try scene.client()
            func status() throws -> Int {
                client.write(scene.request("DELETE", "/x"))
                return try client.answer(to: "DELETE").status
            }
            func wait(for text: String) {
                let end = ContinuousClock.now + .seconds(20)
                while !gate.logText.contains(text), gate.isRunning, .now < end { sched_yield() }
            }
            #expect(try status() == 200)
            let rule =
                "policy: p\nrules:\n  - { id: d, match: { method: DELETE }, class: irreversible, action: block }\n"
            try rule.write(toFile: gate.directory + "/p.yaml", atomically: true, encoding: .utf8)
            let file = gate.directory + "/stoplog.yaml"
            try "version: 1\npolicies: [./p.yaml]\n".write(toFile: file, atomically: true, encoding: .utf8)
            gate.signal(SIGHUP)
            wait(for: "The policy was reloaded")
            // The reactor may read a request before its mail.
            var last = 0
            for _ in 0..<1000 where last != 403 { last = try status() }
            #expect(last == 403)
            try "version: 1\npolicies: [./none.yaml]\n".write(toFile: file, atomically: true, encoding: .utf8)
            gate.signal(SIGHUP)
            wait(for: "none.yaml")
            #expect(try status() == 403)
        }
    }

    // MARK: Deadlines, with short limits

    private static func withLimits(_ limits: ClientLimits, _ body: (UInt16) throws -> Void) throws {
        var configuration = GateConfiguration()
        configuration.listen = ListenAddress(host: "127.0.0.1", port: 0)
        configuration.admin = ListenAddress(host: "127.0.0.1", port: 0)
        configuration.stateDirectory = NSTemporaryDirectory() + "stoplog-limits-\(UUID().uuidString)"
        configuration.threads = 1
        defer { try? FileManager.default.removeItem(atPath: configuration.stateDirectory) }
        let gate = try Gate.start(
            configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, limits: limits)
        defer { gate.drain(deadline: .seconds(1)) }
        try body(gate.ready.proxy.port)
    }

    @Test(arguments: ["GET http://a/ HT", "GET http://a/ HTTP/1.1\r\nHost: a\r\n"])
    func `A head that does not come in time is answered 408`(beginning: String) throws {
        try Self.withLimits(ClientLimits(headMilliseconds: 100)) { port in
            let client = try RawClient(port: port)
            client.write(beginning)
            #expect(try client.answer(to: "GET").status == 408)
            #expect(client.drain() == .closed)
        }
    }

    @Test func `A body that does not come in time is answered 408`() throws {
        let origin = try ScriptedOrigin { connection in _ = connection.request() }
        defer { origin.stop() }
        try Self.withLimits(ClientLimits(bodyMilliseconds: 100)) { port in
            let client = try RawClient(port: port)
            client.write("PUT http://127.0.0.1:\(origin.port)/ HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc")
            #expect(try client.answer(to: "PUT").status == 408)
            #expect(client.drain() == .closed)
        }
    }

    @Test func `An idle connection is closed in time`() throws {
        try Self.withLimits(ClientLimits(idleMilliseconds: 100)) { port in
            let client = try RawClient(port: port)
            #expect(client.drain() == .closed)
        }
    }

    @Test func `A handshake that does not come in time ends the tunnel`() throws {
        try Self.withLimits(ClientLimits(handshakeMilliseconds: 100)) { port in
            let client = try RawClient(port: port)
            client.write("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n")
            #expect(try client.answer(to: "CONNECT").status == 200)
            #expect(client.drain() == .closed)
        }
    }

    @Test func `A reader that takes nothing is cut off in time`() throws {
        let isCut = Signal()
        let origin = try ScriptedOrigin { connection in
            _ = connection.request()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
            while connection.write([UInt8](repeating: 0, count: 65_536)) {}
            isCut.fire()
        }
        defer { origin.stop() }
        try Self.withLimits(ClientLimits(writeMilliseconds: 200)) { port in
            let client = try RawClient(port: port)
            client.write("GET http://127.0.0.1:\(origin.port)/ HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(isCut.wait())
            _ = client
        }
    }

    @Test func `A client too many is turned away, the admin server stays reachable`() throws {
        try Self.withOrigin(descriptors: 56) { gate, _ in
            let clients = try (0..<8).map { _ in try RawClient(port: gate.port) }
            for client in clients {
                client.write("GET http://127.0.0.1:\(gate.port)/ HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(try client.answer(to: "GET").status == 403)
            }
            #expect(try RawClient(port: gate.port).answer(to: "GET").status == 503)
            let admin = try RawClient(port: gate.adminPort)
            admin.write("GET /livez HTTP/1.1\r\nHost: 127.0.0.1:\(gate.adminPort)\r\n\r\n")
            #expect(try admin.answer(to: "GET").status == 200)
            _ = clients
        }
    }
}
