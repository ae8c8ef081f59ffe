internal import CGate
internal import Foundation
internal import GatePolicy
internal import GateStore
internal import Synchronization

/// The thread of one lane: builds it there, runs its reactor, ends with it.
final class LaneThread: Sendable {
    let mailbox: Mailbox
    private let thread: ReactorThread

    /// - Parameters:
    ///   - spareConnections: what this lane may have above the limit of all lanes together.
    ///   - prepare: runs on the new thread before the first round: opens listeners.
    init(
        name: String, parts: GateParts, spareConnections: Int = 0,
        prepare: @escaping @Sendable (Lane) throws(ReactorError) -> Void
    ) throws(GateError) {
        let isBuilt = DispatchSemaphore(value: 0)
        let outcome = BuildOutcome()
        var limits = parts.limits
        limits.connections += spareConnections
        let laneLimits = limits
        do throws(ReactorError) {
            thread = try ReactorThread(name: name) {
                do {
                    let reactor = try Reactor()
                    let engine = try CurlEngine(reactor: reactor, settings: parts.upstream, trust: parts.trust)
                    let lane = Lane(
                        core: parts.core, reactor: reactor, engine: engine, policy: parts.policy, limits: laneLimits)
                    try prepare(lane)
                    outcome.set(.success(reactor.mailbox))
                    isBuilt.signal()
                    reactor.run { lane.received($0) }
                } catch {
                    outcome.set(.failure(GateParts.failure(error)))
                    isBuilt.signal()
                }
            }
        } catch {
            throw GateError(.internalFault, error.description)
        }
        isBuilt.wait()
        mailbox = try outcome.get()
    }

    func join() { thread.join() }
}

/// What the building of a lane came to.
private final class BuildOutcome: Sendable {
    private let result = Mutex<Result<Mailbox, GateError>?>(nil)

    func set(_ value: Result<Mailbox, GateError>) { result.withLock { $0 = value } }

    func get() throws(GateError) -> Mailbox {
        guard let value = result.withLock({ $0 }) else { throw GateError(.internalFault, "a thread did not start") }
        return try value.get()
    }
}

/// A port that several sockets share; bound for the first time without sharing, so that a port in use is found.
final class ListeningPort {
    /// Connections that the kernel keeps until they are accepted.
    private static let backlog: Int32 = 4096

    private let address: ListenAddress
    private let host: String
    private(set) var port: UInt16
    private var first: Int32?

    init(_ address: ListenAddress) throws(GateError) {
        self.address = address
        host = address.host == "localhost" ? "127.0.0.1" : address.host
        port = address.port
        // Without SO_REUSEPORT this fails where anybody listens; with it, another gate's port would be shared silently.
        let probe = try open(sharing: false)
        port = SocketAddress.bound(probe).port
        close(probe)
        first = try open(sharing: true)
    }

    /// A listening socket on the port.
    func descriptor(isFirst: Bool) throws(GateError) -> Int32 {
        if isFirst, let made = first {
            first = nil
            return made
        }
        return try open(sharing: true)
    }

    private func open(sharing: Bool) throws(GateError) -> Int32 {
        guard let socket = SocketAddress(host: host, port: port) else {
            throw GateError(.configuration, "cannot listen on \(address): give an IP address of this machine")
        }
        do {
            return try socket.listen(backlog: Self.backlog, sharingPort: sharing)
        } catch {
            throw GateError(
                .configuration, "cannot listen on \(address): \(error.reason); choose another with --listen or --admin")
        }
    }
}
