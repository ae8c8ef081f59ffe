import CGate
import GatePolicy

extension GateConfiguration {
    /// Weighs flags, variables, file and defaults, in this order of precedence.
    ///
    /// - Throws: every fault found, with its place; nothing is guessed.
    public static func load(_ sources: ConfigurationSources) throws(ConfigurationError) -> GateConfiguration {
        var loader = ConfigurationLoader(sources: sources)
        loader.readFile()
        loader.applyFile()
        loader.applyGiven()
        loader.applyEnvironment()
        guard loader.faults.isEmpty else { throw ConfigurationError(loader.faults) }
        return loader.result
    }
}

/// Weighs the sources and collects what is wrong with them.
private struct ConfigurationLoader {
    private let sources: ConfigurationSources
    private(set) var faults: [ConfigurationFault] = []
    private(set) var result = GateConfiguration()
    private var root: ConfigurationValue?
    /// How faults name the file.
    private var fileName = "stoplog.yaml"
    private var home: String? { sources.variables["HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } }
    /// The directory in which the file stands.
    private var base: String { PathText.directory(of: result.file ?? sources.workingDirectory + "/x") }

    init(sources: ConfigurationSources) {
        self.sources = sources
        result.log.level = sources.defaultLogLevel
    }

    private mutating func fault(_ place: ConfigurationFault.Place, _ message: String) {
        faults.append(ConfigurationFault(place, message))
    }

    private func place(_ value: ConfigurationValue) -> ConfigurationFault.Place {
        .file(fileName, line: value.line, column: value.column)
    }

    // MARK: The file

    mutating func readFile() {
        let given = sources.given("config")
        let name = given?.text ?? "stoplog.yaml"
        let path = PathText.resolve(name, against: sources.workingDirectory, home: home)
        if given == nil, !FileAccess.exists(path) { return }
        fileName = name
        result.file = path
        do {
            let text = try FileAccess.readText(path, limit: .mebibytes(1))
            let parsed = ConfigurationParser.parse(text, file: name)
            root = parsed.root
            faults += parsed.faults
        } catch {
            if let given {
                fault(given.place, "\(error)")
            } else {
                fault(.file(name, line: 1, column: 1), "\(error)")
            }
        }
    }

    private func path(_ value: ConfigurationValue?) -> String? {
        value?.text.map { PathText.resolve($0, against: base, home: home) }
    }

    mutating func applyFile() {
        applyPolicies()
        guard let root else { return }
        if let listen = root["listen"]?.text.flatMap(ListenAddress.init(text:)) { result.listen = listen }
        if let admin = root["admin"]?["listen"]?.text.flatMap(ListenAddress.init(text:)) { result.admin = admin }
        if let workers = root["worker"]?["threads"]?.integer { result.workerThreads = workers }
        result.threads = root["threads"]?.integer
        if let drain = root["drain"]?.duration { result.drain = drain }
        applyTLS(root["tls"])
        applyJournal(root["journal"])
        applyUpstream(root["upstream"])
        applyAnswers(root)
        applyWatch(root)
        if let noProxy = root["run"]?["no_proxy"]?.text { result.run.noProxy = noProxy }
        if let preload = root["run"]?["preload"]?.boolean { result.run.preload = preload }
        if let level = root["log"]?["level"]?.text.flatMap(GateConfiguration.Log.Level.init) {
            result.log.level = level
        }
        if let format = root["log"]?["format"]?.text.flatMap(GateConfiguration.Log.Format.init) {
            result.log.format = format
        }
    }

    private mutating func applyPolicies() {
        let flags = sources.policies
        let variable = sources.variables["STOPLOG_POLICY"].map { $0.split(separator: ":").map(String.init) } ?? []
        let isGiven = !flags.isEmpty
        var chosen: [PolicyReference] = []
        for name in isGiven ? flags : variable {
            if let reason = TextFormat.policy.fault(in: name) {
                fault(isGiven ? .flag("--policy") : .variable("STOPLOG_POLICY"), reason)
            } else {
                chosen.append(source(name, base: sources.workingDirectory))
            }
        }
        if let listed = root?["policies"]?.texts {
            chosen += listed.map { source($0, base: base) }
        } else {
            chosen += TextFormat.packs.map(PolicyReference.pack)
        }
        var seen: Set<PolicyReference> = []
        result.policies = chosen.filter { $0 != .pack("default") && seen.insert($0).inserted }
        if chosen.contains(.pack("default")) { result.policies.append(.pack("default")) }
    }

    private func source(_ name: String, base: String) -> PolicyReference {
        TextFormat.isPolicyPath(name) ? .file(PathText.resolve(name, against: base, home: home)) : .pack(name)
    }

    private mutating func applyTLS(_ tls: ConfigurationValue?) {
        guard let tls else { return }
        if let hosts = tls["intercept"]?.texts { result.tls.intercept = hosts }
        if let hosts = tls["passthrough"]?.texts { result.tls.passthrough = hosts }
        result.tls.certificateFile = path(tls["ca_cert"])
        result.tls.keyFile = path(tls["ca_key"])
        if (tls["ca_cert"] == nil) != (tls["ca_key"] == nil) {
            fault(place(tls), "'tls.ca_cert' and 'tls.ca_key' belong together: one of them is missing")
        }
    }

    private mutating func applyJournal(_ journal: ConfigurationValue?) {
        guard let journal else { return }
        if let calls = journal["calls"]?.text.flatMap(GateConfiguration.Journal.Calls.init) {
            result.journal.calls = calls
        }
        if let limit = journal["body_limit"]?.bytes { result.journal.bodyLimit = limit }
        if let retention = journal["retention"]?.duration { result.journal.retention = retention }
        if let names = journal["redact"]?["headers"]?.texts {
            result.journal.redactedHeaders = names.map { $0.lowercased() }
        }
        if let pointers = journal["redact"]?["json"]?.texts { result.journal.redactedPointers = pointers }
    }

    private mutating func applyUpstream(_ upstream: ConfigurationValue?) {
        guard let upstream else { return }
        if let timeout = upstream["connect_timeout"]?.duration { result.upstream.connectTimeout = timeout }
        if let timeout = upstream["timeout"]?.duration { result.upstream.timeout = timeout }
        if let timeout = upstream["idle_timeout"]?.duration { result.upstream.idleTimeout = timeout }
        result.upstream.proxy = upstream["proxy"]?.text
        result.upstream.deniedNetworks = upstream["deny_networks"]?.texts?.compactMap(NetworkRange.init(text:)) ?? []
        for member in upstream["reroute"]?.members ?? [] {
            guard let from = member.key.text.flatMap(Origin.init(text:)),
                let to = member.value.text.flatMap(Origin.init(text:))
            else { continue }
            if result.upstream.reroute.updateValue(to, forKey: from) != nil {
                fault(place(member.key), "'\(from)' is rerouted twice")
            }
        }
        result.upstream.authorityFiles = upstream["ca"]?.list?.compactMap { path($0) } ?? []
    }

    private mutating func applyAnswers(_ root: ConfigurationValue) {
        if let limit = root["inspect"]?["body_limit"]?.bytes { result.inspect.bodyLimit = limit }
        if let choice = root["inspect"]?["over_limit"]?.text.flatMap(GateConfiguration.Inspection.OverLimit.init) {
            result.inspect.overLimit = choice
        }
        if let wait = root["hold"]?["wait"]?.duration { result.hold.wait = wait }
        if let max = root["hold"]?["max"]?.integer { result.hold.max = max }
    }

    private mutating func applyWatch(_ root: ConfigurationValue) {
        if let interval = root["heartbeat"]?["interval"]?.duration { result.heartbeat.interval = interval }
        if let timeout = root["heartbeat"]?["timeout"]?.duration { result.heartbeat.timeout = timeout }
        if let heartbeat = root["heartbeat"], result.heartbeat.timeout <= result.heartbeat.interval {
            fault(place(heartbeat), "'heartbeat.timeout' must be longer than 'heartbeat.interval'")
        }
        if let checks = root["readiness"]?["require"]?.texts {
            result.readiness.require = checks.compactMap(GateConfiguration.Readiness.Check.init)
        }
        result.readiness.probes =
            root["readiness"]?["probes"]?.list?.compactMap { probe in
                guard let id = probe["id"]?.text, let url = probe["url"]?.text else { return nil }
                return GateConfiguration.Readiness.Probe(id: id, url: url)
            } ?? []
        result.alerts = root["alerts"]?.list?.compactMap { alertTarget($0) } ?? []
    }

    private func alertTarget(_ value: ConfigurationValue) -> GateConfiguration.AlertTarget? {
        guard var to = value["to"]?.text else { return nil }
        if to.hasPrefix("exec:") { to = "exec:" + PathText.resolve(String(to.dropFirst(5)), against: base, home: home) }
        var target = GateConfiguration.AlertTarget(to: to, secretFile: path(value["secret_file"]))
        if let severity = value["min_severity"]?.text.flatMap(Severity.init(rawValue:)) {
            target.minimumSeverity = severity
        }
        return target
    }

    // MARK: Flags and variables

    /// A flag's or variable's value after its check.
    private mutating func given(_ flag: String, _ format: TextFormat) -> String? {
        guard let given = sources.given(flag) else { return nil }
        guard let reason = format.fault(in: given.text) else { return given.text }
        fault(given.place, reason)
        return nil
    }

    private mutating func given<Choice: RawRepresentable & CaseIterable>(_ flag: String, _: Choice.Type) -> Choice?
    where Choice.RawValue == String {
        guard let given = sources.given(flag) else { return nil }
        if let choice = Choice(rawValue: given.text) { return choice }
        let known = Choice.allCases.map(\.rawValue)
        let hint = Suggestion.hint(given.text, among: known)
        fault(given.place, "'\(given.text)' is not one of \(known.joined(separator: ", "))" + hint)
        return nil
    }

    private func absolute(_ path: String) -> String {
        PathText.resolve(path, against: sources.workingDirectory, home: home)
    }

    mutating func applyGiven() {
        if let text = given("listen", .hostPort), let listen = ListenAddress(text: text) { result.listen = listen }
        if let text = given("admin", .hostPort), let admin = ListenAddress(text: text) { result.admin = admin }
        if let path = given("state", .path) { result.stateDirectory = absolute(path) }
        if result.stateDirectory.isEmpty { applyDefaultState() }
        if let path = given("upstream-ca", .path) { result.upstream.authorityFiles.append(absolute(path)) }
        if let list = given("no-proxy", .noProxy) { result.run.noProxy = list }
        if let level = given("log-level", GateConfiguration.Log.Level.self) { result.log.level = level }
        if let format = given("log-format", GateConfiguration.Log.Format.self) { result.log.format = format }
        applyDrain()
    }

    private mutating func applyDefaultState() {
        if let state = StateDirectory.defaultPath(variables: sources.variables) {
            result.stateDirectory = state
        } else {
            fault(
                .variable("HOME"),
                "neither HOME nor XDG_STATE_HOME is an absolute path: name the state directory with --state")
        }
    }

    private mutating func applyDrain() {
        guard let given = sources.given("drain") else { return }
        if let drain = DurationText.parse(given.text) {
            result.drain = drain
        } else {
            fault(given.place, "'\(given.text)' is not a duration with its unit, as in 10s")
        }
    }

    // MARK: The environment

    /// Last, since it needs all three sources: the environment, then its mode, strictness and store.
    mutating func applyEnvironment() {
        let known = knownEnvironments()
        let fromFile = root?["environment"].flatMap { value in value.text.map { ($0, place(value)) } }
        if let (name, place) = sources.given("env").map({ ($0.text, $0.place) }) ?? fromFile {
            result.environment = name
            if known[name] == nil {
                let names = known.keys.sorted()
                let hint = Suggestion.hint(name, among: names)
                fault(place, "unknown environment '\(name)'; known: \(names.joined(separator: ", "))" + hint)
            }
        }
        let settings = known[result.environment]
        result.environmentMode = settings?.mode ?? .block
        result.mode = given("mode", Mode.self) ?? settings?.mode ?? .block
        result.isStrict = strictness() ?? settings?.isStrict ?? root?["strict"]?.boolean ?? false
        if let text = given("store", .store), let store = StoreLocation(text: text) {
            result.store = resolved(store, base: sources.workingDirectory)
        } else if let store = settings?.store ?? root?["store"]?.text.flatMap(StoreLocation.init(text:)) {
            result.store = resolved(store, base: base)
        }
    }

    private mutating func knownEnvironments() -> [String: EnvironmentSettings] {
        var known = EnvironmentSettings.builtIn
        for (key, value) in root?["environments"]?.members ?? [] {
            guard let name = key.text else { continue }
            let mode = value["mode"]?.text.flatMap(Mode.init(rawValue:))
            if mode == nil, known[name] == nil {
                fault(place(key), "the environment '\(name)' is your own, so it needs a mode")
            }
            var settings = known[name] ?? EnvironmentSettings(mode: .block)
            if let mode { settings.mode = mode }
            settings.isStrict = value["strict"]?.boolean
            settings.store = value["store"]?.text.flatMap(StoreLocation.init(text:))
            known[name] = settings
        }
        return known
    }

    private mutating func strictness() -> Bool? {
        if sources.isStrict { return true }
        guard let text = sources.variables["STOPLOG_STRICT"], !text.isEmpty else { return nil }
        switch text {
        case "true", "1": return true
        case "false", "0": return false
        default:
            fault(.variable("STOPLOG_STRICT"), "'\(text)' is neither true nor false")
            return nil
        }
    }

    private func resolved(_ store: StoreLocation, base: String) -> StoreLocation {
        guard case .sqlite(let path?) = store else { return store }
        return .sqlite(path: PathText.resolve(path, against: base, home: home))
    }
}
