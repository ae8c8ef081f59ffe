import Foundation
import GatePolicy
import Synchronization
import Testing

@testable import GateEngine

@Suite(.timeLimit(.minutes(2)))
struct UpstreamTLSTests {
    private func trust(_ files: String...) throws -> UpstreamTrust {
        try UpstreamTrust(systemRoots: nil, extraFiles: files)
    }

    private func secure(_ line: String, to origin: ScriptedOrigin, host: String = "localhost") -> TestCall {
        var call = TestCall(line, to: origin)
        call.scheme = .https
        call.host = host
        return call
    }

    @Test(arguments: ["localhost", "127.0.0.1"])
    func aCheckedUpstreamAnswersAndItsConnectionIsReused(host: String) throws {
        try withOrigin(
            tls: OriginCertificate.good, trust: trust(OriginCertificate.good),
            script: { connection in
                while connection.head() != nil { connection.answer("secret") }
            }
        ) { bench, origin in
            for _ in 0..<5 {
                let answer = try bench.answer(secure("GET / HTTP/1.1", to: origin, host: host))
                #expect(answer.error == nil)
                #expect(answer.text == "secret")
            }
            #expect(origin.connections == 1)
        }
    }

    @Test(arguments: 0..<3)
    func anUpstreamThatIsNotWhoItShouldBeGetsNothing(fault: Int) throws {
        let certificate = fault == 0 ? OriginCertificate.wrongName : OriginCertificate.good
        // Wrong name; a root of somebody else; no roots at all.
        let roots = fault == 0 ? try trust(certificate) : fault == 1 ? try trust(OriginCertificate.wrongName) : nil
        try withOrigin(
            tls: certificate, trust: roots,
            script: { connection in
                while connection.head() != nil { connection.answer() }
            }
        ) { bench, origin in
            let answer = try bench.answer(secure("POST / HTTP/1.1", to: origin))
            #expect(answer.error?.code == .tls)
            #expect(answer.error?.phase == .handshake)
            #expect(answer.error?.mayHaveLeft == false)
            #expect(answer.error?.proxyStatus == "tls_certificate_error")
            #expect(origin.heads.isEmpty)
        }
    }

    @Test func anUpstreamThatDoesNotSpeakTLSGetsNothing() throws {
        try withOrigin(
            trust: trust(OriginCertificate.good),
            script: { connection in
                connection.answer("plain")
                connection.waitForEnd()
            }
        ) { bench, origin in
            let answer = try bench.answer(secure("POST / HTTP/1.1", to: origin))
            #expect(answer.error?.code == .tls)
            #expect(answer.error?.proxyStatus == "tls_protocol_error")
            #expect(answer.error?.mayHaveLeft == false)
        }
    }

    @Test func aHandshakeThatDoesNotEndIsATimeout() throws {
        var settings = UpstreamSettings()
        settings.connectTimeout = .milliseconds(50)
        try withOrigin(settings, trust: trust(OriginCertificate.good), script: { $0.waitForEnd() }) { bench, origin in
            let answer = try bench.answer(secure("POST / HTTP/1.1", to: origin))
            #expect(answer.error?.code == .timeout)
            #expect(answer.error?.phase == .handshake)
            #expect(answer.error?.mayHaveLeft == false)
        }
    }

    @Test(arguments: [true, false])
    func aBodyThatEndsByCloseIsWholeOnlyWithCloseNotify(isNotified: Bool) throws {
        try withOrigin(
            tls: OriginCertificate.good, trust: trust(OriginCertificate.good),
            script: { connection in
                _ = connection.head()
                connection.write("HTTP/1.1 200 OK\r\n\r\nall of it")
                if isNotified { connection.closeNotify() }
                connection.finishWriting()
                connection.waitForEnd()
            }
        ) { bench, origin in
            // More than once: handles are used again.
            for _ in 0..<3 {
                let answer = try bench.answer(secure("GET / HTTP/1.1", to: origin))
                #expect(answer.status == 200)
                #expect(answer.text == "all of it")
                #expect((answer.error == nil) == isNotified)
                if !isNotified { #expect(answer.error?.proxyStatus == "http_response_incomplete") }
            }
        }
    }

    @Test func newConnectionsResumeTheSession() throws {
        let resumed = Mutex<[Bool]>([])
        try withOrigin(
            tls: OriginCertificate.good, trust: trust(OriginCertificate.good),
            script: { connection in
                resumed.withLock { $0.append(connection.isResumed) }
                _ = connection.head()
                connection.answer("once", fields: "Connection: close\r\n")
                connection.closeNotify()
            }
        ) { bench, origin in
            for _ in 0..<3 { try #expect(bench.answer(secure("GET / HTTP/1.1", to: origin)).text == "once") }
            #expect(resumed.withLock { $0 } == [false, true, true])
        }
    }

    @Test func aSizedBodyNeedsNoCloseNotify() throws {
        try withOrigin(
            tls: OriginCertificate.good, trust: trust(OriginCertificate.good),
            script: { connection in
                _ = connection.head()
                connection.answer("whole")
            }
        ) { bench, origin in
            for _ in 0..<3 { try #expect(bench.answer(secure("GET / HTTP/1.1", to: origin)).error == nil) }
        }
    }

    @Test func aRequestThatAReusedSecureConnectionSwallowedIsNotSentAgain() throws {
        try withOrigin(
            tls: OriginCertificate.good, trust: trust(OriginCertificate.good),
            script: { connection in
                _ = connection.head()
                connection.answer("first")
                _ = connection.head()
            }
        ) { bench, origin in
            _ = try bench.answer(secure("GET / HTTP/1.1", to: origin))
            let answer = try bench.answer(secure("DELETE / HTTP/1.1", to: origin))
            #expect(answer.error?.mayHaveLeft == true)
            #expect(origin.heads.count == 2)
        }
    }

    @Test func pausedSecureBodiesArriveWhole() throws {
        try withOrigin(
            tls: OriginCertificate.good, trust: trust(OriginCertificate.good),
            script: { connection in
                _ = connection.head()
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n")
                connection.write([UInt8](repeating: 120, count: 5_000_000))
            }
        ) { bench, origin in
            let answer = TestAnswer()
            let paused = DispatchSemaphore(value: 0)
            answer.keepsBody = false
            answer.onBody = { answer in
                answer.transfer.pauseReading()
                paused.signal()
            }
            bench.start(secure("GET / HTTP/1.1", to: origin), answer)
            while bench.onReactor({ _ in answer.endings }) == 0 {
                _ = paused.wait(timeout: .now() + 0.2)
                bench.onReactor { _ in answer.transfer?.resumeReading() }
            }
            try answer.wait()
            #expect(answer.error == nil)
            #expect(answer.bodyBytes == 5_000_000)
        }
    }
}
