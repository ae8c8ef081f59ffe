import CGate
public import Logging
import Synchronization

/// Writes log lines to a descriptor from a thread of its own, so that a blocked stderr blocks no reactor.
///
/// At most 4096 lines wait; what comes while the queue is full is counted, and the count is logged once there is room.
public final class LogSink: Sendable {
    private struct State {
        var lines: [[UInt8]] = []
        var lost = 0
        var isWriting = false
        var isClosed = false
    }

    static let capacity = 4096
    /// How long the thread waits for more lines once the first has come.
    private static let gatherMilliseconds: Int32 = 10
    private let state = Mutex(State())
    private let descriptor: Int32
    private let wake: Int32
    private let format: GateConfiguration.Log.Format

    /// Starts the thread. The descriptor stays the caller's.
    public init(descriptor: Int32, format: GateConfiguration.Log.Format) {
        self.descriptor = descriptor
        self.format = format
        wake = eventfd(0, Int32(EFD_CLOEXEC))
        let retained = unsafe Unmanaged.passRetained(self)
        var thread = pthread_t()
        let status = unsafe pthread_create(&thread, nil, runLogSink, retained.toOpaque())
        guard status == 0 else {
            unsafe retained.release()
            return
        }
        pthread_detach(thread)
    }

    deinit { CGate.close(wake) }

    /// Queues one line; never blocks.
    func send(_ line: [UInt8]) {
        let isFirst = state.withLock { state in
            guard !state.isClosed, state.lines.count < Self.capacity else {
                state.lost += 1
                return false
            }
            state.lines.append(line)
            return state.lines.count == 1
        }
        // The thread takes all lines at once: one wake for all that come until it does.
        if isFirst { signal() }
    }

    private func signal() {
        var one: UInt64 = 1
        _ = unsafe write(wake, &one, 8)
    }

    /// Waits until what was queued is written, at most `milliseconds`.
    public func flush(milliseconds: Int64 = 1000) {
        let deadline = gate_monotonic_ms() + milliseconds
        while gate_monotonic_ms() < deadline {
            if state.withLock({ $0.lines.isEmpty && !$0.isWriting }) { return }
            poll(nil, 0, 2)
        }
    }

    /// Ends the thread once the queue is empty. Later lines are dropped.
    public func close() {
        flush()
        state.withLock { $0.isClosed = true }
        signal()
    }

    /// The thread's work: takes all lines at once, writes them, sleeps on the eventfd.
    fileprivate func run() {
        while true {
            let (lines, lost, isClosed) = state.withLock { state in
                let taken = (state.lines, state.lost, state.isClosed)
                state.isWriting = !state.lines.isEmpty || state.lost > 0
                state.lines = []
                state.lost = 0
                return taken
            }
            if lost > 0 { writeAll(lostLine(lost)) }
            if !lines.isEmpty { writeAll(Array(lines.joined())) }
            if lines.isEmpty, lost == 0 {
                if isClosed { return }
                var count: UInt64 = 0
                _ = unsafe read(wake, &count, 8)
                // Lines that come together are written together.
                if !state.withLock({ $0.isClosed }) { poll(nil, 0, Self.gatherMilliseconds) }
            }
        }
    }

    private func writeAll(_ line: [UInt8]) {
        // A closed stderr is no reason to stop: the lines are lost, as they would be in /dev/null.
        try? FileAccess.write(line, to: descriptor, path: "stderr")
    }

    private func lostLine(_ count: Int) -> [UInt8] {
        LogLine.encode(
            time_us: gate_wall_us(), level: .warning, label: "stoplog", message: "Log lines were lost",
            metadata: [LogKey.lost.rawValue: "\(count)"], format: format)
    }

    /// A handler for `LoggingSystem.bootstrap` or a `Logger` of its own.
    public func handler(label: String, level: Logger.Level) -> StructuredLog {
        StructuredLog(sink: self, label: label, logLevel: level, format: format)
    }

    /// A logger that writes to this sink.
    public func logger(label: String, level: GateConfiguration.Log.Level) -> Logger {
        let level = Logger.Level(rawValue: level.rawValue) ?? .info
        return Logger(label: label) { handler(label: $0, level: level) }
    }
}

private func runLogSink(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }
    unsafe Unmanaged<LogSink>.fromOpaque(context).takeRetainedValue().run()
    return nil
}

/// A log handler that encodes a line on the caller's thread and hands it to the sink.
public struct StructuredLog: LogHandler {
    private let sink: LogSink
    private let label: String
    private let format: GateConfiguration.Log.Format
    public var logLevel: Logger.Level
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?

    init(sink: LogSink, label: String, logLevel: Logger.Level, format: GateConfiguration.Log.Format) {
        self.sink = sink
        self.label = label
        self.logLevel = logLevel
        self.format = format
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let given = event.metadata { all.merge(given) { $1 } }
        sink.send(
            LogLine.encode(
                time_us: gate_wall_us(), level: event.level, label: label, message: "\(event.message)", metadata: all,
                format: format))
    }
}

/// The bytes of one log line, line end included.
enum LogLine {
    static func encode(
        time_us: Int64, level: Logger.Level, label: String, message: String, metadata: Logger.Metadata,
        format: GateConfiguration.Log.Format
    ) -> [UInt8] {
        encode(
            time_us: time_us, level: level, message: message,
            fields: metadata.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }, format: format)
    }

    static func encode(
        time_us: Int64, level: Logger.Level, message: String, fields: [(String, String)],
        format: GateConfiguration.Log.Format
    ) -> [UInt8] {
        let time = RFC3339.text(time_us)
        var line: String
        switch format {
        case .json:
            line = "{\"time\":\"\(time)\",\"level\":\"\(level.rawValue)\""
            line += ",\"message\":\(JSONText.quoted(message))"
            for (key, value) in fields { line += ",\(JSONText.quoted(key)):\(JSONText.quoted(value))" }
            line += "}"
        case .text:
            line = "\(time) \(level.rawValue) \(message)"
            for (key, value) in fields { line += " \(key)=\(bare(value))" }
        }
        return Array(line.utf8) + [0x0A]
    }

    /// A value without quotes where it reads unmistakably, so that no value can forge a line or a field.
    private static func bare(_ value: String) -> String {
        let isPlain = !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x5C && $0 != 0x7F }
        return isPlain ? value : JSONText.quoted(value)
    }
}

extension Logger {
    /// Sets or reads metadata by its listed key.
    public subscript(key: LogKey) -> Logger.Metadata.Value? {
        get { self[metadataKey: key.rawValue] }
        set { self[metadataKey: key.rawValue] = newValue }
    }
}

extension Logger.Metadata {
    /// Metadata from listed keys; absent values are left out.
    public static func keyed(_ pairs: [(LogKey, String?)]) -> Logger.Metadata {
        var metadata: Logger.Metadata = [:]
        for (key, value) in pairs { if let value { metadata[key.rawValue] = .string(value) } }
        return metadata
    }
}
