public import GatePolicy

/// Everything a gate is told at its start: flags, variables, file and defaults already weighed, paths absolute.
public struct GateConfiguration: Sendable, Equatable {
    /// The file that was read; nil when there was none.
    public var file: String?
    public var environment = "development"
    /// The mode the environment starts in; a persisted stricter flip is not yet taken into account.
    public var mode = Mode.dryRun
    /// What the environment itself says, whatever a flag does: the measure of `observe`.
    public var environmentMode = Mode.dryRun
    public var isStrict = false
    /// In the order in which they are judged: flags first, `default` last.
    public var policies: [PolicyReference] = []
    public var listen = ListenAddress(host: "127.0.0.1", port: 4780)
    public var admin = ListenAddress(host: "127.0.0.1", port: 4781)
    public var stateDirectory = ""
    public var store = StoreLocation.sqlite(path: nil)
    public var tls = Interception()
    public var journal = Journal()
    public var upstream = Upstream()
    public var inspect = Inspection()
    public var hold = Hold()
    /// Threads of the worker: 1…4.
    public var workerThreads = 2
    /// Reactors: 1…64; nil means one per core.
    public var threads: Int?
    public var heartbeat = Heartbeat()
    public var readiness = Readiness()
    public var alerts: [AlertTarget] = []
    public var run = Run()
    public var log = Log()
    /// How long in-flight calls may still take after a signal to stop.
    public var drain = Duration.seconds(10)

    public init() {}

    /// Which TLS is opened, and with whose authority.
    public struct Interception: Sendable, Equatable {
        /// Host patterns; what is in neither list is passed through.
        public var intercept = ["**"]
        /// Tunnelled and judged by host alone; wins over `intercept`.
        public var passthrough: [String] = []
        /// PEM files of an authority of the user's own; both or none.
        public var certificateFile: String?
        public var keyFile: String?
    }

    public struct Journal: Sendable, Equatable {
        public enum Calls: String, Sendable, CaseIterable {
            case irreversible, unclassified, all
        }
        public var calls = Calls.unclassified
        public var bodyLimit = ByteCount.kibibytes(64)
        public var retention = Duration.seconds(30 * 86_400)
        /// Header names in lower case, beyond those that are always redacted.
        public var redactedHeaders: [String] = ["authorization"]
        /// JSON pointers into bodies.
        public var redactedPointers: [String] = []
    }

    public struct Upstream: Sendable, Equatable {
        public var connectTimeout = Duration.seconds(5)
        /// Until the response's head.
        public var timeout = Duration.seconds(600)
        /// Between two bytes.
        public var idleTimeout = Duration.seconds(60)
        /// The URL of a proxy, user and password included.
        public var proxy: String?
        public var deniedNetworks: [NetworkRange] = []
        public var reroute: [Origin: Origin] = [:]
        /// PEM files added to the system's roots.
        public var authorityFiles: [String] = []
    }

    public struct Inspection: Sendable, Equatable {
        public enum OverLimit: String, Sendable, CaseIterable {
            case irreversible, safe, reject
        }
        public var bodyLimit = ByteCount.mebibytes(1)
        public var overLimit = OverLimit.irreversible
    }

    public struct Hold: Sendable, Equatable {
        public var wait = Duration.seconds(60)
        /// Calls that may wait at once.
        public var max = 100
    }

    public struct Heartbeat: Sendable, Equatable {
        public var interval = Duration.seconds(10)
        public var timeout = Duration.seconds(30)
    }

    public struct Readiness: Sendable, Equatable {
        public enum Check: String, Sendable, CaseIterable {
            case store, policy, ca, worker
            case upstreamTLS = "upstream-tls"
        }
        public struct Probe: Sendable, Equatable {
            public var id: String
            public var url: String
        }
        public var require: [Check] = [.store, .policy, .ca, .worker, .upstreamTLS]
        public var probes: [Probe] = []
    }

    public struct AlertTarget: Sendable, Equatable {
        /// An http(s) URL, or `exec:` and the program's path.
        public var to: String
        public var minimumSeverity = Severity.warning
        public var secretFile: String?
    }

    public struct Run: Sendable, Equatable {
        /// The value of `NO_PROXY` behind the gate.
        public var noProxy = ""
        public var preload = true
    }

    public struct Log: Sendable, Equatable {
        public enum Format: String, Sendable, CaseIterable {
            case json, text
        }
        public enum Level: String, Sendable, CaseIterable {
            case trace, debug, info, notice, warning, error, critical
        }
        public var format = Format.text
        public var level = Level.info
    }
}

/// Where a policy comes from.
public enum PolicyReference: Sendable, Hashable, CustomStringConvertible {
    /// An absolute path.
    case file(String)
    /// The name of a built-in pack.
    case pack(String)

    public var description: String {
        switch self {
        case .file(let path): path
        case .pack(let name): name
        }
    }
}

/// Where the journal is kept.
public enum StoreLocation: Sendable, Equatable {
    /// nil: the environment's file in the state directory.
    case sqlite(path: String?)
    case memory
    /// A `postgres://` URL.
    case postgres(String)

    /// Reads `sqlite`, `sqlite:PATH`, `memory` or `postgres://…`; nil for anything else.
    public init?(text: String) {
        switch text {
        case "sqlite": self = .sqlite(path: nil)
        case "memory": self = .memory
        case _ where text.hasPrefix("sqlite:") && text.utf8.count > 7: self = .sqlite(path: String(text.dropFirst(7)))
        case _ where text.hasPrefix("postgres://") || text.hasPrefix("postgresql://"): self = .postgres(text)
        default: return nil
        }
    }
}

/// What the file says of one environment.
struct EnvironmentSettings: Sendable, Equatable {
    var mode: Mode
    var isStrict: Bool?
    var store: StoreLocation?

    /// `production` is live, everything else a dry run.
    static let builtIn: [String: EnvironmentSettings] = [
        "production": EnvironmentSettings(mode: .live),
        "staging": EnvironmentSettings(mode: .dryRun),
        "test": EnvironmentSettings(mode: .dryRun),
        "development": EnvironmentSettings(mode: .dryRun),
    ]
}
