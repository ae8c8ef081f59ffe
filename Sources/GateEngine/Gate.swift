public import Logging

/// A running gate: builds its parts, reloads and drains them.
///
/// This is the command line's idea of it; the engine's own takes its place.
public final class Gate: Sendable {
    public let ready: ReadyLine

    /// Opens the state directory, the store, the authority and the listeners, and accepts calls when it returns.
    public static func start(_ configuration: GateConfiguration, logger: Logger) throws(GateError) -> Gate {
        throw GateError(.internalFault, "this build has no engine")
    }

    init(ready: ReadyLine) { self.ready = ready }

    /// Reads configuration and policy again; a faulty one is refused with a log line, and the running one stays.
    public func reload(_ configuration: GateConfiguration) {}

    /// Lets in-flight calls end, at most for `deadline`, then closes everything. Idempotent.
    public func drain(deadline: Duration) {}

    /// What this gate blocked, recorded, held or limited since its start, oldest first.
    public func summary() -> [SummaryLine] { [] }

    /// The readiness checks without serving.
    public static func check(_ configuration: GateConfiguration) -> [CheckResult] { [] }
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
