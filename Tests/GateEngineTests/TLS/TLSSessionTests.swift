import CGate
import Glibc
import Testing

@testable import GateEngine

@Suite("A TLS session") struct TLSSessionTests {
    let scratch: TLSScratch
    let authority: Authority
    let cache: LeafCache

    init() throws {
        scratch = try TLSScratch()
        authority = try scratch.authority()
        cache = try LeafCache(authority: authority)
    }

    func session(_ client: TLSTestClient, host: String, prefix: [UInt8] = []) throws -> TLSSession {
        try TLSSession(context: cache.context(host: host), descriptor: client.peer, prefix: prefix)
    }

    func read(_ session: TLSSession, count: Int = 16_384) -> (TLSSession.ReadResult, [UInt8]) {
        var buffer = [UInt8](repeating: 0, count: count)
        let result = unsafe buffer.withUnsafeMutableBytes { unsafe session.read(into: $0) }
        if case .bytes(let count) = result { return (result, Array(buffer[..<count])) }
        return (result, [])
    }

    @Test("carries bytes both ways and ends with close_notify", arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func carriesBytes(version: Int32) throws {
        let client = unsafe TLSTestClient(serverName: "api.example.com", version: version, trust: authority)
        let session = try session(client, host: "api.example.com")
        #expect(client.handshake(with: session) == .done)
        #expect(session.version == (version == TLS1_3_VERSION ? "TLSv1.3" : "TLSv1.2"))
        #expect(!session.cipher.isEmpty)
        #expect(session.serverName == "api.example.com")
        #expect(session.serverNameAgrees)
        #expect(read(session).0 == .wantRead)
        #expect(client.write(Array("hello".utf8)) == 5)
        let (_, start) = read(session, count: 2)
        #expect(start == Array("he".utf8))
        #expect(session.hasPending)
        let (_, rest) = read(session)
        #expect(rest == Array("llo".utf8))
        #expect(!session.hasPending)
        let answer = Array("world".utf8)
        unsafe #expect(answer.withUnsafeBytes { session.write($0) } == .bytes(5))
        #expect(client.read() == answer)
        session.shutdown()
        session.shutdown()
        #expect(client.read() == nil)
        unsafe SSL_shutdown(client.ssl)
        #expect(read(session).0 == .closed(clean: true))
    }

    @Test("says that an end without close_notify is not clean")
    func truncation() throws {
        let client = unsafe TLSTestClient()
        let session = try session(client, host: "a.example")
        #expect(client.handshake(with: session) == .done)
        Glibc.shutdown(client.descriptor, Int32(SHUT_WR))
        #expect(read(session).0 == .closed(clean: false))
        #expect(read(session).0 == .failed(.disconnected))
        session.shutdown()
    }

    @Test("reports a client that is gone as disconnected, and is not killed by SIGPIPE")
    func gone() throws {
        let client = unsafe TLSTestClient()
        let session = try session(client, host: "a.example")
        #expect(client.handshake(with: session) == .done)
        Glibc.shutdown(client.descriptor, Int32(SHUT_RDWR))
        let bytes = [UInt8](repeating: 1, count: 100)
        unsafe #expect(bytes.withUnsafeBytes { session.write($0) } == .failed(.disconnected))
    }

    @Test("takes what fits and asks for writability when the client does not read")
    func backPressure() throws {
        let client = unsafe TLSTestClient()
        let session = try session(client, host: "a.example")
        #expect(client.handshake(with: session) == .done)
        let piece = (0..<50_000).map { UInt8(truncatingIfNeeded: $0) }
        var sent: [UInt8] = []
        var offset = 0
        writing: while sent.count < 64 * 1024 * 1024 {
            let result = unsafe piece[offset...].withUnsafeBytes { unsafe session.write($0) }
            switch result {
            case .bytes(let count):
                #expect(count <= 16_384)
                sent += piece[offset..<offset + count]
                offset = (offset + count) % piece.count
            case .wantWrite: break writing
            default:
                Issue.record("\(result)")
                return
            }
        }
        var received = client.read() ?? []
        #expect(received.count < sent.count + 16_384)
        let moved = Array(piece[offset...])  // the same bytes at another address
        guard case .bytes(let count) = unsafe moved.withUnsafeBytes({ unsafe session.write($0) }) else {
            Issue.record("the client has read, and nothing more can be written")
            return
        }
        sent += moved[..<count]
        received += client.read() ?? []
        #expect(received == sent)
    }

    @Test("serves the bytes that came behind CONNECT's head first", arguments: [1, 5, 6, 100, 10_000])
    func prefix(count: Int) throws {
        let client = unsafe TLSTestClient(serverName: "a.example")
        let hello = client.takeHello()
        let prefix = Array(hello.prefix(count))
        let rest = Array(hello.dropFirst(count))
        let session = try session(client, host: "a.example", prefix: prefix)
        if !rest.isEmpty {
            #expect(session.handshake() == .wantRead)
            unsafe send(client.descriptor, rest, rest.count, 0)
        }
        #expect(client.handshake(with: session) == .done)
        #expect(client.write([1, 2, 3]) == 3)
        #expect(read(session).1 == [1, 2, 3])
    }

    @Test(
        "chooses http/1.1 where it is offered and nothing where nothing is",
        arguments: [
            (TLSTestClient.Offer.http11, "http/1.1"), (.both, "http/1.1"), (.none, ""),
        ])
    func protocols(offer: TLSTestClient.Offer, chosen: String) throws {
        let client = unsafe TLSTestClient(offer: offer)
        let session = try session(client, host: "a.example")
        #expect(client.handshake(with: session) == .done)
        #expect(client.chosenProtocol == chosen)
    }

    @Test("refuses a client that offers no protocol it speaks")
    func noSharedProtocol() throws {
        let client = unsafe TLSTestClient(offer: .http2)
        let session = try session(client, host: "a.example")
        guard case .failed(.protocolFault) = client.handshake(with: session) else {
            Issue.record("no refusal")
            return
        }
        unsafe SSL_do_handshake(client.ssl)
        #expect(TLSErrorQueue.drain()?.reason == SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL)
    }

    @Test("lets a client that names another server read its 421 under that server's certificate")
    func otherServerName() throws {
        let client = unsafe TLSTestClient(serverName: "other.example", trust: authority)
        let session = try session(client, host: "a.example")
        #expect(client.handshake(with: session) == .done)
        #expect(session.serverName == "other.example")
        #expect(!session.serverNameAgrees)
        #expect(session.host == "a.example")
    }

    @Test(
        "compares names without case and final dot, and addresses by value",
        arguments: [
            ("a.example", "A.Example", true), ("a.example.", "a.example", true), ("127.0.0.1", "127.0.0.1", true),
            ("::1", "0:0:0:0:0:0:0:1", true), ("127.0.0.1", "localhost", false), ("a.example", "b.example", false),
            ("a.example", "a.example.evil", false), ("a.example", "a example", false),
        ])
    func names(host: String, asked: String, agrees: Bool) throws {
        let client = unsafe TLSTestClient(serverName: asked)
        let session = try session(client, host: host)
        #expect(client.handshake(with: session) == .done)
        #expect(session.serverNameAgrees == agrees)
    }

    @Test(
        "resumes for the same host, also with a session of another thread's server, and for no other host",
        arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func resumption(version: Int32) throws {
        let first = unsafe TLSTestClient(serverName: "a.example", version: version)
        let one = try session(first, host: "a.example")
        #expect(first.handshake(with: one) == .done)
        #expect(!one.isResumed)
        unsafe #expect([1].withUnsafeBytes { one.write($0) } == .bytes(8))
        _ = first.read()  // the ticket of TLS 1.3 comes with the first bytes
        let ticket = unsafe first.session()
        defer { unsafe SSL_SESSION_free(ticket) }
        unsafe SSL_shutdown(first.ssl)

        let again = unsafe TLSTestClient(serverName: "a.example", version: version, resume: ticket)
        let two = try session(again, host: "a.example")
        #expect(again.handshake(with: two) == .done)
        #expect(two.isResumed)
        #expect(two.serverName == "a.example")

        let foreign = unsafe TLSTestClient(serverName: "b.example", version: version, resume: ticket)
        let three = try session(foreign, host: "b.example")
        #expect(foreign.handshake(with: three) == .done)
        #expect(!three.isResumed)

        let misdirected = unsafe TLSTestClient(serverName: "a.example", version: version, resume: ticket)
        let four = try session(misdirected, host: "b.example")
        #expect(misdirected.handshake(with: four) == .done)
        #expect(!four.isResumed && !four.serverNameAgrees)
    }

    @Test(
        "tells bytes that are not TLS, and answers nothing to them",
        arguments: [
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "\u{0}\u{0}\u{0}", "\u{15}\u{3}\u{3}", "x",
        ])
    func notTLS(text: String) throws {
        let client = unsafe TLSTestClient()
        let bytes = Array(text.utf8)
        unsafe send(client.descriptor, bytes, bytes.count, 0)
        let session = try session(client, host: "a.example")
        #expect(session.handshake() == .failed(.notTLS))
        #expect(session.handshake() == .failed(.notTLS))
        var buffer = [UInt8](repeating: 0, count: 64)
        unsafe #expect(recv(client.descriptor, &buffer, 64, 0) == -1)
        let behindConnect = try self.session(client, host: "a.example", prefix: bytes)
        #expect(behindConnect.handshake() == .failed(.notTLS))
    }

    @Test("reports a client that leaves in the middle of the handshake", arguments: [0, 1, 5, 40])
    func leavesEarly(count: Int) throws {
        let client = unsafe TLSTestClient()
        let hello = client.takeHello()
        let session = try session(client, host: "a.example", prefix: Array(hello.prefix(count)))
        #expect(session.handshake() == .wantRead)
        Glibc.shutdown(client.descriptor, Int32(SHUT_WR))
        #expect(session.handshake() == .failed(.disconnected))
    }

    @Test(
        "reports the alert of a client that does not trust the authority", arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func untrusting(version: Int32) throws {
        let stranger = try TLSScratch().authority()
        let client = unsafe TLSTestClient(serverName: "a.example", version: version, trust: stranger)
        let session = try session(client, host: "a.example")
        var outcome = TLSSession.Handshake.wantRead
        for _ in 0..<4 where outcome == .wantRead {
            unsafe SSL_do_handshake(client.ssl)
            ERR_clear_error()
            outcome = session.handshake()
        }
        guard case .failed(.alert(let words)) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(words.contains("unknown ca"))
    }

    @Test("is not alive after its owner let it go") func released() throws {
        let client = unsafe TLSTestClient()
        var held: TLSSession? = try session(client, host: "a.example")
        weak let observed = held
        _ = client.handshake(with: try #require(held))
        held = nil
        #expect(observed == nil)
    }
}
