import CGate
import Glibc

/// Keeps all callers busy on one epoll and one thread, first to warm up, then to measure.
final class LoadRun {
    struct Result {
        var calls = 0
        var duration_ns: UInt64 = 0
        var errors = 0
        var reconnects = 0
        var firstError = ""
        /// One per call.
        var latencies_ns: [UInt64] = []
    }

    private static let stallLimit_ms: Int64 = 60_000
    private let plan: LoadPlan
    private let epoll: Int32
    private var callers: [Caller] = []
    private let main: LoadTarget
    private let names: [LoadTarget]
    private var result = Result()
    private var started = 0
    private var busy = 0
    /// Calls this phase may start.
    private var budget = 0
    private var end_ns: UInt64 = .max
    private var oneCallEach = false
    private var nextIdle = 0
    private var takesNames = false

    init(plan: LoadPlan) throws(LoadError) {
        self.plan = plan
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw LoadError("epoll_create1: errno \(errno)") }
        main = LoadTarget(host: plan.host, plan: plan)
        names = (0..<plan.nameCount).map { LoadTarget(host: "n\(plan.namesFrom + $0).\(plan.domain)", plan: plan) }
        let tls: LoadTLS?
        if plan.usesTLS, let caFile = plan.caFile {
            tls = try LoadTLS(caFile: caFile, readsMuch: plan.isDownload)
        } else {
            tls = nil
        }
        for index in 0..<plan.connections {
            callers.append(Caller(token: UInt64(index), plan: plan, tls: tls, epoll: epoll, target: main))
        }
    }

    deinit { Glibc.close(epoll) }

    /// Opens every connection with a call and goes on for the warm-up's time.
    func warmUp() throws(LoadError) {
        guard plan.warmup_ms > 0, !plan.hold else { return }
        takesNames = false
        try phase(calls: plan.nameCount > 0 ? 2 : .max, duration_ms: plan.warmup_ms)
    }

    func measure() throws(LoadError) -> Result {
        takesNames = true
        oneCallEach = plan.hold
        try phase(calls: plan.calls > 0 ? plan.calls : .max, duration_ms: plan.duration_ms)
        return result
    }

    private func phase(calls: Int, duration_ms: Int) throws(LoadError) {
        result = Result()
        if plan.duration_ms > 0 { result.latencies_ns.reserveCapacity(1 << 18) }
        started = 0
        budget = calls
        let begin_ns = Self.now_ns()
        end_ns = duration_ms > 0 ? begin_ns + UInt64(duration_ms) * 1_000_000 : .max
        nextIdle = oneCallEach ? min(16, callers.count) : callers.count
        for caller in callers[..<nextIdle] { next(caller) }
        try loop()
        result.duration_ns = Self.now_ns() - begin_ns
    }

    private func loop() throws(LoadError) {
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: 256)
        defer { events.deallocate() }
        var lastProgress_ms = gate_monotonic_ms()
        while busy > 0 {
            let count = epoll_wait(epoll, events, 256, 1000)
            guard count >= 0 || errno == EINTR else { throw LoadError("epoll_wait: errno \(errno)") }
            let now_ms = gate_monotonic_ms()
            if count > 0 { lastProgress_ms = now_ms }
            guard now_ms - lastProgress_ms < Self.stallLimit_ms else {
                throw LoadError("stalled with \(busy) calls open")
            }
            guard result.errors < 1000 else { throw LoadError("too many errors, the first: \(result.firstError)") }
            for index in 0..<Int(max(count, 0)) {
                let caller = callers[Int(gate_epoll_token(events + index))]
                guard caller.stage != .closed, caller.stage != .resting else { continue }
                settle(caller, caller.advance())
            }
        }
    }

    /// Starts the caller's next call, or leaves it at rest.
    private func next(_ caller: Caller) {
        let now = Self.now_ns()
        guard started < budget, now < end_ns || (caller.stage == .closed && started < callers.count) else { return }
        busy += 1
        let target = takesNames && !names.isEmpty ? names[started % names.count] : main
        started += 1
        settle(caller, caller.begin(target, now_ns: now))
    }

    /// Books the outcome; a finished caller is given its next call.
    private func settle(_ caller: Caller, _ outcome: Caller.Outcome) {
        var outcome = outcome
        while case .stale = outcome {
            caller.close()
            result.reconnects += 1
            outcome = caller.again()
        }
        switch outcome {
        case .waiting, .stale: return
        case .finished:
            result.calls += 1
            result.latencies_ns.append(Self.now_ns() - caller.startedAt_ns)
            if caller.mustClose { caller.close() }
        case .failed(let reason):
            caller.close()
            result.errors += 1
            if result.firstError.isEmpty { result.firstError = reason }
        }
        busy -= 1
        if oneCallEach {
            guard nextIdle < callers.count else { return }
            nextIdle += 1
            next(callers[nextIdle - 1])
        } else {
            next(caller)
        }
    }

    var openConnections: Int { callers.count { $0.stage == .resting } }

    static func now_ns() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
