/// What to send, through what, how often: the command line of `gate-load`, checked.
struct LoadPlan {
    enum Mode: String {
        /// Absolute-form requests to a forward proxy.
        case plain
        /// Origin-form requests: straight to a server or through a reverse proxy.
        case origin
        /// CONNECT, then TLS inside the tunnel.
        case tls
        /// TLS from the first byte: a server, or a reverse proxy that ends TLS.
        case tlsDirect = "tls-direct"
    }

    var mode = Mode.plain
    var proxyPort: UInt16 = 0
    var host = "127.0.0.1"
    var port: UInt16 = 0
    var path = "/1k"
    var expectedLength = 1024
    var connections = 1
    /// Stop after this many calls; 0 = no bound.
    var calls = 0
    /// Stop after this time; 0 = no bound.
    var duration_ms = 0
    var warmup_ms = 0
    /// Each call opens a connection of its own and closes it.
    var newConnection = false
    /// Each caller makes one call and then stays connected.
    var hold = false
    /// Names `n<from>` … in `domain`, one per call, instead of `host`.
    var nameCount = 0
    var namesFrom = 0
    var domain = "bench.test"
    var caFile: String?
    /// Wait for a line on standard input before and after the measured part.
    var interactive = false

    var usesTLS: Bool { mode == .tls || mode == .tlsDirect }

    var isDownload: Bool { expectedLength > 65536 }

    init(arguments: [String]) throws(LoadError) {
        var rest = arguments[...]
        while let name = rest.popFirst() {
            switch name {
            case "--new-connection": newConnection = true
            case "--hold": hold = true
            case "--interactive": interactive = true
            default:
                guard let value = rest.popFirst() else { throw LoadError("\(name) needs a value") }
                try set(name, value)
            }
        }
        guard proxyPort > 0, port > 0, connections > 0 else {
            throw LoadError("--proxy-port, --port and --connections must be positive")
        }
        guard calls > 0 || duration_ms > 0 || hold else { throw LoadError("give --calls, --milliseconds or --hold") }
        guard !usesTLS || caFile != nil else { throw LoadError("TLS modes need --ca") }
    }

    private mutating func set(_ name: String, _ value: String) throws(LoadError) {
        switch name {
        case "--mode":
            guard let known = Mode(rawValue: value) else {
                throw LoadError("--mode is plain, origin, tls or tls-direct, not '\(value)'")
            }
            mode = known
        case "--host": host = value
        case "--path": path = value
        case "--domain": domain = value
        case "--ca": caFile = value
        case "--proxy-port": proxyPort = try Self.number(name, value)
        case "--port": port = try Self.number(name, value)
        case "--length": expectedLength = try Self.number(name, value)
        case "--connections": connections = try Self.number(name, value)
        case "--calls": calls = try Self.number(name, value)
        case "--milliseconds": duration_ms = try Self.number(name, value)
        case "--warmup": warmup_ms = try Self.number(name, value)
        case "--names": nameCount = try Self.number(name, value)
        case "--names-from": namesFrom = try Self.number(name, value)
        default: throw LoadError("unknown option \(name)")
        }
    }

    private static func number<N: FixedWidthInteger>(_ name: String, _ text: String) throws(LoadError) -> N {
        guard let value = N(text), value >= 0 else { throw LoadError("\(name): '\(text)' is no number") }
        return value
    }
}

/// Why a load could not be run.
struct LoadError: Error {
    let message: String
    init(_ message: String) { self.message = message }
}
