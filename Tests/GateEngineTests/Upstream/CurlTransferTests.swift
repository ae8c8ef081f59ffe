import Foundation
import Synchronization
import Testing

@testable import GateEngine

@Suite(.timeLimit(.minutes(3)))
struct CurlTransferTests {
    /// Plays `bytes` as the answer to the first request, then closes.
    private func play(
        _ bytes: String, to line: String = "GET / HTTP/1.1", _ check: (TestAnswer) throws -> Void
    ) throws {
        try withOrigin(script: { connection in
            _ = connection.head()
            connection.write(bytes)
            connection.finishWriting()
            connection.waitForEnd()
        }) { bench, origin in
            try check(bench.answer(TestCall(line, to: origin)))
        }
    }

    // MARK: Heads

    @Test(arguments: [
        "garbage\r\n\r\n", "HTTP/0.9 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok", "HTTP/1.1 200 OK\r\nContent-Length: 0x2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: 1", "HTTP/1.1 200 OK\r\nX: 1\r\n", "HTTP/1.1 200 OK\r\n: empty\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX\u{0}: 1\r\n\r\nok", "HTTP/2 200 OK\r\n\r\n", "ICY 200 OK\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
    ])
    func aHeadWithTwoReadingsOrNoneIsAProtocolFault(bytes: String) throws {
        try play(bytes) { answer in
            #expect(answer.head == nil)
            #expect(answer.body.isEmpty)
            #expect(answer.error?.code == .protocolFault, "\(String(describing: answer.error))")
            #expect(answer.error?.mayHaveLeft == true)
        }
    }

    @Test(arguments: [20_000, 101_000, 250_000])
    func anEndlessHeadIsAProtocolFault(lineBytes: Int) throws {
        let line = "X-Long: " + String(repeating: "x", count: lineBytes) + "\r\n"
        let lines = String(repeating: line, count: lineBytes < 64_000 ? 20 : 1)
        try play("HTTP/1.1 200 OK\r\n\(lines)\r\n") { answer in
            #expect(answer.head == nil)
            #expect(answer.error?.code == .protocolFault, "\(String(describing: answer.error))")
        }
    }

    @Test func interimHeadsPassOneByOne() throws {
        let interim =
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
        try play(interim + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") { answer in
            #expect(answer.interim == [100, 102, 103])
            #expect(answer.status == 200)
            #expect(answer.text == "ok")
            #expect(answer.error == nil)
        }
    }

    @Test func endlessInterimHeadsAreAProtocolFault() throws {
        try play(String(repeating: "HTTP/1.1 102 Processing\r\n\r\n", count: 1000)) { answer in
            #expect(answer.interim.count <= 100)
            #expect(answer.error?.code == .protocolFault)
        }
    }

    @Test(arguments: [200, 204, 304, 299, 404, 500, 599, 999])
    func everyStatusPassesAndTheConnectionGoesOn(status: Int) throws {
        try withOrigin(script: { connection in
            while connection.head() != nil {
                let bodiless = status == 204 || status == 304
                connection.write(
                    "HTTP/1.1 \(status) Some Reason\r\n" + (bodiless ? "\r\n" : "Content-Length: 2\r\n\r\nok"))
            }
        }) { bench, origin in
            for _ in 0..<3 {
                let answer = try bench.answer(TestCall("GET / HTTP/1.1", to: origin))
                #expect(answer.error == nil)
                #expect(answer.status == status)
            }
            #expect(origin.connections == 1)
        }
    }

    @Test func headHasAContentLengthAndNoContent() throws {
        try withOrigin(script: { connection in
            while let head = connection.head() {
                connection.write(
                    "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
                        + (head.hasPrefix("HEAD") ? "" : String(repeating: "x", count: 1000)))
            }
        }) { bench, origin in
            let answer = try bench.answer(TestCall("HEAD / HTTP/1.1", to: origin))
            #expect(answer.error == nil)
            #expect(answer.field("Content-Length") == "1000")
            #expect(answer.bodyBytes == 0)
            try #expect(bench.answer(TestCall("GET / HTTP/1.1", to: origin)).bodyBytes == 1000)
            #expect(origin.connections == 1)
        }
    }

    // MARK: Bodies

    @Test(arguments: [
        "Content-Length: 10\r\n\r\nshort", "Content-Length: 1\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhel", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
        "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", "Transfer-Encoding: chunked\r\n\r\n",
    ])
    func aTruncatedBodyStaysTruncated(rest: String) throws {
        try play("HTTP/1.1 200 OK\r\n" + rest) { answer in
            #expect(answer.status == 200)
            #expect(answer.error?.code == .protocolFault, "\(String(describing: answer.error))")
            #expect(answer.error?.phase == .body)
            #expect(answer.error?.mayHaveLeft == true)
        }
    }

    @Test func aPlainBodyMayEndWithTheConnection() throws {
        try play("HTTP/1.1 200 OK\r\n\r\nuntil the end") { answer in
            #expect(answer.error == nil)
            #expect(answer.text == "until the end")
        }
    }

    @Test func chunksAreTakenApartAndTrailersReported() throws {
        try play(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5;ext=1\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"
        ) { answer in
            #expect(answer.error == nil)
            #expect(answer.text == "hello")
            #expect(answer.trailers == ["X-Sum: 1"])
        }
    }

    @Test func codedContentIsLeftAlone() throws {
        try play("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 8\r\n\r\nnot gzip") { answer in
            #expect(answer.error == nil)
            #expect(answer.text == "not gzip")
        }
    }

    @Test(arguments: ["301 Moved", "302 Found", "401 Unauthorized"])
    func redirectsAndChallengesPass(status: String) throws {
        let fields = "Location: http://127.0.0.1:1/\r\nWWW-Authenticate: Basic realm=\"x\"\r\nSet-Cookie: a=b\r\n"
        try play("HTTP/1.1 \(status)\r\n\(fields)Content-Length: 0\r\n\r\n") { answer in
            #expect(answer.error == nil)
            #expect(answer.field("Location") == "http://127.0.0.1:1/")
        }
    }

    // MARK: Uploads

    @Test func continueReachesBothSides() throws {
        try withOrigin(script: { connection in
            guard let head = connection.head(), head.contains("\r\nExpect: 100-continue\r\n") else { return }
            connection.write("HTTP/1.1 100 Continue\r\n\r\n")
            connection.answer(String(decoding: connection.bytes(5) ?? [], as: UTF8.self))
        }) { bench, origin in
            var call = TestCall("PUT / HTTP/1.1", to: origin, fields: ["Expect: 100-continue"])
            call.body = .sized(5)
            call.supplies = [.later]
            let answer = TestAnswer()
            answer.onInterim = { answer in
                answer.bodies = [.text("12345")]
                answer.transfer.bodyAvailable()
            }
            bench.start(call, answer)
            try answer.wait()
            #expect(answer.interim == [100])
            #expect(answer.text == "12345")
        }
    }

    @Test func bodyAvailableInsideTheQuestionIsNotLost() throws {
        try withOrigin(script: { connection in
            _ = connection.head()
            connection.answer(connection.until("0\r\n\r\n") ?? "")
        }) { bench, origin in
            var call = TestCall("PUT / HTTP/1.1", to: origin)
            call.body = .chunked
            call.supplies = [.later]
            let answer = TestAnswer()
            answer.onLater = { answer in
                answer.bodies = [.text("a"), .end]
                answer.transfer.bodyAvailable()
            }
            bench.start(call, answer)
            try answer.wait()
            #expect(answer.error == nil)
            #expect(answer.text == "1\r\na\r\n0\r\n\r\n")
        }
    }

    @Test(arguments: [true, false], [400, 200])
    func anEarlyFinalAnswerIsPassedOnWhileTheClientStillUploads(isPaused: Bool, status: Int) throws {
        try withOrigin(script: { connection in
            _ = connection.head()
            _ = connection.bytes(3)
            connection.answer("early", status: "\(status) Early", fields: "Connection: close\r\n")
            connection.waitForEnd()
        }) { bench, origin in
            var call = TestCall("POST / HTTP/1.1", to: origin)
            call.body = .chunked
            call.supplies = isPaused ? [.text("abc"), .later] : [.zeros(20_000_000), .later]
            let answer = TestAnswer()
            answer.onBody = { answer in
                // A client that has its answer stops to send; with a success it finishes.
                guard status < 300 else { return }
                answer.bodies = [.end]
                answer.transfer.bodyAvailable()
            }
            bench.start(call, answer)
            try answer.wait()
            #expect(answer.error == nil, "\(String(describing: answer.error))")
            #expect(answer.status == status)
            #expect(answer.text == "early")
        }
    }

    @Test func aWholeAnswerCountsThoughTheUpstreamDidNotTakeTheBody() throws {
        let mayReset = DispatchSemaphore(value: 0)
        try withOrigin(script: { connection in
            _ = connection.head()
            connection.answer("enough")
            mayReset.wait()
            connection.reset()
        }) { bench, origin in
            var call = TestCall("POST / HTTP/1.1", to: origin)
            call.body = .chunked
            call.supplies = [.text("a"), .later]
            let answer = TestAnswer()
            answer.onBody = { answer in
                answer.bodies = [.zeros(50_000_000), .end]
                answer.transfer.bodyAvailable()
                mayReset.signal()
            }
            bench.start(call, answer)
            try answer.wait()
            #expect(answer.status == 200)
            #expect(answer.text == "enough")
            #expect(answer.error == nil, "\(String(describing: answer.error))")
        }
    }

    @Test func fiftyMegabytesGoUpAndComeDown() throws {
        let size = 50_000_000
        try withOrigin(script: { connection in
            _ = connection.head()
            var left = size
            while left > 0, connection.bytes(min(left, 65_536)) != nil { left -= min(left, 65_536) }
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
            let part = [UInt8](repeating: 120, count: 1_000_000)
            for _ in 0..<50 { connection.write(part) }
        }) { bench, origin in
            var call = TestCall("POST / HTTP/1.1", to: origin)
            call.body = .sized(size)
            call.supplies = [.zeros(size)]
            let answer = TestAnswer()
            answer.keepsBody = false
            bench.start(call, answer)
            try answer.wait()
            #expect(answer.error == nil)
            #expect(answer.bodyBytes == size)
        }
    }

    // MARK: Back-pressure

    @Test func aPausedUpstreamSendsNoMoreThanTheKernelHolds() throws {
        let sent = Atomic<Int>(0)
        let size = 50_000_000
        try withOrigin(script: { connection in
            _ = connection.head()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
            let part = [UInt8](repeating: 120, count: 100_000)
            for _ in 0..<500 {
                guard connection.write(part) else { return }
                sent.add(part.count, ordering: .relaxed)
            }
        }) { bench, origin in
            let paused = DispatchSemaphore(value: 0)
            let most = Mutex(0)
            let sinceResume = Mutex(0)
            let answer = TestAnswer()
            answer.keepsBody = false
            // Pauses at each quarter of a megabyte: what still comes after a pause is bounded by libcurl's buffers.
            answer.onBody = { answer in
                let count = sinceResume.withLock { count in
                    count = answer.bodyBytes - count > 0 ? count : 0
                    return answer.bodyBytes - count
                }
                guard count > 262_144 else { return }
                most.withLock { $0 = max($0, count) }
                answer.transfer.pauseReading()
                paused.signal()
            }
            bench.start(TestCall("GET / HTTP/1.1", to: origin), answer)
            var rounds = 0
            while true {
                if paused.wait(timeout: .now() + 5) == .timedOut { break }
                rounds += 1
                // Several rounds of the reactor, in which nothing may come.
                let before = bench.onReactor { _ in answer.bodyBytes }
                for _ in 0..<20 { _ = bench.onReactor { _ in 0 } }
                let after = bench.onReactor { _ in answer.bodyBytes }
                #expect(after - before <= 0)
                bench.onReactor { _ in
                    sinceResume.withLock { $0 = answer.bodyBytes }
                    answer.transfer?.resumeReading()
                }
                if bench.onReactor({ _ in answer.endings }) > 0 { break }
                if rounds == 3 { #expect(sent.load(ordering: .relaxed) < 30_000_000) }
            }
            try answer.wait()
            #expect(answer.error == nil)
            #expect(answer.bodyBytes == size)
            #expect(rounds > 50)
            #expect(most.withLock { $0 } < 1_000_000)
        }
    }

    @Test func pausingBeforeTheHeadHoldsTheBodyBack() throws {
        try withOrigin(script: { connection in
            _ = connection.head()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n")
            connection.write([UInt8](repeating: 120, count: 3_000_000))
        }) { bench, origin in
            let headSeen = DispatchSemaphore(value: 0)
            let answer = TestAnswer()
            answer.keepsBody = false
            answer.onHead = { _ in headSeen.signal() }
            let call = TestCall("GET / HTTP/1.1", to: origin)
            bench.onReactor { engine in
                answer.transfer = engine.start(call.upstreamCall(throughProxy: false), handler: answer)
                answer.transfer.pauseReading()
            }
            headSeen.wait()
            for _ in 0..<20 { _ = bench.onReactor { _ in 0 } }
            #expect(bench.onReactor { _ in answer.bodyBytes } < 100_000)
            bench.onReactor { _ in answer.transfer?.resumeReading() }
            try answer.wait()
            #expect(answer.bodyBytes == 3_000_000)
        }
    }

    // MARK: Cancel and deadlines

    @Test func cancelWhileConnectingProvesThatNothingLeft() throws {
        // A backlog that is full: the connection hangs.
        try withOrigin(script: { _ in }) { bench, _ in
            var call = TestCall("POST / HTTP/1.1", to: 9)
            call.host = "192.0.2.1"
            let answer = TestAnswer()
            bench.start(call, answer)
            bench.onReactor { _ in answer.transfer?.cancel() }
            try answer.wait()
            #expect(answer.error?.code == .cancelled || answer.error?.code == .unreachable)
            #expect(answer.error?.mayHaveLeft == false)
        }
    }

    @Test func cancelInTheRoundOfTheStartSendsNothing() throws {
        try withOrigin(script: { connection in _ = connection.head() }) { bench, origin in
            let answer = TestAnswer()
            let call = TestCall("POST / HTTP/1.1", to: origin, body: "")
            bench.onReactor { engine in
                answer.transfer = engine.start(call.upstreamCall(throughProxy: false), handler: answer)
                answer.transfer.cancel()
                answer.transfer.cancel()
            }
            try answer.wait()
            #expect(answer.error?.code == .cancelled)
            #expect(answer.error?.mayHaveLeft == false)
            #expect(origin.heads.isEmpty)
        }
    }

    @Test func cancelWhileWaitingForTheHeadSaysThatTheRequestMayHaveLeft() throws {
        let received = DispatchSemaphore(value: 0)
        let ended = DispatchSemaphore(value: 0)
        try withOrigin(script: { connection in
            _ = connection.head()
            received.signal()
            connection.waitForEnd()
            ended.signal()
        }) { bench, origin in
            let answer = TestAnswer()
            bench.start(TestCall("POST / HTTP/1.1", to: origin, body: ""), answer)
            received.wait()
            bench.onReactor { _ in answer.transfer.cancel() }
            try answer.wait()
            #expect(answer.error?.code == .cancelled)
            #expect(answer.error?.mayHaveLeft == true)
            #expect(ended.wait(timeout: .now() + 20) == .success)
        }
    }

    @Test func cancelInsideEachEventEndsTheCallOnce() throws {
        for event in 0..<3 {
            try withOrigin(script: { connection in
                _ = connection.head()
                connection.write("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n")
                connection.write([UInt8](repeating: 120, count: 9_000_000))
            }) { bench, origin in
                let answer = TestAnswer()
                let cancel: (TestAnswer) -> Void = { answer in
                    answer.transfer.cancel()
                    answer.transfer.pauseReading()
                    answer.transfer.resumeReading()
                    answer.transfer.bodyAvailable()
                }
                if event == 0 { answer.onInterim = cancel }
                if event == 1 { answer.onHead = cancel }
                if event == 2 { answer.onBody = cancel }
                bench.start(TestCall("GET / HTTP/1.1", to: origin), answer)
                try answer.wait()
                #expect(answer.error?.code == .cancelled)
                #expect(answer.error?.mayHaveLeft == true)
                #expect(answer.endings == 1)
            }
        }
    }

    @Test func aSlowNameLookUpDoesNotBlockTheCancel() throws {
        try withOrigin(script: { _ in }) { bench, _ in
            var call = TestCall("GET / HTTP/1.1", to: 80)
            call.host = "slow-name.invalid"
            for _ in 0..<20 {
                let answer = TestAnswer()
                bench.start(call, answer)
                bench.onReactor { _ in answer.transfer?.cancel() }
                try answer.wait()
                #expect(answer.error?.mayHaveLeft == false)
            }
        }
    }

    @Test func aHeadThatDoesNotComeIsATimeout() throws {
        var settings = UpstreamSettings()
        settings.headTimeout = .milliseconds(50)
        try withOrigin(
            settings,
            script: { connection in
                _ = connection.head()
                connection.write("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nX:")
                connection.waitForEnd()
            }
        ) { bench, origin in
            let answer = try bench.answer(TestCall("GET / HTTP/1.1", to: origin))
            #expect(answer.error?.code == .timeout)
            #expect(answer.error?.phase == .head)
            #expect(answer.error?.mayHaveLeft == true)
            #expect(answer.error?.proxyStatus == "http_response_timeout")
        }
    }

    @Test func aBodyThatStopsIsATimeout() throws {
        var settings = UpstreamSettings()
        settings.idleTimeout = .milliseconds(50)
        try withOrigin(
            settings,
            script: { connection in
                _ = connection.head()
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
                connection.waitForEnd()
            }
        ) { bench, origin in
            let answer = try bench.answer(TestCall("GET / HTTP/1.1", to: origin))
            #expect(answer.text == "abc")
            #expect(answer.error?.code == .timeout)
            #expect(answer.error?.phase == .body)
        }
    }

    @Test func timeInWhichTheGatePausesIsNotTheUpstreams() throws {
        var settings = UpstreamSettings()
        settings.idleTimeout = .milliseconds(40)
        try withOrigin(
            settings,
            script: { connection in
                _ = connection.head()
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc")
                connection.write("def")
                connection.waitForEnd()
            }
        ) { bench, origin in
            let answer = TestAnswer()
            answer.onHead = { $0.transfer.pauseReading() }
            bench.start(TestCall("GET / HTTP/1.1", to: origin), answer)
            // Longer than the deadline, by the reactor's own clock.
            let begin = bench.onReactor { $0.reactor.now }
            while bench.onReactor({ $0.reactor.now }) < begin + 150 { sched_yield() }
            #expect(bench.onReactor { _ in answer.endings } == 0 || answer.error == nil)
            bench.onReactor { _ in answer.transfer?.resumeReading() }
            try answer.wait()
            #expect(answer.error == nil)
            #expect(answer.text == "abcdef")
        }
    }
}
