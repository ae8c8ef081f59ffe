/// The variables that put a program behind the gate: a pure function of what it inherits and where things lie.
public struct RunEnvironment: Sendable {
    /// Where the gate and the files written for the program are.
    public struct Facts: Sendable, Equatable {
        /// Host of the proxy without brackets, and its port.
        public var proxy: ListenAddress
        /// The session's name, given as the proxy user name; nil gives none.
        public var session: String?
        /// The value of `NO_PROXY`.
        public var noProxy = ""
        /// System roots, the user's own roots and the gate's authority in one PEM file.
        public var bundle: String
        /// The gate's authority, with the user's own `NODE_EXTRA_CA_CERTS` where there was one.
        public var nodeRoots: String
        /// The generated wgetrc.
        public var wgetrc: String
        /// The directory with the generated ini file for PHP.
        public var phpDirectory: String
        /// The trust store for Java; nil where it could not be written.
        public var javaTrustStore: String?
        /// The directory of the Python shim; nil without preloads.
        public var pythonDirectory: String?
        /// The file of the Node shim; nil without preloads.
        public var nodeShim: String?
        /// Values of an earlier run below this directory count as our own and are not kept.
        public var runtimeDirectory: String

        public init(
            proxy: ListenAddress, session: String? = nil, noProxy: String = "", files: RunFiles.Paths,
            runtimeDirectory: String
        ) {
            self.proxy = proxy
            self.session = session
            self.noProxy = noProxy
            bundle = files.bundle
            nodeRoots = files.nodeRoots
            wgetrc = files.wgetrc
            phpDirectory = files.phpDirectory
            javaTrustStore = files.javaTrustStore
            pythonDirectory = files.pythonDirectory
            nodeShim = files.nodeShim
            self.runtimeDirectory = runtimeDirectory
        }

        /// The proxy's URL. A session's user name comes with a password: git asks on the terminal for a missing
        /// one, and requests, urllib and botocore leave out a name that has none.
        public var proxyURL: String { "http://" + (session.map { "\($0):x@" } ?? "") + "\(proxy)" }
    }

    /// Variables that each name one CA bundle.
    static let bundleVariables = [
        "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "PIP_CERT", "CARGO_HTTP_CAINFO",
        "DENO_CERT", "HTTPLIB2_CA_CERTS", "PERL_LWP_SSL_CA_FILE", "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
        "CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE",
    ]

    /// What to set, in a stable order; everything else the program inherits stays.
    public static func variables(inherited: [String: String], facts: Facts) -> [(name: String, value: String)] {
        var set = RunEnvironment(inherited: inherited, facts: facts)
        set.addProxies()
        set.addRoots()
        set.addRuntimes()
        set.addPreloads()
        return set.result
    }

    private let inherited: [String: String]
    private let facts: Facts
    private var result: [(name: String, value: String)] = []

    private init(inherited: [String: String], facts: Facts) {
        self.inherited = inherited
        self.facts = facts
    }

    private mutating func add(_ name: String, _ value: String) { result.append((name, value)) }

    private mutating func addProxies() {
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            add(name, facts.proxyURL)
            add(name.lowercased(), facts.proxyURL)
        }
        add("NO_PROXY", facts.noProxy)
        add("no_proxy", facts.noProxy)
        add("NODE_USE_ENV_PROXY", "1")
        add("PERL_LWP_ENV_PROXY", "1")
    }

    private mutating func addRoots() {
        for name in Self.bundleVariables { add(name, facts.bundle) }
        // rclone takes it for the only root of every host, so it is set only where the user set it.
        if inherited["AWS_CA_BUNDLE"].map({ !$0.isEmpty }) ?? false { add("AWS_CA_BUNDLE", facts.bundle) }
        add("NODE_EXTRA_CA_CERTS", facts.nodeRoots)
    }

    private mutating func addRuntimes() {
        add("WGETRC", facts.wgetrc)
        // An empty part stands for PHP's own directory, which a value of ours must not displace.
        let own = facts.runtimeDirectory + "/"
        let phpParts = (inherited["PHP_INI_SCAN_DIR"] ?? "").split(separator: ":", omittingEmptySubsequences: false)
            .filter { !$0.hasPrefix(own) }
        add("PHP_INI_SCAN_DIR", (phpParts.isEmpty ? [""] : phpParts).joined(separator: ":") + ":" + facts.phpDirectory)
        add("JAVA_TOOL_OPTIONS", javaOptions())
    }

    private func javaOptions() -> String {
        var ours = [
            ("-Dhttp.proxyHost=", facts.proxy.host), ("-Dhttp.proxyPort=", "\(facts.proxy.port)"),
            ("-Dhttps.proxyHost=", facts.proxy.host), ("-Dhttps.proxyPort=", "\(facts.proxy.port)"),
            ("-Dhttp.nonProxyHosts=", Self.javaHosts(facts.noProxy)),
        ]
        if let store = facts.javaTrustStore {
            ours += [
                ("-Djavax.net.ssl.trustStore=", store),
                ("-Djavax.net.ssl.trustStorePassword=", JavaTrustStore.password),
                ("-Djavax.net.ssl.trustStoreType=", "JKS"),
            ]
        }
        // The JVM takes the last of two equal options: the user's own of ours could not hold anyway.
        let kept = ShellWords.split(inherited["JAVA_TOOL_OPTIONS"] ?? "").filter { word in
            !ours.contains { word.hasPrefix($0.0) }
        }
        return (kept + ours.map { $0.0 + $0.1 }).map(ShellWords.javaQuoted).joined(separator: " ")
    }

    /// Java's list is parted by bars, and a leading dot is a star.
    static func javaHosts(_ noProxy: String) -> String {
        noProxy.split(separator: ",").map { part in
            let host = part.trimmingSpaces()
            return host.hasPrefix(".") ? "*" + host : host
        }.joined(separator: "|")
    }

    private mutating func addPreloads() {
        let own = facts.runtimeDirectory + "/"
        if let directory = facts.pythonDirectory {
            let kept = (inherited["PYTHONPATH"] ?? "").split(separator: ":").filter { !$0.hasPrefix(own) }
            add("PYTHONPATH", ([Substring(directory)] + kept).joined(separator: ":"))
        }
        if let shim = facts.nodeShim {
            let kept = inherited["NODE_OPTIONS"].map { $0.isEmpty ? "" : $0 + " " } ?? ""
            add("NODE_OPTIONS", kept + "--require " + ShellWords.nodeQuoted(shim))
        }
    }
}

extension Substring {
    fileprivate func trimmingSpaces() -> String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}

/// The quoting of option variables, which is not a shell's.
enum ShellWords {
    /// The words of `JAVA_TOOL_OPTIONS`: white space parts them, either quote holds a word together.
    static func split(_ text: String) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open { quote = nil } else { word = (word ?? "") + String(character) }
            } else if character == "\"" || character == "'" {
                quote = character
                word = word ?? ""
            } else if character.isWhitespace {
                if let done = word { words.append(done) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        if let word { words.append(word) }
        return words
    }

    /// A word as the JVM reads it back: it knows quotes but no escapes.
    static func javaQuoted(_ word: String) -> String {
        guard word.contains(where: { $0.isWhitespace || $0 == "'" || $0 == "\"" }) else { return word }
        guard word.contains("\"") else { return "\"\(word)\"" }
        return word.split(separator: "\"", omittingEmptySubsequences: false).map { "\"\($0)\"" }.joined(
            separator: "'\"'")
    }

    /// A path as Node reads it back from `NODE_OPTIONS`: in double quotes, backslash escapes.
    static func nodeQuoted(_ path: String) -> String {
        guard path.contains(where: { " \"\\".contains($0) }) else { return path }
        return "\"" + path.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
    }
}
