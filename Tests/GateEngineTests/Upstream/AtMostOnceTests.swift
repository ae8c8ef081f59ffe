import Foundation
import Synchronization
import Testing

@testable import GateEngine

/// libcurl sends again by itself on a reused connection that died: here nothing is ever executed twice.
@Suite(.timeLimit(.minutes(2)))
struct AtMostOnceTests {
    /// Requests that libcurl alone would send twice.
    static let calls: [@Sendable (ScriptedOrigin) -> TestCall] = [
        { TestCall("GET /second HTTP/1.1", to: $0) },
        { TestCall("DELETE /second HTTP/1.1", to: $0) },
        { TestCall("POST /second HTTP/1.1", to: $0, body: "") },
        { TestCall("POST /second HTTP/1.1", to: $0, body: "abc") },
        { origin in
            var call = TestCall("PUT /second HTTP/1.1", to: origin)
            call.body = .chunked
            call.supplies = [.text("abc"), .end]
            return call
        },
    ]

    @Test(arguments: 0..<calls.count, ["", "HT"])
    func aRequestThatAReusedConnectionSwallowedIsNotSentAgain(index: Int, partial: String) throws {
        try withOrigin(script: { connection in
            _ = connection.head()
            connection.answer("first")
            guard let head = connection.head() else { return }
            if head.contains("Content-Length: 3") { _ = connection.bytes(3) }
            if head.contains("chunked") { _ = connection.until("0\r\n\r\n") }
            // Executed, then the end without an answer.
            connection.write(partial)
        }) { bench, origin in
            try #expect(bench.answer(TestCall("GET /first HTTP/1.1", to: origin)).text == "first")
            let answer = try bench.answer(Self.calls[index](origin))
            #expect(origin.heads.count == 2)
            #expect(answer.error?.mayHaveLeft == true)
            #expect(answer.head == nil)
            #expect(answer.endings == 1)
        }
    }

    @Test func aResetInsteadOfAnAnswerIsNotSentAgain() throws {
        try withOrigin(script: { connection in
            _ = connection.head()
            connection.answer("first")
            _ = connection.head()
            connection.reset()
        }) { bench, origin in
            _ = try bench.answer(TestCall("GET /first HTTP/1.1", to: origin))
            let answer = try bench.answer(TestCall("DELETE /second HTTP/1.1", to: origin))
            #expect(origin.heads.count == 2)
            #expect(answer.error?.code == .unreachable)
            #expect(answer.error?.mayHaveLeft == true)
        }
    }

    @Test func aFreshConnectionThatDiesWithoutAnAnswerMayHaveExecuted() throws {
        try withOrigin(script: { connection in _ = connection.head() }) { bench, origin in
            let answer = try bench.answer(TestCall("GET / HTTP/1.1", to: origin))
            #expect(answer.error?.code == .unreachable)
            #expect(answer.error?.phase == .head)
            #expect(answer.error?.mayHaveLeft == true)
            #expect(origin.heads.count == 1)
        }
    }

    @Test func anExpectationThatFailsIsNotSentAgain() throws {
        try withOrigin(script: { connection in
            while connection.head() != nil { connection.answer("no", status: "417 Expectation Failed") }
        }) { bench, origin in
            var call = TestCall("POST / HTTP/1.1", to: origin, fields: ["Expect: 100-continue", "Content-Length: 5"])
            call.body = .sized(5)
            call.supplies = [.later]
            let answer = try bench.answer(call)
            #expect(answer.error == nil)
            #expect(answer.status == 417)
            #expect(answer.text == "no")
            #expect(origin.heads.count == 1)
            #expect(origin.heads[0].contains("\r\nExpect: 100-continue\r\n"))
        }
    }

    @Test func aClientThatGoesAwayDoesNotCompleteTheBody() throws {
        let seen = Mutex("")
        try withOrigin(script: { connection in
            _ = connection.head()
            let all = connection.until("0\r\n\r\n")
            seen.withLock { $0 = all ?? "cut" }
        }) { bench, origin in
            var call = TestCall("POST / HTTP/1.1", to: origin)
            call.body = .chunked
            call.supplies = [.text("abc"), .abort]
            let answer = try bench.answer(call)
            #expect(answer.error?.code == .clientBody)
            #expect(answer.error?.mayHaveLeft == true)
            while seen.withLock({ $0 }).isEmpty { sched_yield() }
            #expect(seen.withLock { $0 } == "cut")
        }
    }

    @Test func aSizedBodyThatEndsEarlyDoesNotLookWhole() throws {
        try withOrigin(script: { connection in
            _ = connection.head()
            connection.waitForEnd()
        }) { bench, origin in
            var call = TestCall("POST / HTTP/1.1", to: origin)
            call.body = .sized(10)
            call.supplies = [.text("abc"), .end]
            let answer = try bench.answer(call)
            #expect(answer.error?.code == .clientBody)
            #expect(answer.error?.mayHaveLeft == true)
        }
    }
}

/// An idle connection is watched: what comes on it is never the next answer.
@Suite(.timeLimit(.minutes(2)))
struct IdleConnectionTests {
    static let stray = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"

    @Test(arguments: [true, false])
    func strayBytesOnAnIdleConnectionNeverBecomeTheNextAnswer(closes: Bool) throws {
        let mayStray = DispatchSemaphore(value: 0)
        let hasStrayed = DispatchSemaphore(value: 0)
        try withOrigin(script: { connection in
            guard connection.index == 0 else {
                while connection.head() != nil { connection.answer("good") }
                return
            }
            _ = connection.head()
            connection.answer("first")
            mayStray.wait()
            connection.write(Self.stray)
            if closes { connection.finishWriting() }
            hasStrayed.signal()
            connection.waitForEnd()
        }) { bench, origin in
            try #expect(bench.answer(TestCall("GET / HTTP/1.1", to: origin)).text == "first")
            mayStray.signal()
            hasStrayed.wait()
            try #expect(bench.answer(TestCall("POST / HTTP/1.1", to: origin, body: "")).text == "good")
            #expect(origin.connections == 2)
        }
    }

    /// The reactor is kept busy while the bytes arrive, so that libcurl gets to choose before the watch can act.
    @Test func strayBytesThatNobodyHasSeenYetNeverBecomeTheNextAnswer() throws {
        let mayStray = DispatchSemaphore(value: 0)
        let hasStrayed = DispatchSemaphore(value: 0)
        try withOrigin(script: { connection in
            guard connection.index == 0 else {
                while connection.head() != nil { connection.answer("good") }
                return
            }
            _ = connection.head()
            connection.answer("first")
            mayStray.wait()
            connection.write(Self.stray)
            hasStrayed.signal()
            connection.waitForEnd()
        }) { bench, origin in
            try #expect(bench.answer(TestCall("GET / HTTP/1.1", to: origin)).text == "first")
            let answer = TestAnswer()
            let call = TestCall("POST / HTTP/1.1", to: origin, body: "")
            bench.onReactor { engine in
                mayStray.signal()
                hasStrayed.wait()
                answer.transfer = engine.start(call.upstreamCall(throughProxy: false), handler: answer)
            }
            try answer.wait()
            #expect(answer.error == nil)
            #expect(answer.text == "good")
            #expect(origin.connections == 2)
        }
    }

    @Test(arguments: ["200 OK", "204 No Content", "304 Not Modified"])
    func bytesRightBehindAnAnswerNeverBecomeTheNextOne(status: String) throws {
        let length = status.hasPrefix("200") ? "Content-Length: 2\r\n\r\nok" : "\r\n"
        try withOrigin(script: { connection in
            guard connection.index == 0 else {
                while connection.head() != nil { connection.answer("good") }
                return
            }
            _ = connection.head()
            connection.write("HTTP/1.1 \(status)\r\n\(length)\(Self.stray)")
            while connection.head() != nil { connection.answer("good") }
        }) { bench, origin in
            let first = try bench.answer(TestCall("GET / HTTP/1.1", to: origin))
            #expect(first.error == nil)
            #expect(first.status == Int(status.prefix(3)))
            let second = try bench.answer(TestCall("GET / HTTP/1.1", to: origin))
            #expect(second.error == nil)
            #expect(second.text == "good")
        }
    }

    @Test func aConnectionThatTheUpstreamClosedIsNotUsed() throws {
        let mayClose = DispatchSemaphore(value: 0)
        let hasClosed = DispatchSemaphore(value: 0)
        try withOrigin(script: { connection in
            _ = connection.head()
            connection.answer("\(connection.index)")
            mayClose.wait()
            connection.finishWriting()
            hasClosed.signal()
            connection.waitForEnd()
        }) { bench, origin in
            for index in 0..<5 {
                try #expect(bench.answer(TestCall("POST / HTTP/1.1", to: origin, body: "")).text == "\(index)")
                mayClose.signal()
                hasClosed.wait()
                // Whether its end has been seen or not, the connection is never written to in vain.
            }
        }
    }
}
