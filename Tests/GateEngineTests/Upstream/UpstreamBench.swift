import CGate
import Foundation
import GatePolicy
import Glibc
import Synchronization
import Testing

@testable import GateEngine

/// A reactor on a thread of its own with an engine, and a way to do things on it.
final class UpstreamBench: @unchecked Sendable {  // engine and reactor are touched by the reactor's thread alone
    private let commands: Commands
    private let mailbox: Mailbox
    private let finished = DispatchSemaphore(value: 0)
    private(set) var engine: CurlEngine!
    private(set) var reactor: Reactor!

    init(_ settings: UpstreamSettings = UpstreamSettings(), trust: UpstreamTrust? = nil) throws {
        let reactor = try Reactor()
        let engine = try CurlEngine(reactor: reactor, settings: settings, trust: trust)
        commands = Commands()
        mailbox = reactor.mailbox
        self.reactor = reactor
        self.engine = engine
        let registration = try reactor.register(commands.descriptor, events: GATE_EPOLLIN, handler: commands)
        _ = registration
        Thread.detachNewThread { [self] in
            self.reactor.run { message in if case .stop = message { self.reactor.stop() } }
            self.engine = nil
            self.reactor = nil
            finished.signal()
        }
    }

    /// Runs `work` on the reactor and waits for it.
    func onReactor<Result: Sendable>(_ work: @escaping @Sendable (CurlEngine) -> Result) -> Result {
        let box = Mutex<Result?>(nil)
        let done = DispatchSemaphore(value: 0)
        commands.post { [self] in
            let result = work(engine)
            box.withLock { $0 = result }
            done.signal()
        }
        done.wait()
        return box.withLock { $0! }
    }

    func stop() {
        onReactor { $0.close() }
        mailbox.post(.stop)
        finished.wait()
    }

    /// Sends a call and waits for its end.
    func answer(_ call: TestCall, _ answer: TestAnswer = TestAnswer()) throws -> TestAnswer {
        start(call, answer)
        try answer.wait()
        return answer
    }

    func start(_ call: TestCall, _ answer: TestAnswer) {
        onReactor { engine in
            answer.bodies = call.supplies
            answer.transfer = engine.start(
                call.upstreamCall(throughProxy: engine.settings.proxy != nil), handler: answer)
        }
    }

    private final class Commands: ReadinessHandler, Sendable {
        let descriptor = eventfd(0, Int32(EFD_NONBLOCK))
        private let queue = Mutex<[@Sendable () -> Void]>([])
        deinit { close(descriptor) }

        func post(_ work: @escaping @Sendable () -> Void) {
            queue.withLock { $0.append(work) }
            var one: UInt64 = 1
            _ = unsafe write(descriptor, &one, 8)
        }

        func ready(events: UInt32) {
            var count: UInt64 = 0
            _ = unsafe read(descriptor, &count, 8)
            let all = queue.withLock { queue in
                defer { queue = [] }
                return queue
            }
            for work in all { work() }
        }
    }
}

/// A call as a test writes it.
struct TestCall: Sendable {
    var line = "GET / HTTP/1.1"
    var scheme = RequestFacts.Scheme.http
    var host = "127.0.0.1"
    var port: UInt16
    var fields: [String] = []
    var body = UpstreamCall.Body.none
    var supplies: [TestSupply] = []
    var isRerouted = false

    init(_ line: String, to port: UInt16, fields: [String] = [], body: String? = nil) {
        self.line = line
        self.port = port
        self.fields = fields
        if let body {
            self.body = .sized(body.utf8.count)
            supplies = [.text(body)]
        }
    }

    init(_ line: String, to origin: ScriptedOrigin, fields: [String] = [], body: String? = nil) {
        self.init(line, to: origin.port, fields: fields, body: body)
    }

    func upstreamCall(throughProxy: Bool) -> UpstreamCall {
        let parts = line.split(separator: " ")
        let authority = "\(host.contains(":") ? "[\(host)]" : host):\(port)"
        let target = parts[1] == "*" ? "*" : "\(scheme == .https ? "https" : "http")://\(authority)\(parts[1])"
        let text =
            "\(parts[0]) \(target) HTTP/1.1\r\nHost: \(authority)\r\n"
            + fields.map { $0 + "\r\n" }.joined() + "\r\n"
        guard case .head(let head, _) = Wire.outcome(text),
            case .success(let parsed) = RequestTarget.parse(head, in: .plain)
        else { fatalError("bad test call: \(text)") }
        let terms = UpstreamHead.Terms(
            correlationID: "test", via: ViaStamp(token: 1), absoluteForm: throughProxy && scheme == .http && !isRerouted
        )
        return UpstreamCall(
            scheme: scheme, host: host, port: port,
            head: UpstreamHead(head, target: parsed, hops: HopByHop(head.block), terms: terms), body: body,
            isRerouted: isRerouted)
    }
}

/// What a test's client offers when it is asked for body bytes.
enum TestSupply: Sendable {
    case text(String)
    /// This many zero bytes, in whatever portions are asked for.
    case zeros(Int)
    case later, end, abort
}

/// Records what happens to a call.
final class TestAnswer: UpstreamHandler, @unchecked Sendable {  // filled by the reactor's thread, read after `wait`
    var transfer: CurlTransfer!
    var bodies: [TestSupply] = []
    var interim: [Int] = []
    var head: ResponseHead?
    var body: [UInt8] = []
    var bodyBytes = 0
    var keepsBody = true
    var trailers: [String] = []
    var error: UpstreamError?
    var endings = 0
    /// Called on the reactor's thread.
    var onInterim: (TestAnswer) -> Void = { _ in }
    var onHead: (TestAnswer) -> Void = { _ in }
    var onBody: (TestAnswer) -> Void = { _ in }
    var onLater: (TestAnswer) -> Void = { _ in }
    private let done = DispatchSemaphore(value: 0)

    var status: Int? { head?.status }
    var text: String { String(decoding: body, as: UTF8.self) }

    func wait(sourceLocation: SourceLocation = #_sourceLocation) throws {
        guard done.wait(timeout: .now() + 30) == .success else {
            Issue.record("the call does not end", sourceLocation: sourceLocation)
            throw OriginError.late
        }
    }

    func field(_ name: String) -> String? {
        head?.block.texts.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    func upstreamInterim(_ head: ResponseHead) {
        interim.append(head.status)
        onInterim(self)
    }

    func upstreamHead(_ head: ResponseHead) {
        self.head = head
        onHead(self)
    }

    func upstreamBody(_ bytes: UnsafeRawBufferPointer) {
        if keepsBody { unsafe body.append(contentsOf: bytes) }
        bodyBytes += bytes.count
        onBody(self)
    }

    func upstreamTrailers(_ trailers: FieldBlock) {
        self.trailers = trailers.texts.map { "\($0.name): \($0.value)" }
    }

    func upstreamWantsBody(into buffer: UnsafeMutableRawBufferPointer) -> BodySupply {
        guard let next = bodies.first else { return .end }
        switch next {
        case .text(let text):
            let part = Array(text.utf8.prefix(buffer.count))
            unsafe buffer.copyBytes(from: part)
            let rest = String(decoding: text.utf8.dropFirst(part.count), as: UTF8.self)
            if rest.isEmpty { bodies.removeFirst() } else { bodies[0] = .text(rest) }
            return .bytes(part.count)
        case .zeros(let count):
            let part = min(count, buffer.count)
            unsafe buffer[..<part].initializeMemory(as: UInt8.self, repeating: 0)
            if count == part { bodies.removeFirst() } else { bodies[0] = .zeros(count - part) }
            return .bytes(part)
        case .later:
            onLater(self)
            return .later
        case .end: return .end
        case .abort: return .abort
        }
    }

    func upstreamEnded(_ error: UpstreamError?) {
        self.error = error
        endings += 1
        transfer = nil
        done.signal()
    }
}

/// A bench and an origin in a scope.
func withOrigin(
    _ settings: UpstreamSettings = UpstreamSettings(), tls: String? = nil, trust: UpstreamTrust? = nil,
    script: @escaping @Sendable (OriginConnection) -> Void,
    _ body: (UpstreamBench, ScriptedOrigin) throws -> Void
) throws {
    let origin = try ScriptedOrigin(tls: tls, script)
    let bench = try UpstreamBench(settings, trust: trust)
    defer {
        bench.stop()
        origin.stop()
    }
    try body(bench, origin)
}
