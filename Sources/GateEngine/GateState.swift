internal import CGate
internal import Foundation
internal import GatePolicy
internal import GateStore
internal import Logging
internal import Synchronization

/// What may be asked of a gate while it runs, from any thread: its checks and its mode.
final class GateState: GateControl {
    let lanes = Mutex<[Mailbox]>([])
    let digest: Mutex<String>
    private let core: GateCore
    private let authority: Authority
    private let directory: StateDirectory
    private let logger: Logger

    init(parts: GateParts, logger: Logger) {
        core = parts.core
        authority = parts.authority
        directory = parts.stateDirectory
        digest = Mutex(parts.policy.digest)
        self.logger = logger
    }

    var policyDigest: String { digest.withLock { $0 } }

    func checks() -> [CheckResult] {
        let fault = core.store.fault
        var checks = [
            CheckResult(name: "store", isPassed: fault == nil, detail: fault?.message ?? "the journal can be written"),
            CheckResult(name: "policy", isPassed: true, detail: "digest \(policyDigest.prefix(12))"),
        ]
        let days = (authority.notAfter - gate_wall_us() / 1_000_000) / 86_400
        checks.append(
            CheckResult(
                name: "ca", isPassed: days > 0,
                detail: days > 0 ? "valid for \(days) more days" : "expired: run `stoplog ca rotate`"))
        return checks
    }

    /// A flip to a stricter mode holds at once, whatever the journal says; one to a looser mode is journaled first.
    func flip(to mode: Mode, by actor: String, done: @escaping @Sendable (String?) -> Void) {
        let before = core.mode
        if mode > before { core.mode = mode }
        let note = JournalNote(
            time: gate_wall_us(), kind: "mode", actor: actor,
            facts: [.init(name: "from", value: before.rawValue), .init(name: "to", value: mode.rawValue)])
        core.store.note(note) { [self] result in
            if case .failure(let error) = result, mode <= before { return done(error.message) }
            core.mode = mode
            keep(mode, by: actor)
            logger.notice(
                "The mode was flipped",
                metadata: .keyed([(.modeBefore, before.rawValue), (.mode, mode.rawValue), (.actor, actor)]))
            if case .failure(let error) = result {
                return done("the mode is \(mode.rawValue) now, but: \(error.message)")
            }
            done(nil)
        }
    }

    private func keep(_ mode: Mode, by actor: String) {
        do {
            try directory.keepFlip(
                to: mode, configured: core.configuration.mode, environment: core.configuration.environment,
                at: RFC3339.text(gate_wall_us()), by: actor)
        } catch {
            logger.error("The flip will not survive a restart", metadata: .keyed([(.fault, error.message)]))
        }
    }
}
