internal import GateStore

/// One line per call that has ended, written by a thread of its own: a blocked standard error holds up nobody.
final class CallLog: Sendable {
    /// False when no line is wanted.
    let isEnabled: Bool

    init(isEnabled: Bool) { self.isEnabled = isEnabled }

    func handshakeFailed(host: String, client: String, _ reason: String) {}

    func ended(_ record: CallRecord) {}
}
