import Synchronization
import Testing

@testable import GateEngine

/// Streams and faults: what arrives goes on, and when one side ends the other is released.
@Suite(.timeLimit(.minutes(3)))
struct StreamTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    private static func answersAll(_ connection: OriginConnection) {
        while connection.request() != nil { connection.write(ok) }
    }

    @Test func `Answers to pipelined requests come in order`() throws {
        try WireScene.play { connection in
            while let (head, _) = connection.request() {
                connection.answer(String(head.split(separator: " ")[1].last ?? "?"))
            }
        } _: { scene in
            let client = try scene.client()
            client.write((0..<40).map { scene.request("GET", "/n\($0 % 10)") }.joined())
            for index in 0..<40 { #expect(try client.answer(to: "GET").body == Array("\(index % 10)".utf8)) }
        }
    }

    @Test func `A malformed pipelined request ends the connection after the answers before it`() throws {
        try WireScene.play(Self.answersAll) { scene in
            let client = try scene.client()
            client.write(scene.request() + "GET / HTTP/1.1\r\n\r\n" + scene.request("GET", "/third"))
            #expect(try client.answer(to: "GET").status == 200)
            #expect(try client.answer(to: "GET").status == 400)
            #expect(client.drain() == .closed)
            #expect(scene.origin.heads.count == 1)
        }
    }

    @Test func `Messages may come byte by byte`() throws {
        try WireScene.play { connection in
            while connection.request() != nil {
                for byte in "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n".utf8 {
                    connection.write([byte])
                }
            }
        } _: { scene in
            let client = try scene.client()
            let text = scene.request("PUT", "/", "Transfer-Encoding: chunked\r\n", "3;a=b\r\nabc\r\n0\r\nT: v\r\n\r\n")
            for byte in text.utf8 { client.write([byte]) }
            let answer = try client.answer(to: "PUT")
            #expect(answer.body == Array("abc".utf8) && answer.tail.contains("X: y"))
            #expect(scene.origin.received.contains("0\r\nT: v\r\n\r\n"))
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nfirst",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nfirst", "HTTP/1.1 103 first\r\nLink: x\r\n\r\n",
    ])
    func `What an upstream sends reaches the client while it is still sending`(beginning: String) throws {
        let seen = Signal()
        try WireScene.play { connection in
            _ = connection.request()
            connection.write(beginning)
            seen.wait()
        } _: { scene in
            let client = try scene.client()
            client.write(scene.request())
            _ = try client.until("first")
            seen.fire()
        }
    }

    @Test func `What a client sends reaches the upstream while it is still sending`() throws {
        let seen = Signal()
        try WireScene.play { connection in
            _ = connection.until("abc")
            seen.fire()
            _ = connection.until("\r\n0\r\n\r\n")
            connection.write(Self.ok)
        } _: { scene in
            let client = try scene.client()
            client.write(scene.request("POST", "/", "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n"))
            #expect(seen.wait())
            client.write("0\r\n\r\n")
            #expect(try client.answer(to: "POST").status == 200)
        }
    }

    @Test func `Large bodies arrive whole`() throws {
        let piece = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try WireScene.play { connection in
            while let (_, body) = connection.request() {
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n")
                connection.write(body)
            }
        } _: { scene in
            let client = try scene.client()
            client.write(scene.request("PUT", "/", "Content-Length: 5000000\r\n"))
            for _ in 0..<50 { client.write(piece) }
            let answer = try client.answer(to: "PUT")
            #expect(answer.body == Array((0..<50).map { _ in piece }.joined()))
            client.write(scene.request("PUT", "/", "Transfer-Encoding: chunked\r\n"))
            for _ in 0..<10 { client.write(Array("186a0\r\n".utf8) + piece + Array("\r\n".utf8)) }
            client.write("0\r\n\r\n")
            #expect(try client.answer(to: "PUT").body.count == 1_000_000)
        }
    }

    @Test func `An answer that comes before the body is whole is passed on`() throws {
        try WireScene.play { connection in
            _ = connection.head()
            connection.write("HTTP/1.1 413 No\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno")
            connection.waitForEnd()
        } _: { scene in
            let client = try scene.client()
            client.write(scene.request("PUT", "/", "Content-Length: 50000000\r\n", "abc"))
            #expect(try client.answer(to: "PUT").status == 413)
        }
    }

    @Test func `A short rest of a refused body is dropped and the connection lives on`() throws {
        try WireScene.play { connection in
            while let head = connection.head() {
                connection.write("HTTP/1.1 400 No\r\nContent-Length: 2\r\n\r\nno")
                if head.contains("Content-Length") { return connection.waitForEnd() }
            }
        } _: { scene in
            let client = try scene.client()
            client.write(scene.request("PUT", "/", "Content-Length: 5\r\n", "ab"))
            #expect(try client.answer(to: "PUT").status == 400)
            client.write("cde" + scene.request())
            #expect(try client.answer(to: "GET").status == 400)
        }
    }

    @Test func `Expect works both ways`() throws {
        try WireScene.play { connection in
            while let head = connection.head() {
                guard head.contains("Expect: 100-continue"), head.contains("/yes") else {
                    connection.write("HTTP/1.1 417 No\r\nContent-Length: 2\r\n\r\nno")
                    continue
                }
                connection.write("HTTP/1.1 100 Continue\r\n\r\n")
                _ = connection.bytes(5)
                connection.write(Self.ok)
            }
        } _: { scene in
            let client = try scene.client()
            let fields = "Content-Length: 5\r\nExpect: 100-continue\r\n"
            client.write(scene.request("PUT", "/yes", fields))
            #expect(try client.until("\r\n\r\n").starts(with: Array("HTTP/1.1 100 ".utf8)))
            client.write("hello")
            #expect(try client.answer(to: "PUT").status == 200)
            client.write(scene.request("PUT", "/no", fields))
            #expect(try client.answer(to: "PUT").status == 417)
            #expect(scene.origin.heads.count == 2)
        }
    }

    /// Before an answer, in one, in an upload, with a reset.
    @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"], [false, true])
    func `A client that goes away releases its upstream`(beginning: String, isReset: Bool) throws {
        let arrived = Signal()
        let released = Signal()
        try WireScene.play { connection in
            _ = connection.head()
            connection.write(beginning)
            arrived.fire()
            connection.waitForEnd()
            released.fire()
        } _: { scene in
            do {
                let client = try scene.client()
                client.write(scene.request("PUT", "/", "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n"))
                #expect(arrived.wait())
                if !beginning.isEmpty { _ = try client.until("abc") }
                if isReset { SocketAddress.setResetOnClose(client.descriptor) }
            }
            #expect(released.wait())
            #expect(!scene.origin.received.contains("\r\n0\r\n\r\n"))
        }
    }

    @Test func `A client that goes away in the midst of a quiet stream releases it`() throws {
        let released = Signal()
        try WireScene.play { connection in
            _ = connection.request()
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
            connection.waitForEnd()
            released.fire()
        } _: { scene in
            do {
                let client = try scene.client()
                client.write(scene.request())
                _ = try client.until("abc\r\n")
            }
            #expect(released.wait())
        }
    }

    @Test func `An upstream that dies in its answer shows as an error`() throws {
        try WireScene.play { connection in
            _ = connection.request()
            connection.write("HTTP/1.1 200 OK\r\n\r\nabc")
            connection.reset()
        } _: { scene in
            let client = try scene.client()
            client.write(scene.request())
            // A reset may overtake what was sent before it.
            let answer = try? client.answer(to: "GET")
            #expect(answer == nil || answer?.status == 502)
        }
    }

    @Test func `A request that may have been delivered is not sent again`() throws {
        try WireScene.play { connection in
            while let (head, _) = connection.request() {
                if head.hasPrefix("POST") { return connection.reset() }
                connection.write(Self.ok)
            }
        } _: { scene in
            let client = try scene.client()
            client.write(scene.request())
            #expect(try client.answer(to: "GET").status == 200)
            client.write(scene.request("POST", "/", "Content-Length: 3\r\n", "abc"))
            #expect(try client.answer(to: "POST").status == 502)
            #expect(scene.origin.heads.filter { $0.hasPrefix("POST") }.count == 1)
            client.write(scene.request())
            #expect(try client.answer(to: "GET").status == 200)
        }
    }

    @Test func `Upstream connections are used again`() throws {
        try WireScene.play(Self.answersAll) { scene in
            let client = try scene.client()
            for _ in 0..<20 {
                client.write(scene.request())
                #expect(try client.answer(to: "GET").status == 200)
            }
            #expect(scene.origin.connections == 1)
        }
    }

    @Test func `A folded first header line after another answer is an error, nothing worse`() throws {
        try WireScene.play { connection in
            while let (head, _) = connection.request() {
                connection.write(
                    head.contains("/bad") ? "HTTP/1.1 200 OK\r\n X: y\r\nContent-Length: 2\r\n\r\nok" : Self.ok)
            }
        } _: { scene in
            let client = try scene.client()
            for index in 0..<20 {
                client.write(scene.request("GET", index % 2 == 1 ? "/bad" : "/"))
                #expect(try client.answer(to: "GET").status == (index % 2 == 1 ? 502 : 200))
            }
        }
    }

    @Test(arguments: ["X-A: \(String(repeating: "y", count: 1000))\r\n", String(repeating: "y", count: 1000)])
    func `An endless head is an error`(piece: String) throws {
        try WireScene.play { connection in
            _ = connection.request()
            connection.write("HTTP/1.1 200 OK\r\nX: ")
            while connection.write(Array(piece.utf8)) {}
        } _: { scene in
            let client = try scene.client()
            client.write(scene.request())
            #expect(try client.answer(to: "GET").status == 502)
        }
    }

    @Test func `Endless interim answers are an error`() throws {
        try WireScene.play { connection in
            _ = connection.request()
            while connection.write(Array("HTTP/1.1 102 Processing\r\n\r\n".utf8)) {}
        } _: { scene in
            let client = try scene.client()
            client.write(scene.request())
            #expect(try client.answer(to: "GET").status == 502)
        }
    }

    @Test func `A client that ended its side gets its answers`() throws {
        try withGate { gate in
            let origin = try ScriptedOrigin(Self.answersAll)
            defer { origin.stop() }
            let scene = WireScene(gate: gate, origin: origin, isTunnelled: false)
            let client = try scene.client()
            client.write((0..<5).map { _ in scene.request("PUT", "/", "Content-Length: 3\r\n", "abc") }.joined())
            client.finishWriting()
            for _ in 0..<5 { #expect(try client.answer(to: "PUT").status == 200) }
            #expect(client.drain() == .closed)
        }
    }
}
