internal import CGate
internal import GateStore
internal import Logging

/// One line per call that has ended, encoded by hand and written by the sink's thread.
final class CallLog: Sendable {
    private let sink: LogSink?
    private let format: GateConfiguration.Log.Format

    /// `sink` nil, or a level above `info`: no lines.
    init(_ sink: LogSink?, _ settings: GateConfiguration.Log) {
        let wanted: [GateConfiguration.Log.Level] = [.trace, .debug, .info]
        self.sink = wanted.contains(settings.level) ? sink : nil
        format = settings.format
    }

    var isEnabled: Bool { sink != nil }

    func handshakeFailed(host: String, client: String, _ reason: String) {
        line("TLS handshake with the client failed", [("call.host", host), ("client", client), ("reason", reason)])
    }

    func ended(_ record: CallRecord) {
        guard sink != nil else { return }
        var fields = [
            ("call.id", record.id), ("call.correlation_id", record.correlationID), ("call.method", record.method),
            ("call.host", record.host), ("call.class", record.class), ("call.outcome", record.outcome.rawValue),
        ]
        if let rule = record.rule { fields.append(("call.rule", rule)) }
        if let kind = record.kind { fields.append(("call.kind", kind)) }
        if let session = record.session { fields.append(("call.session", session)) }
        if let refusal = record.refusal { fields.append(("call.refusal", refusal)) }
        if let status = record.response?.status { fields.append(("response.status", "\(status)")) }
        fields.append(("call.duration_ms", "\(Int(record.durationMilliseconds))"))
        fields.append(("gate.mode", record.mode))
        line("Call ended", fields)
    }

    private func line(_ message: String, _ fields: [(String, String)]) {
        sink?.send(LogLine.encode(time_us: gate_wall_us(), level: .info, message: message, fields: fields, format: format))
    }
}
