import Foundation
import Testing

@testable import GateEngine

@Suite(.timeLimit(.minutes(2)))
struct CurlEngineTests {
    @Test func theInstalledLibraryHasAllThatIsNeeded() {
        #expect(CurlEngine.checkLibrary() == [])
    }

    @Test func aCallIsSentAsItWasWrittenAndNothingIsInvented() throws {
        try withOrigin(script: { connection in
            while connection.head() != nil { connection.answer("hello") }
        }) { bench, origin in
            let fields = ["X-Empty:", "X-Two: b", "x-two: a"]
            let call = TestCall("FrOb /a/../b//c?x=%41&y HTTP/1.1", to: origin, fields: fields)
            let answer = try bench.answer(call)
            #expect(answer.error == nil)
            #expect(answer.status == 200)
            #expect(answer.text == "hello")
            let head = try #require(origin.heads.first)
            let start = "FrOb /a/../b//c?x=%41&y HTTP/1.1\r\nHost: 127.0.0.1:\(origin.port)\r\n"
            #expect(head.hasPrefix(start + "X-Empty:\r\nX-Two: b\r\nx-two: a\r\n"))
            for invented in ["accept", "user-agent", "content-", "expect", "connection", "transfer-"] {
                #expect(!head.lowercased().contains("\r\n\(invented)"), "\(head)")
            }
        }
    }

    @Test func connectionsAreReused() throws {
        try withOrigin(script: { connection in
            while connection.head() != nil { connection.answer() }
        }) { bench, origin in
            for _ in 0..<20 { try #expect(bench.answer(TestCall("GET / HTTP/1.1", to: origin)).text == "ok") }
            #expect(origin.connections == 1)
            #expect(origin.heads.count == 20)
        }
    }

    @Test func nothingOfOneCallReachesTheNextOnTheSameHandle() throws {
        try withOrigin(script: { connection in
            while let head = connection.head() {
                if head.contains("Content-Length: 4") { _ = connection.bytes(4) }
                if head.contains("chunked") { _ = connection.until("0\r\n\r\n") }
                if head.hasPrefix("HEAD") {
                    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n")
                } else {
                    connection.answer()
                }
            }
        }) { bench, origin in
            var chunked = TestCall("PUT /c HTTP/1.1", to: origin, fields: ["X-Secret: s"])
            chunked.body = .chunked
            chunked.supplies = [.text("abc"), .end]
            let calls = [
                TestCall("POST /p HTTP/1.1", to: origin, fields: ["X-Secret: s"], body: "abcd"),
                TestCall("GET /g HTTP/1.1", to: origin), TestCall("HEAD /h HTTP/1.1", to: origin), chunked,
                TestCall("HEAD /h HTTP/1.1", to: origin), TestCall("DELETE /d HTTP/1.1", to: origin),
                TestCall("POST /e HTTP/1.1", to: origin, body: ""), TestCall("GET /g HTTP/1.1", to: origin),
            ]
            for call in calls {
                let answer = try bench.answer(call)
                #expect(answer.error == nil)
                #expect(answer.text == (call.line.hasPrefix("HEAD") ? "" : "ok"))
            }
            let heads = origin.heads
            #expect(heads.count == calls.count)
            for (head, call) in zip(heads, calls) {
                #expect(head.hasPrefix(call.line))
                #expect(head.contains("X-Secret") == !call.fields.isEmpty)
                #expect(head.contains("chunked") == (call.body == .chunked))
            }
            #expect(heads[1].contains("Content-Length") == false)
            #expect(heads[5].contains("Content-Length") == false)
            #expect(heads[6].contains("Content-Length: 0\r\n"))
            #expect(origin.connections == 1)
        }
    }

    @Test(arguments: ["GET", "DELETE", "POST", "PATCH", "PROPFIND"])
    func everyMethodMayHaveABody(method: String) throws {
        try withOrigin(script: { connection in
            while let head = connection.head() {
                let isChunked = head.contains("chunked")
                let chunked = isChunked ? connection.until("0\r\n\r\n") ?? "" : ""
                connection.answer(isChunked ? chunked : String(decoding: connection.bytes(5) ?? [], as: UTF8.self))
            }
        }) { bench, origin in
            try #expect(bench.answer(TestCall("\(method) / HTTP/1.1", to: origin, body: "12345")).text == "12345")
            var call = TestCall("\(method) / HTTP/1.1", to: origin)
            call.body = .chunked
            call.supplies = [.text("123"), .text("45"), .end]
            try #expect(bench.answer(call).text == "3\r\n123\r\n2\r\n45\r\n0\r\n\r\n")
            let heads = origin.heads
            #expect(heads[0].contains("Content-Length: 5\r\n") && !heads[0].contains("Transfer-Encoding"))
            #expect(heads[1].contains("Transfer-Encoding: chunked\r\n") && !heads[1].contains("Content-Length"))
        }
    }

    @Test func aRefusedConnectionProvesThatNothingLeft() throws {
        try withOrigin(script: { _ in }) { bench, _ in
            let answer = try bench.answer(TestCall("POST / HTTP/1.1", to: ScriptedOrigin.unusedPort(), body: "x"))
            #expect(answer.error?.code == .unreachable)
            #expect(answer.error?.phase == .connect)
            #expect(answer.error?.mayHaveLeft == false)
            #expect(answer.error?.proxyStatus == "connection_refused")
        }
    }

    @Test func anUnknownNameProvesThatNothingLeft() throws {
        try withOrigin(script: { _ in }) { bench, _ in
            var call = TestCall("GET / HTTP/1.1", to: 80)
            call.host = "no-such-name.invalid"
            let answer = try bench.answer(call)
            #expect(answer.error?.code == .unreachable)
            #expect(answer.error?.phase == .resolve)
            #expect(answer.error?.mayHaveLeft == false)
            #expect(answer.error?.proxyStatus == "dns_error")
        }
    }

    @Test func moreCallsThanAllowedAreRefusedAtTheEndOfTheRound() throws {
        var settings = UpstreamSettings()
        settings.maxTransfers = 1
        try withOrigin(
            settings,
            script: { connection in
                _ = connection.head()
                connection.waitForEnd()
            }
        ) { bench, origin in
            let first = TestAnswer()
            bench.start(TestCall("GET / HTTP/1.1", to: origin), first)
            let second = try bench.answer(TestCall("GET / HTTP/1.1", to: origin))
            #expect(second.error?.code == .overloaded)
            #expect(second.error?.mayHaveLeft == false)
            #expect(bench.onReactor { $0.activeCount } == 1)
            bench.onReactor { _ in first.transfer.cancel() }
            try first.wait()
            #expect(bench.onReactor { $0.activeCount } == 0)
        }
    }

    @Test func closingTheEngineEndsWhatRuns() throws {
        try withOrigin(script: { connection in
            _ = connection.head()
            connection.waitForEnd()
        }) { bench, origin in
            let answers = (0..<5).map { _ in TestAnswer() }
            for answer in answers { bench.start(TestCall("GET / HTTP/1.1", to: origin), answer) }
            bench.onReactor { $0.close() }
            for answer in answers {
                try answer.wait()
                #expect(answer.error?.code == .cancelled)
            }
        }
    }

    @Test func aCallBeyondTheConnectionsWaitsForOne() throws {
        var settings = UpstreamSettings()
        settings.maxConnections = 1
        let mayAnswer = DispatchSemaphore(value: 0)
        try withOrigin(
            settings,
            script: { connection in
                while connection.head() != nil {
                    mayAnswer.wait()
                    connection.answer()
                }
            }
        ) { bench, origin in
            let answers = (0..<3).map { _ in TestAnswer() }
            for answer in answers { bench.start(TestCall("GET / HTTP/1.1", to: origin), answer) }
            for _ in answers { mayAnswer.signal() }
            for answer in answers {
                try answer.wait()
                #expect(answer.text == "ok")
            }
            #expect(origin.connections == 1)
        }
    }

    /// libcurl hands a connection on before it reports the end of the call that had it.
    @Test func aConnectionThatWasHandedOnSurvivesAPause() throws {
        var settings = UpstreamSettings()
        settings.maxConnections = 1
        let body = String(repeating: "x", count: 500_000)
        try withOrigin(
            settings,
            script: { connection in
                while connection.head() != nil { connection.answer(body) }
            }
        ) { bench, origin in
            let answers = (0..<4).map { _ in TestAnswer() }
            for answer in answers {
                answer.onBody = { $0.transfer.pauseReading() }
                bench.start(TestCall("GET / HTTP/1.1", to: origin), answer)
            }
            while bench.onReactor({ $0.activeCount }) > 0 {
                for _ in 0..<3 { _ = bench.onReactor { $0.activeCount } }
                bench.onReactor { _ in for answer in answers { answer.transfer?.resumeReading() } }
            }
            for answer in answers {
                try answer.wait()
                #expect(answer.error == nil)
                #expect(answer.bodyBytes == body.utf8.count)
            }
            #expect(origin.connections == 1)
        }
    }

    /// libcurl remembers that the peer spoke HTTP/1.0, and would do so itself.
    @Test func anHTTP10AnswerDoesNotChangeHowTheNextCallIsSent() throws {
        try withOrigin(script: { connection in
            while let head = connection.head() {
                if head.contains("chunked") { _ = connection.until("0\r\n\r\n") }
                connection.write("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok")
            }
        }) { bench, origin in
            for index in 0..<4 {
                var call = TestCall("PUT /\(index) HTTP/1.1", to: origin)
                call.body = .chunked
                call.supplies = [.text("abc"), .end]
                let answer = try bench.answer(call)
                #expect(answer.error == nil)
                #expect(answer.text == "ok")
            }
            #expect(origin.heads.count == 4)
            for head in origin.heads { #expect(head.contains(" HTTP/1.1\r\n")) }
        }
    }

    @Test func hundredsOfCallsAtOnceAllEnd() throws {
        try withOrigin(script: { connection in
            while let head = connection.head() { connection.answer(String(head.prefix(9).suffix(4))) }
        }) { bench, origin in
            let answers = (0..<300).map { _ in TestAnswer() }
            for (index, answer) in answers.enumerated() {
                bench.start(TestCall("GET /\(1000 + index) HTTP/1.1", to: origin), answer)
            }
            for (index, answer) in answers.enumerated() {
                try answer.wait()
                #expect(answer.error == nil)
                #expect(answer.text == "\(1000 + index)")
            }
            #expect(bench.onReactor { $0.activeCount } == 0)
        }
    }
}
