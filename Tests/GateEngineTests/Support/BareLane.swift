import Foundation
import GatePolicy
import GateStore
import Glibc
import Synchronization

@testable import GateEngine

/// A lane whose reactor does not run: a test reads, ends rounds and brings the store's answers itself.
final class BareLane {
    let lane: Lane
    let store = HeldStore()
    private let directory = NSTemporaryDirectory() + "stoplog-lane-\(UUID().uuidString)"

    static func with(
        rules: String, mode: Mode = .live, limits: ClientLimits = ClientLimits(), interceptsNothing: Bool = false,
        _ body: (BareLane) throws -> Void
    ) throws {
        let bare = try BareLane(rules, mode, limits, interceptsNothing)
        defer { bare.end() }
        try body(bare)
    }

    private init(_ rules: String, _ mode: Mode, _ limits: ClientLimits, _ interceptsNothing: Bool) throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try "policy: p\nrules:\n\(rules)".write(toFile: directory + "/p.yaml", atomically: true, encoding: .utf8)
        try
            "version: 1\npolicies: [\(rules.isEmpty ? "" : "./p.yaml")]\nstore: memory\n\(interceptsNothing ? "tls: { intercept: [] }\n" : "")"
            .write(
                toFile: directory + "/stoplog.yaml", atomically: true, encoding: .utf8)
        var sources = ConfigurationSources(variables: [:], workingDirectory: directory)
        sources.flags = ["state": directory + "/state"]
        let parts = try GateParts(try GateConfiguration.load(sources), callSink: nil, limits: limits)
        parts.core.store.close()
        let core = GateCore(
            configuration: parts.core.configuration, store: store, redaction: parts.core.redaction,
            leaves: parts.core.leaves, interception: parts.core.interception, mode: mode, via: parts.core.via,
            callLog: parts.core.callLog, gatheredBytes: limits.gatheredBytes)
        let reactor = try Reactor()
        let engine = try CurlEngine(reactor: reactor, settings: parts.upstream, trust: parts.trust)
        lane = Lane(core: core, reactor: reactor, engine: engine, policy: parts.policy, limits: limits)
    }

    private func end() {
        lane.received(.stop)
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// A connection and its client's end.
    func connect(_ factory: any ExchangeFactory = ProxyExchanges()) throws -> (ClientConnection, PipeEnd) {
        var ends: [Int32] = [-1, -1]
        guard unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0, &ends) == 0
        else { throw PipeEnd.Fault.noSocket }
        let connection = ClientConnection(lane: lane, factory: factory, descriptor: ends[0], peer: SocketAddress())
        guard connection.open() else { throw PipeEnd.Fault.noSocket }
        return (connection, PipeEnd(ends[1]))
    }
}

/// A client's end of a connection; never waits.
final class PipeEnd {
    enum Fault: Error { case noSocket }
    private let descriptor: Int32

    init(_ descriptor: Int32) { self.descriptor = descriptor }
    deinit { close(descriptor) }

    func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    func read() -> String {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
        return String(decoding: buffer[..<max(0, count)], as: UTF8.self)
    }
}

/// Takes everything and answers nothing: the test tells the lane what became of a commit.
final class HeldStore: Store {
    let committed = Mutex<[CallRecord]>([])
    let sealed = Mutex<[[UInt8]]>([])
    let appended = Mutex<[CallRecord]>([])

    func append(_ record: CallRecord) -> Bool {
        appended.withLock { $0.append(record) }
        return true
    }

    func commit(
        _ record: CallRecord, sealed: SealedRequest?, done: @escaping @Sendable (Result<Void, StoreError>) -> Void
    ) {
        committed.withLock { $0.append(record) }
        if let sealed { self.sealed.withLock { $0.append(sealed.plaintext) } }
    }

    func note(_ note: JournalNote, done: @escaping @Sendable (Result<Void, StoreError>) -> Void) {}
    func flush(done: @escaping @Sendable (Result<Void, StoreError>) -> Void) {}
    func calls(_ query: CallQuery) throws(StoreError) -> CallPage {
        throw StoreError(code: .unavailable, message: "held")
    }
    func call(id: String) throws(StoreError) -> StoredCall? { nil }
    func verify() throws(StoreError) -> ChainReport { throw StoreError(code: .unavailable, message: "held") }
    func prune(before: Int64, limit: Int) throws(StoreError) -> Int { 0 }
    var fault: StoreError? { nil }
    func close() {}
    var outcomes: [CallRecord.Outcome] { committed.withLock { $0.map(\.outcome) } }
}
