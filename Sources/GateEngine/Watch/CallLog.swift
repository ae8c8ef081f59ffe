internal import CGate
internal import GateStore

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
        guard let sink else { return }
        var line = LogLineWriter("TLS handshake with the client failed", format)
        line.field("call.host", host)
        line.field("client", client)
        line.field("reason", reason)
        sink.send(line.finished())
    }

    func ended(_ record: CallRecord) {
        guard let sink else { return }
        var line = LogLineWriter("Call ended", format)
        line.field("call.id", record.id)
        line.field("call.correlation_id", record.correlationID)
        line.field("call.method", record.method)
        line.field("call.host", record.host)
        line.field("call.class", record.class)
        line.field("call.outcome", record.outcome.rawValue)
        if let rule = record.rule { line.field("call.rule", rule) }
        if let kind = record.kind { line.field("call.kind", kind) }
        if let session = record.session { line.field("call.session", session) }
        if let refusal = record.refusal { line.field("call.refusal", refusal) }
        if let status = record.response?.status { line.field("response.status", status) }
        line.field("call.duration_ms", Int(record.durationMilliseconds))
        line.field("gate.mode", record.mode)
        sink.send(line.finished())
    }
}

/// One log line of level `info`, encoded into one buffer: what runs for every call does not build strings.
struct LogLineWriter {
    private var bytes: [UInt8] = []
    private let isJSON: Bool

    init(_ message: StaticString, _ format: GateConfiguration.Log.Format) {
        isJSON = format == .json
        bytes.reserveCapacity(512)
        if isJSON { raw("{\"time\":\"") }
        RFC3339.append(gate_wall_us(), to: &bytes)
        raw(isJSON ? "\",\"level\":\"info\",\"message\":\"" : " info ")
        raw(message)
        if isJSON { raw("\"") }
    }

    mutating func field(_ key: StaticString, _ value: Int) {
        begin(key)
        if isJSON { raw("\"") }
        bytes += "\(value)".utf8
        if isJSON { raw("\"") }
    }

    mutating func field(_ key: StaticString, _ value: String) {
        begin(key)
        var value = value
        let isPlain = value.withUTF8 { text in
            unsafe !text.isEmpty && text.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x5C && $0 != 0x7F }
        }
        // Quoted where it would not read unmistakably: no value can forge a line or a field.
        if !isPlain {
            bytes += JSONText.quoted(value).utf8
        } else if isJSON {
            raw("\"")
            bytes += value.utf8
            raw("\"")
        } else {
            bytes += value.utf8
        }
    }

    consuming func finished() -> [UInt8] {
        if isJSON { bytes.append(0x7D) }
        bytes.append(0x0A)
        return bytes
    }

    private mutating func begin(_ key: StaticString) {
        raw(isJSON ? ",\"" : " ")
        raw(key)
        raw(isJSON ? "\":" : "=")
    }

    private mutating func raw(_ text: StaticString) {
        unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
