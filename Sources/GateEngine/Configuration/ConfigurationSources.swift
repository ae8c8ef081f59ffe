/// What the command line and the process's environment say, before they are weighed against the file.
public struct ConfigurationSources: Sendable {
    /// Flags by their long name without dashes; a flag that was not given is absent.
    public var flags: [String: String] = [:]
    /// `--policy`, in their order.
    public var policies: [String] = []
    public var isStrict = false
    /// The process's environment.
    public var variables: [String: String] = [:]
    /// The directory against which flags and variables resolve their paths: absolute.
    public var workingDirectory: String

    public init(variables: [String: String], workingDirectory: String) {
        self.variables = variables
        self.workingDirectory = workingDirectory
    }

    /// The level of the log where nothing names one.
    public var defaultLogLevel = GateConfiguration.Log.Level.info

    /// True when a flag or a variable names it: what the file says does not count.
    public func isGiven(_ flag: String) -> Bool { given(flag) != nil }

    /// The state directory that flag, variable and default name, for commands that read no file.
    public func statePath() throws(ConfigurationError) -> String {
        let home = variables["HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        if let given = given("state") {
            if let reason = TextFormat.path.fault(in: given.text) {
                throw ConfigurationError([.init(given.place, reason)])
            }
            return PathText.resolve(given.text, against: workingDirectory, home: home)
        }
        if let path = StateDirectory.defaultPath(variables: variables) { return path }
        throw ConfigurationError([
            .init(.variable("HOME"), "neither HOME nor XDG_STATE_HOME is an absolute path: name --state")
        ])
    }

    /// A flag's or variable's text and where it was given. An empty variable counts as absent.
    func given(_ flag: String) -> (text: String, place: ConfigurationFault.Place)? {
        if let text = flags[flag] { return (text, .flag("--" + flag)) }
        let name = Self.variable(flag)
        if let text = variables[name], !text.isEmpty { return (text, .variable(name)) }
        return nil
    }

    /// `STOPLOG_UPSTREAM_CA` for `upstream-ca`.
    static func variable(_ flag: String) -> String {
        "STOPLOG_" + flag.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
    }
}

/// Paths without Foundation.
enum PathText {
    /// `path` as it is when absolute, else below `base`; a leading `~/` is the user's home, `./` is dropped.
    static func resolve(_ path: String, against base: String, home: String?) -> String {
        if path.hasPrefix("/") { return path }
        if path.hasPrefix("~/"), let home { return home + path.dropFirst(1) }
        var rest = path[...]
        while rest.hasPrefix("./") { rest = rest.dropFirst(2) }
        if rest.isEmpty || rest == "." { return base }
        return base == "/" ? "/" + rest : base + "/" + rest
    }

    /// Everything before the last `/`; `/` for what stands in the root.
    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
