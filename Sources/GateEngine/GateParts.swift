internal import CGate
internal import Foundation
internal import GatePolicy
internal import GateStore
internal import Glibc

/// What a gate is made of before its threads start.
struct GateParts: Sendable {
    let core: GateCore
    let authority: Authority
    let trust: UpstreamTrust
    let policy: CompiledPolicy
    let token: String
    let stateDirectory: StateDirectory
    let upstream: UpstreamSettings
    let limits: ClientLimits

    init(_ configuration: GateConfiguration, callSink: LogSink?, limits: ClientLimits) throws(GateError) {
        self.limits = limits.capped(descriptors: DescriptorLimit.current)
        let missing = CurlEngine.checkLibrary()
        guard missing.isEmpty else { throw GateError(.internalFault, missing.joined(separator: "; ")) }
        let loaded = configuration.loadPolicies()
        guard let policy = loaded.policy else {
            throw GateError(.configuration, loaded.diagnostics.map(\.description).joined(separator: "\n"))
        }
        self.policy = policy
        do {
            stateDirectory = try StateDirectory.open(configuration.stateDirectory)
            token = try stateDirectory.adminToken()
            authority = try Self.authority(configuration)
            trust = try UpstreamTrust(
                extraFiles: configuration.upstream.authorityFiles, environment: ProcessInfo.processInfo.environment,
                ownBundle: configuration.stateDirectory + "/bundle.pem")
            var upstream = try UpstreamSettings(configuration.upstream)
            let mode = try stateDirectory.startMode(
                configured: configuration.mode, environment: configuration.environment)
            let store = try Self.store(configuration)
            var random = SystemRandomNumberGenerator()
            core = GateCore(
                configuration: configuration, store: store,
                redaction: Redaction(
                    headers: configuration.journal.redactedHeaders, json: configuration.journal.redactedPointers),
                leaves: try LeafCache(authority: authority), interception: try InterceptionPlan(configuration.tls),
                mode: mode, via: ViaStamp(token: random.next()), callLog: CallLog(callSink, configuration.log),
                gatheredBytes: limits.gatheredBytes)
            upstream.ownEndpoints = core.ownEndpoints
            self.upstream = upstream
        } catch {
            throw Self.failure(error)
        }
    }

    static func authority(_ configuration: GateConfiguration) throws(AuthorityError) -> Authority {
        if let certificate = configuration.tls.certificateFile, let key = configuration.tls.keyFile {
            return try Authority.load(certificate: certificate, key: key)
        }
        return try Authority.open(stateDirectory: configuration.stateDirectory)
    }

    static func store(_ configuration: GateConfiguration) throws -> any Store {
        let path: String?
        switch configuration.store {
        case .sqlite(let file): path = file
        case .memory: path = "memory"
        case .postgres:
            throw GateError(.configuration, "a PostgreSQL store is not built yet: use sqlite, sqlite:PATH or memory")
        }
        let store = try SQLiteStore.open(
            path: path, stateDirectory: configuration.stateDirectory, environment: configuration.environment,
            sealKeyFile: ProcessInfo.processInfo.environment["STOPLOG_SEAL_KEY_FILE"])
        var newest = CallQuery()
        newest.limit = 1
        if let other = try store.calls(newest).calls.first?.record.environment, other != configuration.environment {
            store.close()
            throw GateError(
                .configuration,
                "the journal \(path ?? "") is the environment \(other)'s: each environment has a store of its own")
        }
        return store
    }

    /// Everything that keeps a gate from starting is the configuration's affair, but faults of the gate itself.
    static func failure(_ error: any Error) -> GateError {
        switch error {
        case let error as GateError: error
        case let error as StateError: GateError(.configuration, error.message)
        case let error as AuthorityError: GateError(.configuration, "\(error)")
        case let error as StoreError: GateError(.configuration, "the journal: \(error.message)")
        case let error as HostSetError: GateError(.configuration, "tls: \(error)")
        case let error as UpstreamSettingsError: GateError(.configuration, error.message)
        default: GateError(.internalFault, "\(error)")
        }
    }
}

/// A setting of `upstream` that can't be used.
struct UpstreamSettingsError: Error {
    var message: String
}

extension UpstreamSettings {
    init(_ upstream: GateConfiguration.Upstream) throws(UpstreamSettingsError) {
        self.init()
        connectTimeout = upstream.connectTimeout
        headTimeout = upstream.timeout
        idleTimeout = upstream.idleTimeout
        proxy = upstream.proxy
        do {
            denyNetworks = try AddressGuard(parsing: upstream.deniedNetworks.map(\.description))
        } catch {
            throw UpstreamSettingsError(message: "upstream.deny_networks: '\(error.text)': \(error.reason)")
        }
    }
}

/// Lets the process use as many descriptors as it may.
enum DescriptorLimit {
    /// Descriptors that the process may have open.
    static var current: Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }

    static func raise() {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
