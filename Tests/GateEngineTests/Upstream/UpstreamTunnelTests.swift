import Foundation
import Synchronization
import Testing

@testable import GateEngine

@Suite(.timeLimit(.minutes(2)))
struct UpstreamTunnelTests {
    @Test func bytesGoBothWaysUnchanged() throws {
        try withOrigin(script: { connection in
            guard let ping = connection.until("ping\u{0}") else { return }
            connection.write(ping + "pong")
            connection.waitForEnd()
        }) { bench, origin in
            let peer = TestTunnel()
            peer.sends = Array("\u{1}ping\u{0}".utf8)
            peer.onReceived = { if $0.received.count == 10 { $0.tunnel.finishSending() } }
            bench.open(peer, host: "127.0.0.1", port: origin.port)
            try peer.wait()
            #expect(peer.error == nil)
            #expect(String(decoding: peer.received, as: UTF8.self) == "\u{1}ping\u{0}pong")
        }
    }

    @Test func theUpstreamMayFinishFirst() throws {
        let rest = Mutex("")
        try withOrigin(script: { connection in
            connection.write("bye")
            connection.finishWriting()
            let late = connection.until("late")
            rest.withLock { $0 = late ?? "cut" }
            connection.waitForEnd()
        }) { bench, origin in
            let peer = TestTunnel()
            peer.onHalfClosed = { peer in
                peer.sends = Array("late".utf8)
                peer.flush()
                peer.tunnel.finishSending()
            }
            bench.open(peer, host: "127.0.0.1", port: origin.port)
            try peer.wait()
            #expect(peer.error == nil)
            #expect(String(decoding: peer.received, as: UTF8.self) == "bye")
            while rest.withLock({ $0.isEmpty }) { sched_yield() }
            #expect(rest.withLock { $0 } == "late")
        }
    }

    @Test func theClientMayFinishFirst() throws {
        try withOrigin(script: { connection in
            connection.waitForEnd()
            connection.write("after the end")
        }) { bench, origin in
            let peer = TestTunnel()
            peer.onOpened = { $0.tunnel.finishSending() }
            bench.open(peer, host: "127.0.0.1", port: origin.port)
            try peer.wait()
            #expect(peer.error == nil)
            #expect(String(decoding: peer.received, as: UTF8.self) == "after the end")
        }
    }

    @Test func aSlowSideHoldsTheOtherBack() throws {
        let size = 30_000_000
        try withOrigin(script: { connection in
            var left = size
            while left > 0, connection.bytes(min(left, 65_536)) != nil { left -= min(left, 65_536) }
            let part = [UInt8](repeating: 1, count: 1_000_000)
            for _ in 0..<(size / part.count) { connection.write(part) }
        }) { bench, origin in
            let peer = TestTunnel()
            peer.keeps = false
            peer.sends = [UInt8](repeating: 2, count: size)
            let paused = DispatchSemaphore(value: 0)
            peer.onReceived = { peer in
                peer.tunnel.pauseReading()
                paused.signal()
            }
            peer.onHalfClosed = { $0.tunnel.finishSending() }
            bench.open(peer, host: "127.0.0.1", port: origin.port)
            #expect(bench.onReactor { _ in peer.sends.count } > 0)
            while bench.onReactor({ _ in peer.endings }) == 0 {
                guard paused.wait(timeout: .now() + 0.2) == .success else { continue }
                let before = bench.onReactor { _ in peer.receivedBytes }
                #expect(bench.onReactor { _ in peer.receivedBytes } == before)
                bench.onReactor { _ in peer.tunnel?.resumeReading() }
            }
            try peer.wait()
            #expect(peer.error == nil)
            #expect(peer.receivedBytes == size)
            #expect(peer.mostAtOnce <= 65_536)
        }
    }

    @Test func aRefusedConnectionEndsTheTunnel() throws {
        try withOrigin(script: { _ in }) { bench, _ in
            let peer = TestTunnel()
            bench.open(peer, host: "127.0.0.1", port: ScriptedOrigin.unusedPort())
            try peer.wait()
            #expect(peer.error?.code == .unreachable)
            #expect(peer.error?.proxyStatus == "connection_refused")
            #expect(!peer.isOpened)
        }
    }

    @Test func closeIsQuietAndFinal() throws {
        let ended = DispatchSemaphore(value: 0)
        try withOrigin(script: { connection in
            connection.waitForEnd()
            ended.signal()
        }) { bench, origin in
            let peer = TestTunnel()
            let opened = DispatchSemaphore(value: 0)
            peer.onOpened = { _ in opened.signal() }
            bench.open(peer, host: "127.0.0.1", port: origin.port)
            opened.wait()
            bench.onReactor { _ in
                peer.tunnel.close()
                peer.tunnel.close()
                peer.tunnel.finishSending()
            }
            #expect(ended.wait(timeout: .now() + 20) == .success)
            #expect(bench.onReactor { _ in peer.endings } == 0)
            #expect(bench.onReactor { $0.activeCount } == 0)
        }
    }

    @Test func aResetEndsTheTunnelWithAnError() throws {
        try withOrigin(script: { connection in
            _ = connection.until("x")
            connection.reset()
        }) { bench, origin in
            let peer = TestTunnel()
            peer.sends = Array("x".utf8)
            bench.open(peer, host: "127.0.0.1", port: origin.port)
            try peer.wait()
            #expect(peer.error?.code == .unreachable)
            #expect(peer.error?.mayHaveLeft == true)
        }
    }

    @Test func aSecureTunnelIsChecked() throws {
        for trusts in [true, false] {
            let trust = trusts ? try UpstreamTrust(systemRoots: nil, extraFiles: [OriginCertificate.good]) : nil
            try withOrigin(
                tls: OriginCertificate.good, trust: trust,
                script: { connection in
                    _ = connection.until("hello")
                    connection.write([UInt8](repeating: 3, count: 300_000))
                    connection.closeNotify()
                    connection.waitForEnd()
                }
            ) { bench, origin in
                let peer = TestTunnel()
                peer.sends = Array("hello".utf8)
                peer.onHalfClosed = { $0.tunnel.finishSending() }
                bench.open(peer, host: "localhost", port: origin.port, isSecure: true)
                try peer.wait()
                #expect(peer.error?.code == (trusts ? nil : .tls))
                #expect(peer.receivedBytes == (trusts ? 300_000 : 0))
            }
        }
    }

    @Test func manyTunnelsLiveBesideEachOther() throws {
        try withOrigin(script: { connection in
            guard let line = connection.until("\n") else { return }
            connection.write(line)
            connection.waitForEnd()
        }) { bench, origin in
            let peers = (0..<50).map { index in
                let peer = TestTunnel()
                peer.sends = Array("\(index)\n".utf8)
                peer.onReceived = { if $0.received.last == 10 { $0.tunnel.finishSending() } }
                bench.open(peer, host: "127.0.0.1", port: origin.port)
                return peer
            }
            for (index, peer) in peers.enumerated() {
                try peer.wait()
                #expect(peer.error == nil)
                #expect(String(decoding: peer.received, as: UTF8.self) == "\(index)\n")
            }
            #expect(bench.onReactor { $0.activeCount } == 0)
        }
    }
}

/// The other side of a tunnel under test.
final class TestTunnel: TunnelHandler, @unchecked Sendable {  // used by the reactor's thread, read after `wait`
    var tunnel: UpstreamTunnel!
    var sends: [UInt8] = []
    var received: [UInt8] = []
    var receivedBytes = 0
    var mostAtOnce = 0
    var keeps = true
    var isOpened = false
    var error: UpstreamError?
    var endings = 0
    var onOpened: (TestTunnel) -> Void = { _ in }
    var onReceived: (TestTunnel) -> Void = { _ in }
    var onHalfClosed: (TestTunnel) -> Void = { _ in }
    private let done = DispatchSemaphore(value: 0)

    func wait(sourceLocation: SourceLocation = #_sourceLocation) throws {
        guard done.wait(timeout: .now() + 30) == .success else {
            Issue.record("the tunnel does not end", sourceLocation: sourceLocation)
            throw OriginError.late
        }
    }

    func flush() {
        guard !sends.isEmpty else { return }
        let count = unsafe sends.withUnsafeBytes { unsafe tunnel.send($0) }
        sends.removeFirst(count)
    }

    func tunnelOpened() {
        isOpened = true
        flush()
        onOpened(self)
    }

    func tunnelReceived(_ bytes: UnsafeRawBufferPointer) {
        if keeps { unsafe received.append(contentsOf: bytes) }
        receivedBytes += bytes.count
        mostAtOnce = max(mostAtOnce, bytes.count)
        onReceived(self)
    }

    func tunnelWritable() { flush() }

    func tunnelHalfClosed() { onHalfClosed(self) }

    func tunnelEnded(_ error: UpstreamError?) {
        self.error = error
        endings += 1
        tunnel = nil
        done.signal()
    }
}

extension UpstreamBench {
    func open(_ peer: TestTunnel, host: String, port: UInt16, isSecure: Bool = false) {
        onReactor { engine in
            peer.tunnel = engine.openTunnel(host: host, port: port, isSecure: isSecure, handler: peer)
        }
    }
}
