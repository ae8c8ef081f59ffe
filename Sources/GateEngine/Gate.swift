internal import CGate
internal import Foundation
internal import GatePolicy
internal import GateStore
internal import Glibc
public import Logging
internal import Synchronization

/// A running gate: builds its parts, reloads and drains them.
public final class Gate: Sendable {
    public let ready: ReadyLine

    private let core: GateCore
    private let logger: Logger
    private let threads: [LaneThread]
    private let control: LaneThread
    private let state: GateState
    private let watcher: FileWatcher
    private let retention: RetentionSchedule
    private let isStopped = Mutex(false)
    private let laneEnds = DispatchSemaphore(value: 0)

    private init(
        ready: ReadyLine, core: GateCore, logger: Logger, threads: [LaneThread], control: LaneThread, state: GateState,
        watcher: FileWatcher
    ) {
        self.ready = ready
        self.core = core
        self.logger = logger
        self.threads = threads
        self.control = control
        self.state = state
        self.watcher = watcher
        retention = RetentionSchedule(store: core.store, keeping: core.configuration.journal.retention, logger: logger)
    }

    /// Opens the state directory, the store, the authority and the listeners, and accepts calls when it returns.
    ///
    /// - Parameter callSink: where one line per call goes; nil for none.
    public static func start(_ configuration: GateConfiguration, logger: Logger, callSink: LogSink? = nil)
        throws(GateError) -> Gate
    {
        try start(configuration, logger: logger, callSink: callSink, limits: ClientLimits())
    }

    /// The same with limits of a test's own.
    static func start(
        _ configuration: GateConfiguration, logger: Logger, callSink: LogSink? = nil, limits: ClientLimits
    ) throws(GateError) -> Gate {
        signal(SIGPIPE, SIG_IGN)
        DescriptorLimit.raise()
        let parts = try GateParts(configuration, callSink: callSink, limits: limits)
        let state = GateState(parts: parts, logger: logger)
        let proxy = try ListeningPort(configuration.listen)
        let admin = try ListeningPort(configuration.admin)
        let threads = try startLanes(parts, port: proxy, state: state)
        let control = try startControl(parts, port: admin, state: state)
        state.lanes.withLock { $0 = threads.map(\.mailbox) }
        let ready = ReadyLine(
            proxy: ListenAddress(host: configuration.listen.host, port: proxy.port),
            admin: ListenAddress(host: configuration.admin.host, port: admin.port), ca: parts.authority.certificateFile,
            mode: parts.core.mode.rawValue, environment: configuration.environment)
        let watcher = FileWatcher(files: PolicyFiles.watched(configuration))
        let gate = Gate(
            ready: ready, core: parts.core, logger: logger, threads: threads, control: control, state: state,
            watcher: watcher)
        parts.core.whenLaneDrained { [laneEnds = gate.laneEnds] in laneEnds.signal() }
        gate_release_start_pages()
        logger.info(
            "The gate accepts calls",
            metadata: .keyed([
                (.address, "\(ready.proxy)"), (.mode, ready.mode), (.environment, ready.environment),
                (.digest, parts.policy.digest),
            ]))
        if parts.core.mode != configuration.mode {
            logger.warning(
                "A flip from before the start holds; `stoplog mode` lifts it",
                metadata: .keyed([(.mode, ready.mode), (.modeBefore, configuration.mode.rawValue)]))
        }
        return gate
    }

    private static func startLanes(_ parts: GateParts, port: ListeningPort, state: GateState) throws(GateError)
        -> [LaneThread]
    {
        let count = parts.core.configuration.threads ?? max(1, ProcessInfo.processInfo.activeProcessorCount)
        var threads: [LaneThread] = []
        for index in 0..<min(64, count) {
            let descriptor = try port.descriptor(isFirst: index == 0)
            parts.core.ownEndpoints.add(SocketAddress.bound(descriptor))
            threads.append(
                try LaneThread(name: "reactor-\(index)", parts: parts) { lane throws(ReactorError) in
                    try lane.listen(descriptor, factory: ProxyExchanges())
                })
        }
        return threads
    }

    /// The admin server is reachable when the proxy is full.
    private static let controlConnections = 16

    private static func startControl(_ parts: GateParts, port: ListeningPort, state: GateState) throws(GateError)
        -> LaneThread
    {
        let descriptor = try port.descriptor(isFirst: true)
        parts.core.ownEndpoints.add(SocketAddress.bound(descriptor))
        return try LaneThread(name: "control", parts: parts, spareConnections: controlConnections) {
            lane throws(ReactorError) in
            try lane.listen(
                descriptor,
                factory: AdminExchanges(AdminRoutes(core: parts.core, token: parts.token, control: state)))
        }
    }

    // MARK: Reload

    /// Calls `reload` on a thread of its own when the configuration or a policy file has changed on disk.
    public func watchFiles(_ reload: @escaping @Sendable () -> Void) { watcher.start(reload) }

    /// Takes over a configuration and its policies; a faulty policy is refused with a log line, and the running one stays.
    public func reload(_ configuration: GateConfiguration) {
        watcher.watch(PolicyFiles.watched(configuration))
        guard configuration.environment == core.configuration.environment else {
            let wanted =
                "the environment is \(core.configuration.environment) until a restart, not \(configuration.environment)"
            logger.error("The configuration was not taken over", metadata: .keyed([(.fault, wanted)]))
            return
        }
        let loaded = configuration.loadPolicies()
        guard let policy = loaded.policy else {
            for fault in loaded.diagnostics {
                logger.error("The policy is faulty; the running one stays", metadata: .keyed([(.fault, "\(fault)")]))
            }
            return
        }
        state.digest.withLock { $0 = policy.digest }
        for thread in threads { thread.mailbox.post(.reload(policy, configuration)) }
        logger.info(
            "The policy was reloaded", metadata: .keyed([(.digest, policy.digest), (.rules, "\(policy.ruleCount)")]))
        let waiting = configuration.keysForRestart(running: core.configuration)
        if !waiting.isEmpty {
            logger.warning(
                "Changed keys wait for a restart", metadata: .keyed([(.reason, waiting.joined(separator: ", "))]))
        }
    }

    // MARK: End

    /// Lets in-flight calls end, at most for `deadline`, then closes everything. Idempotent.
    public func drain(deadline: Duration) {
        let isFirst = isStopped.withLock { isStopped in
            defer { isStopped = true }
            return !isStopped
        }
        guard isFirst else { return }
        watcher.stop()
        retention.stop()
        for thread in threads { thread.mailbox.post(.drain) }
        let end = DispatchTime.now() + .milliseconds(Int(clamping: deadline.milliseconds))
        for _ in threads where laneEnds.wait(timeout: end) == .timedOut { break }
        for thread in threads + [control] { thread.mailbox.post(.stop) }
        for thread in threads + [control] { thread.join() }
        core.store.close()
    }

    /// What this gate blocked, recorded, held or limited since its start, oldest first.
    public func summary() -> [SummaryLine] { core.stopped.lines }

    /// The readiness checks without serving.
    public static func check(_ configuration: GateConfiguration) -> [CheckResult] { PreFlight.run(configuration) }
}

/// One call in the summary of `run`.
public struct SummaryLine: Sendable, Equatable {
    public var id: String
    public var outcome: String
    public var rule: String?
    public var method: String
    public var url: String

    public init(id: String, outcome: String, rule: String?, method: String, url: String) {
        self.id = id
        self.outcome = outcome
        self.rule = rule
        self.method = method
        self.url = url
    }
}
