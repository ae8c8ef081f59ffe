import CGate
import Glibc
import Testing

@testable import GateEngine

/// SplitMix64: the same bytes on every run.
private struct HandshakeNoise: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

@Suite("Whatever a client sends for a handshake") struct TLSFuzzTests {
    let scratch: TLSScratch
    let cache: LeafCache

    init() throws {
        scratch = try TLSScratch()
        cache = try LeafCache(authority: scratch.authority())
    }

    /// Feeds bytes and the end; the session must come to a verdict.
    func verdict(on bytes: [UInt8], host: String = "a.example") throws -> TLSSession.Handshake {
        let client = unsafe TLSTestClient()
        let session = try TLSSession(context: cache.context(host: host), descriptor: client.peer, prefix: bytes)
        _ = session.handshake()
        Glibc.shutdown(client.descriptor, Int32(SHUT_WR))
        return session.handshake()
    }

    func isFailure(_ outcome: TLSSession.Handshake) -> Bool {
        if case .failed = outcome { return true }
        return false
    }

    @Test("random bytes end in a failure") func random() throws {
        var generator = HandshakeNoise(state: 1)
        for round in 0..<400 {
            var bytes = (0..<Int.random(in: 1...600, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            if round % 2 == 0 {  // a record's head before it, so that it gets further
                bytes = [22, 3, 1, UInt8(bytes.count >> 8), UInt8(bytes.count & 255)] + bytes
            }
            #expect(isFailure(try verdict(on: bytes)))
        }
    }

    @Test("a hello cut at every offset ends in a failure") func truncated() throws {
        let hello = unsafe TLSTestClient(serverName: "a.example", offer: .both).takeHello()
        for count in 0..<hello.count { #expect(isFailure(try verdict(on: Array(hello.prefix(count))))) }
    }

    @Test("a hello with changed bytes ends in a failure, for its client has gone") func changed() throws {
        var generator = HandshakeNoise(state: 2)
        let hello = unsafe TLSTestClient(serverName: "a.example", offer: .both).takeHello()
        for _ in 0..<1_000 {
            var bytes = hello
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            #expect(isFailure(try verdict(on: bytes)))
        }
    }

    @Test("server_name lists of any form are read within their bounds") func serverNames() {
        var generator = HandshakeNoise(state: 3)
        for _ in 0..<20_000 {
            var bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            if bytes.count > 5, Bool.random(using: &generator) {
                bytes.replaceSubrange(0..<5, with: [0, UInt8(bytes.count - 2), 0, 0, UInt8(bytes.count - 5)])
            }
            let name = unsafe bytes.withUnsafeBufferPointer { unsafe ServerNameExtension.hostName($0) }
            if let name { #expect(name.utf8.count == bytes.count - 5) }
            _ = name.flatMap { LeafName($0) }
        }
    }

    @Test("protocol lists of any form are read within their bounds") func protocols() {
        var generator = HandshakeNoise(state: 4)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...30, using: &generator)).map { _ in
                [UInt8(8), 104, 116, 47, 49, 46, UInt8.random(in: 0...255, using: &generator)].randomElement(
                    using: &generator) ?? 0
            }
            let range = unsafe bytes.withUnsafeBufferPointer { unsafe ALPN.choose(from: $0) }
            if let range { #expect(range.lowerBound >= 1 && range.upperBound <= bytes.count) }
        }
    }
}
