internal import GatePolicy
internal import GateStore
internal import Synchronization

/// What all threads of a gate share: its settings, its store and its mode.
final class GateCore: Sendable {
    let configuration: GateConfiguration
    let store: any Store
    let redaction: Redaction
    let leaves: LeafCache
    let interception: InterceptionPlan
    let via: ViaStamp
    let callLog: CallLog
    let stopped = StoppedCalls()
    let gatheredBodies: ByteBudget
    /// The addresses of this gate's own listeners: never dialled through it.
    let ownEndpoints = OwnEndpoints()
    private let modeIndex: Atomic<Int>
    private let connections = Atomic<Int>(0)
    private let drainedLanes = Atomic<Int>(0)
    private let onDrained = Mutex<(@Sendable () -> Void)?>(nil)

    init(
        configuration: GateConfiguration, store: any Store, redaction: Redaction, leaves: LeafCache,
        interception: InterceptionPlan, mode: Mode, via: ViaStamp, callLog: CallLog, gatheredBytes: Int
    ) {
        gatheredBodies = ByteBudget(limit: gatheredBytes)
        self.configuration = configuration
        self.store = store
        self.redaction = redaction
        self.leaves = leaves
        self.interception = interception
        self.via = via
        self.callLog = callLog
        modeIndex = Atomic(Mode.allCases.firstIndex(of: mode) ?? Mode.allCases.count - 1)
    }

    /// The mode every call is decided by from its head on. Setting it holds for every later call on every thread; a
    /// stricter one for every call that is not decided yet.
    var mode: Mode {
        get { Mode.allCases[modeIndex.load(ordering: .acquiring)] }
        set { modeIndex.store(Mode.allCases.firstIndex(of: newValue) ?? Mode.allCases.count - 1, ordering: .releasing) }
    }

    /// Tells whoever listens that a call has ended.
    func ended(_ record: CallRecord) {
        callLog.ended(record)
        stopped.ended(record)
    }

    /// Counts a connection in; false when there are too many.
    func admitConnection(limit: Int) -> Bool {
        let count = connections.add(1, ordering: .relaxed).newValue
        guard count > limit else { return true }
        connections.subtract(1, ordering: .relaxed)
        return false
    }

    func releaseConnection() { connections.subtract(1, ordering: .relaxed) }

    /// Connections that are open now.
    var connectionCount: Int { connections.load(ordering: .relaxed) }

    /// A draining lane has no connection left.
    func drained() {
        drainedLanes.add(1, ordering: .relaxed)
        onDrained.withLock { $0 }?()
    }

    func whenLaneDrained(_ action: @escaping @Sendable () -> Void) { onDrained.withLock { $0 = action } }
}

/// Bytes that all threads together may hold of something.
final class ByteBudget: Sendable {
    private let limit: Int
    private let held = Atomic<Int>(0)

    init(limit: Int) { self.limit = limit }

    /// False, and nothing taken, where there is no room for `count` more.
    func take(_ count: Int) -> Bool {
        guard held.add(count, ordering: .relaxed).newValue > limit else { return true }
        held.subtract(count, ordering: .relaxed)
        return false
    }

    func give(_ count: Int) {
        if count > 0 { held.subtract(count, ordering: .relaxed) }
    }

    /// Bytes held now.
    var count: Int { held.load(ordering: .relaxed) }
}

/// Which hosts' TLS is opened.
struct InterceptionPlan: Sendable {
    private let intercept: HostSet
    private let passthrough: HostSet

    init(_ settings: GateConfiguration.Interception) throws(HostSetError) {
        intercept = try HostSet(settings.intercept)
        passthrough = try HostSet(settings.passthrough)
    }

    /// What is in neither list is passed through, judged by its host alone.
    func opens(_ host: String) -> Bool { !passthrough.contains(host) && intercept.contains(host) }
}

/// The gate's own listeners.
final class OwnEndpoints: Sendable {
    private struct Endpoint: Sendable {
        var host: String
        var address: IPAddress?
        var port: UInt16
        var isWildcard: Bool { address?.value == 0 }
    }
    private let endpoints = Mutex<[Endpoint]>([])

    func add(_ address: SocketAddress) {
        let host = address.host
        endpoints.withLock { $0.append(Endpoint(host: host, address: IPAddress(host), port: address.port)) }
    }

    /// True for a host and port that lead to this gate, as far as their text tells.
    func contains(host: String, port: UInt16) -> Bool {
        endpoints.withLock { endpoints in
            endpoints.contains { own in
                own.port == port && (own.host == host || Self.isLocal(host) || own.isWildcard)
            }
        }
    }

    /// The same for an address that is about to be dialled, whatever name led to it.
    func contains(_ address: IPAddress, port: UInt16) -> Bool {
        endpoints.withLock { endpoints in
            endpoints.contains { own in
                own.port == port && (own.address == address || address.isLoopback || own.isWildcard)
            }
        }
    }

    private static func isLocal(_ host: String) -> Bool {
        host == "localhost" || host.hasSuffix(".localhost") || IPAddress(host)?.isLoopback == true
    }
}

extension IPAddress {
    /// An address of this machine whatever its interfaces are: 127.0.0.0/8, ::1 and the unspecified ones.
    fileprivate var isLoopback: Bool {
        value == 0 || (isIPv4 ? value >> 24 == 127 : value == 1)
    }
}
