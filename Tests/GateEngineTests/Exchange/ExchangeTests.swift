import GatePolicy
import GateStore
import Synchronization
import Testing

@testable import GateEngine

/// One call's stages, the store and the client's end in the test's hand.
@Suite(.timeLimit(.minutes(1)))
struct ExchangeTests {
    private static let rules = """
          - { id: gone, match: { method: DELETE }, class: irreversible }
          - { id: form, match: { method: POST, form.action: delete }, class: irreversible }
          - { id: rest, match: { method: "{GET,POST}" }, class: safe }

        """

    private static func post(_ length: Int, _ body: String, _ fields: String = "") -> String {
        "POST http://127.0.0.1:9/ HTTP/1.1\r\nHost: x\r\nContent-Length: \(length)\r\n"
            + "Content-Type: application/x-www-form-urlencoded\r\n\(fields)\r\n" + body
    }

    private static let delete = "DELETE http://127.0.0.1:9/ HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test func `Nothing leaves before the intent is on disk`() throws {
        try BareLane.with(rules: Self.rules) { bare in
            let (connection, client) = try bare.connect()
            client.write(Self.delete)
            connection.ready(events: 1)
            #expect(bare.store.outcomes == [.inDoubt] && bare.lane.engine.activeCount == 0)
            bare.lane.received(.committed(ticket: 1, nil))
            #expect(bare.lane.engine.activeCount == 1)
        }
    }

    @Test func `A call whose intent can't be written is answered 503 and not sent`() throws {
        try BareLane.with(rules: Self.rules) { bare in
            let (connection, client) = try bare.connect()
            client.write(Self.delete)
            connection.ready(events: 1)
            bare.lane.received(.committed(ticket: 1, StoreError(code: .unavailable, message: "full")))
            connection.roundEnded()
            #expect(bare.lane.engine.activeCount == 0 && client.read().contains("urn:stoplog:store-unavailable"))
        }
    }

    @Test func `A call whose client goes while its intent is written is not sent`() throws {
        try BareLane.with(rules: Self.rules) { bare in
            let (connection, client) = try bare.connect()
            client.write(Self.delete)
            connection.ready(events: 1)
            connection.lost()
            bare.lane.received(.committed(ticket: 1, nil))
            #expect(bare.lane.engine.activeCount == 0 && bare.store.outcomes == [.inDoubt, .failed])
            bare.lane.received(.committed(ticket: 2, nil))
            #expect(bare.lane.engine.activeCount == 0)
        }
    }

    @Test func `A call is judged by the policy that it began with`() throws {
        try BareLane.with(rules: Self.rules, mode: .block) { bare in
            let (connection, client) = try bare.connect()
            client.write(Self.post(13, "action="))
            connection.ready(events: 1)
            try BareLane.with(rules: "  - { id: all, match: { host: \"**\" }, class: safe }\n") { other in
                bare.lane.received(.reload(other.lane.settings.policy, bare.lane.settings.configuration))
            }
            client.write("delete")
            connection.ready(events: 1)
            #expect(bare.store.committed.withLock { $0.map(\.rule) } == ["p/form"])
            #expect(bare.store.outcomes == [.blocked] && bare.lane.engine.activeCount == 0)
        }
    }

    @Test func `A stricter mode holds for a call that is not decided yet, a looser one does not`() throws {
        for (before, after, outcome) in [
            (Mode.live, Mode.block, CallRecord.Outcome.blocked), (.block, .live, .blocked),
        ] {
            try BareLane.with(rules: Self.rules, mode: before) { bare in
                let (connection, client) = try bare.connect()
                client.write(Self.post(13, "action="))
                connection.ready(events: 1)
                bare.lane.core.mode = after
                client.write("delete")
                connection.ready(events: 1)
                #expect(bare.store.outcomes == [outcome])
            }
        }
    }

    @Test func `Bodies beyond what all calls may hold are answered 503, and their room is given back`() throws {
        try BareLane.with(rules: Self.rules, limits: ClientLimits(gatheredBytes: 100)) { bare in
            let (connection, client) = try bare.connect()
            client.write(Self.post(90, String(repeating: "a", count: 80)))
            connection.ready(events: 1)
            #expect(bare.lane.core.gatheredBodies.count == 80)
            let (second, other) = try bare.connect()
            other.write(Self.post(50, String(repeating: "a", count: 30)))
            second.ready(events: 1)
            second.roundEnded()
            #expect(other.read().contains("urn:stoplog:overloaded"))
            connection.lost()
            #expect(bare.lane.core.gatheredBodies.count == 0 && bare.lane.engine.activeCount == 0)
        }
    }

    /// `Connection` takes Content-Encoding out of the message: the upstream reads the raw bytes, so they are judged.
    @Test func `A coding that does not reach the upstream is not removed for judging`() throws {
        try BareLane.with(rules: Self.rules, mode: .block) { bare in
            let (connection, client) = try bare.connect()
            client.write(Self.post(13, "action=delete", "Content-Encoding: gzip\r\nConnection: content-encoding\r\n"))
            connection.ready(events: 1)
            #expect(bare.store.committed.withLock { $0.map(\.rule) } == ["p/form"])
        }
    }

    @Test func `What is kept for a release is what would have been sent`() throws {
        try BareLane.with(rules: Self.rules, mode: .block) { bare in
            let (connection, client) = try bare.connect()
            client.write(
                "DELETE http://a.example:81/x HTTP/1.1\r\nHost: b.example\r\nProxy-Authorization: Basic YTpi\r\n"
                    + "Connection: X-Hop\r\nX-Hop: 1\r\nX-End: 2\r\nStoplog-Session: s\r\n\r\n")
            connection.ready(events: 1)
            #expect(
                bare.store.sealed.withLock { $0.map { String(decoding: $0, as: UTF8.self) } }
                    == ["DELETE http://a.example:81/x HTTP/1.1\r\nHost: a.example:81\r\nX-End: 2\r\n\r\n"])
        }
    }

    @Test func `A Host that is not sent is not judged`() throws {
        let rules = """
              - { id: trusted, match: { header.host: safe.example }, class: safe }
              - { id: rest, match: { host: "**" }, class: irreversible }

            """
        try BareLane.with(rules: rules, mode: .block) { bare in
            let (connection, client) = try bare.connect()
            client.write("GET http://127.0.0.1:9/ HTTP/1.1\r\nHost: safe.example\r\n\r\n")
            connection.ready(events: 1)
            #expect(bare.store.committed.withLock { $0.map(\.rule) } == ["p/rest"])
        }
    }

    @Test func `A tunnel whose client goes while its intent is written is not opened`() throws {
        let rules = "  - { id: all, match: { host: \"**\" }, class: irreversible }\n"
        try BareLane.with(rules: rules, interceptsNothing: true) { bare in
            let (connection, client) = try bare.connect()
            client.write("CONNECT 127.0.0.1:9 HTTP/1.1\r\nHost: 127.0.0.1:9\r\n\r\n")
            connection.ready(events: 1)
            #expect(bare.store.outcomes == [.inDoubt])
            connection.lost()
            bare.lane.received(.committed(ticket: 1, nil))
            #expect(bare.lane.engine.activeCount == 0 && connection.isClosed)
            #expect(bare.store.appended.withLock { $0.map(\.outcome) } == [.failed])
        }
    }
}
