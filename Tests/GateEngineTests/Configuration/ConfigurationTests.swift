import Foundation
import GatePolicy
import Testing

@testable import GateEngine

/// A directory that is gone after the test.
func withDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    let path = NSTemporaryDirectory() + "stoplog-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
}

@Suite("Configuration")
struct ConfigurationTests {
    /// Loads a file's text with flags and variables; faults as text, the directory's name left out.
    private func load(
        _ text: String?, flags: [String: String] = [:], variables: [String: String] = [:],
        change: (inout ConfigurationSources) -> Void = { _ in }
    ) throws -> (configuration: GateConfiguration?, faults: [String], directory: String) {
        try withDirectory { directory in
            if let text { try text.write(toFile: directory + "/stoplog.yaml", atomically: true, encoding: .utf8) }
            var sources = ConfigurationSources(
                variables: variables.merging(["HOME": "/home/someone"]) { a, _ in a }, workingDirectory: directory)
            sources.flags = flags
            change(&sources)
            do throws(ConfigurationError) {
                return (try GateConfiguration.load(sources), [], directory)
            } catch {
                return (nil, error.faults.map { "\($0)".replacingOccurrences(of: directory, with: "DIR") }, directory)
            }
        }
    }

    @Test func `without any source the defaults hold`() throws {
        let found = try #require(try load(nil).configuration)
        #expect(found.environment == "development")
        #expect(found.mode == .dryRun)
        #expect(found.listen == ListenAddress(host: "127.0.0.1", port: 4780))
        #expect(found.stateDirectory == "/home/someone/.local/state/stoplog")
        #expect(found.policies.last == .pack("default"))
        #expect(found.journal.retention == .seconds(30 * 86_400))
        #expect(found.file == nil)
    }

    @Test func `every key of the contract is understood`() throws {
        let loaded = try load(
            """
            version: 1
            environment: production
            environments:
              staging: { mode: dry-run, strict: true }
              production: { mode: live, store: "postgres://gate@db/stoplog" }
              mine: { mode: hold }
            policies: [./policies/local.yaml, stripe, default]
            listen: "[::1]:0"
            admin: { listen: 127.0.0.1:4781 }
            tls: { intercept: ["**"], passthrough: ["*.pinned.example"], ca_cert: ca.pem, ca_key: /k.pem }
            store: sqlite
            journal: { calls: all, body_limit: 64KiB, retention: 30d, redact: { headers: [X-Key], json: [/card/number] } }
            upstream: { connect_timeout: 5s, timeout: 600s, idle_timeout: 60s, proxy: null, deny_networks: [169.254.0.0/16],
                        reroute: { "https://api.stripe.com": "http://127.0.0.1:12111" } }
            inspect: { body_limit: 1MiB, over_limit: reject }
            hold: { wait: 60s, max: 100 }
            worker: { threads: 2 }
            threads: auto
            heartbeat: { interval: 10s, timeout: 30s }
            readiness: { require: [store, policy, ca, worker, upstream-tls], probes: [{ id: stripe, url: "https://api.stripe.com/healthcheck" }] }
            alerts: [{ to: "https://hooks.example/x", min_severity: warning, secret_file: ./hook.key }, { to: "exec:./notify.sh" }]
            run: { no_proxy: "a.example" }
            """)
        #expect(loaded.faults == [])
        let found = try #require(loaded.configuration)
        #expect(found.mode == .live)
        #expect(found.store == .postgres("postgres://gate@db/stoplog"))
        #expect(
            found.policies == [.file(loaded.directory + "/policies/local.yaml"), .pack("stripe"), .pack("default")])
        #expect(found.tls.certificateFile == loaded.directory + "/ca.pem")
        #expect(found.tls.keyFile == "/k.pem")
        #expect(found.journal.redactedHeaders == ["x-key"])
        #expect(found.upstream.proxy == nil)
        #expect(found.upstream.deniedNetworks.map(\.description) == ["169.254.0.0/16"])
        let stripe = Origin(scheme: "https", host: "api.stripe.com", port: 443)
        #expect(found.upstream.reroute[stripe] == Origin(scheme: "http", host: "127.0.0.1", port: 12111))
        #expect(found.inspect.overLimit == .reject)
        #expect(found.threads == nil)
        #expect(found.alerts.map(\.to) == ["https://hooks.example/x", "exec:" + loaded.directory + "/notify.sh"])
        #expect(found.alerts.first?.secretFile == loaded.directory + "/hook.key")
        #expect(found.run.noProxy == "a.example")
    }

    @Test func `a flag wins over a variable, a variable over the file, the file over the default`() throws {
        let file = "listen: 127.0.0.1:1\nenvironment: staging\n"
        #expect(try load(file).configuration?.listen.port == 1)
        #expect(try load(file, variables: ["STOPLOG_LISTEN": "127.0.0.1:2"]).configuration?.listen.port == 2)
        let all = try load(file, flags: ["listen": "127.0.0.1:3"], variables: ["STOPLOG_LISTEN": "127.0.0.1:2"])
        #expect(all.configuration?.listen.port == 3)
        #expect(try load(file, variables: ["STOPLOG_ENV": "production"]).configuration?.mode == .live)
        #expect(try load(file, variables: ["STOPLOG_MODE": "block"]).configuration?.mode == .block)
        #expect(try load(file, variables: ["STOPLOG_ENV": ""]).configuration?.environment == "staging")
    }

    @Test func `default is judged last and an empty list means none`() throws {
        let found = try load("policies: [default, stripe]\n") { $0.policies = ["./mine.yaml"] }
        #expect(
            found.configuration?.policies == [.file(found.directory + "/mine.yaml"), .pack("stripe"), .pack("default")])
        #expect(try load("policies: []\n").configuration?.policies == [])
    }

    @Test(arguments: [
        ("enviroment: x", "stoplog.yaml:1:1: error: unknown key 'enviroment'; did you mean 'environment'?"),
        ("journal:\n  cals: all", "stoplog.yaml:2:3: error: unknown key 'cals' in 'journal'; did you mean 'calls'?"),
        (
            "environment: prod",
            "stoplog.yaml:1:14: error: unknown environment 'prod'; known: development, production, staging, test"
        ),
        (
            "environments: { mine: {} }",
            "stoplog.yaml:1:17: error: the environment 'mine' is your own, so it needs a mode"
        ),
        ("threads: 65", "stoplog.yaml:1:10: error: 'threads' must be a number from 1 to 64, not '65'"),
        ("worker: { threads: 0 }", "stoplog.yaml:1:20: error: 'worker.threads' must be a number from 1 to 4, not '0'"),
        (
            "hold: { wait: 60 }",
            "stoplog.yaml:1:15: error: 'hold.wait' must be a duration with its unit (ms, s, m, h, d), as in 30s, not '60'"
        ),
        ("listen: [1]", "stoplog.yaml:1:9: error: 'listen' must be text, not a list"),
        ("policies: nope", "stoplog.yaml:1:11: error: 'policies' must be a list, not a single value"),
        ("listen: ~", "stoplog.yaml:1:9: error: 'listen' must be text, but nothing is written"),
        ("- 1", "stoplog.yaml:1:1: error: the file must be a mapping of keys, not a list"),
        (
            "store: redis",
            "stoplog.yaml:1:8: error: 'store': 'redis' is not a store: use sqlite, sqlite:PATH, memory or postgres://…"
        ),
        (
            "heartbeat: { interval: 30s, timeout: 10s }",
            "stoplog.yaml:1:12: error: 'heartbeat.timeout' must be longer than 'heartbeat.interval'"
        ),
        (
            "tls: { ca_key: x }",
            "stoplog.yaml:1:6: error: 'tls.ca_cert' and 'tls.ca_key' belong together: one of them is missing"
        ),
        (
            "alerts: [{ to: ftp://x }]",
            "stoplog.yaml:1:16: error: 'alerts[0].to': 'ftp://x' is neither an http(s) URL nor exec:PROGRAM"
        ),
        ("readiness: { probes: [{ id: x }] }", "stoplog.yaml:1:23: error: 'readiness.probes[0]' lacks the key 'url'"),
    ])
    func `a fault names its line, its column and what to do`(text: String, fault: String) throws {
        let faults = try load(text).faults
        #expect(faults.count == 1)
        #expect(faults.first?.hasPrefix(fault) == true, "\(faults)")
    }

    @Test func `every fault is reported, in the order of the file`() throws {
        let faults = try load("threads: x\nlisten: y\nnope: 1\n").faults
        #expect(faults.map { $0.split(separator: ":")[1] } == ["1", "2", "3"])
    }

    @Test(arguments: [
        "a: [", "a: 1\na: 2", "listen: \"\\x", "%", "a\u{0}b", "&a [*a]", "{", "?", "!!binary x: y", "<<: *x",
    ])
    func `broken YAML is a fault with a line and never a crash`(text: String) throws {
        #expect(try load(text).faults.first?.hasPrefix("stoplog.yaml:") == true)
    }

    @Test func `an empty file is a configuration of defaults`() throws {
        #expect(try load("").configuration?.mode == .dryRun)
        #expect(try load("# nothing\n").configuration?.mode == .dryRun)
    }

    @Test(arguments: [
        ("listen", "localhost"), ("listen", "1.2.3.4:99999"), ("listen", "::1:80"), ("listen", "[::1]"),
        ("admin", ":1"),
        ("mode", "blocked"), ("log-level", "loud"), ("log-format", "xml"), ("store", "sqlite:"), ("drain", "10"),
        ("env", "prodction"), ("config", "absent.yaml"),
    ])
    func `a bad flag is named, and so is the same as a variable`(flag: String, value: String) throws {
        #expect(try load(nil, flags: [flag: value]).faults.first?.hasPrefix("--\(flag): error: ") == true)
        let variable = "STOPLOG_" + flag.uppercased().replacingOccurrences(of: "-", with: "_")
        #expect(try load(nil, variables: [variable: value]).faults.first?.hasPrefix("\(variable): error: ") == true)
    }

    @Test func `random bytes are faults or configurations, never a trap`() throws {
        var random = SeededGenerator(state: 7)
        let alphabet = Array("abclist:en-[]{}\"'#&*!|>%@`,\n  0129./~".unicodeScalars)
        for _ in 0..<400 {
            let text = String(
                String.UnicodeScalarView(
                    (0..<Int.random(in: 0..<60, using: &random)).map { _ in
                        alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                    }))
            let parsed = ConfigurationParser.parse(text, file: "f")
            // Text of white space and comments alone has neither.
            #expect(parsed.faults.allSatisfy { "\($0)".hasPrefix("f:") })
        }
    }

    @Test func `the schema names every key of the table`() throws {
        let object = try JSONSerialization.jsonObject(with: Data(ConfigurationSchema.json.utf8)) as? [String: Any]
        let properties = object?["properties"] as? [String: Any]
        #expect(Set(properties?.keys.map { $0 } ?? []) == Set(ConfigurationKeys.root.map(\.name)))
    }
}

@Suite("Units in configurations")
struct UnitTests {
    @Test(arguments: [("500ms", 500), ("5s", 5000), ("1h30m", 5_400_000), ("30d", 2_592_000_000), ("0s", 0)])
    func `a duration is digits and units`(text: String, milliseconds: Int) {
        #expect(DurationText.parse(text) == .milliseconds(milliseconds))
    }

    @Test(arguments: ["", "5", "s", "-5s", "5 s", "5y", "999999999999999999999s", "99999999999d", "1.5s", "٣s"])
    func `what is no duration is refused`(text: String) { #expect(DurationText.parse(text) == nil) }

    @Test(arguments: [("64KiB", 65_536), ("1MiB", 1 << 20), ("10", 10), ("1MB", 1_000_000), ("7B", 7)])
    func `a number of bytes has a unit or none`(text: String, bytes: Int) {
        #expect(ByteCount(text: text)?.bytes == bytes)
    }

    @Test(arguments: ["", "KiB", "1 KiB", "-1", "1kib", "99999999999999999999", "9999999999999GiB"])
    func `what is no number of bytes is refused`(text: String) { #expect(ByteCount(text: text) == nil) }

    @Test(arguments: [
        ("10.0.0.0/8", true), ("fd00::/8", true), ("1.2.3.4", true), ("10.0.0.1/8", false), ("10.0.0.0/33", false),
        ("x/8", false), ("10.0.0.0/", false),
    ])
    func `a network has no bits after its prefix`(text: String, isNetwork: Bool) {
        #expect((NetworkRange(text: text) != nil) == isNetwork)
    }

    @Test(
        arguments: [0, 1, 951_782_400_000_000, 1_800_000_000_123_000, -1_000_000, 253_402_300_799_999_000] as [Int64])
    func `a time reads back as it was written`(time: Int64) {
        let milliseconds = (time / 1000) * 1000
        #expect(RFC3339.parse(RFC3339.text(milliseconds)) == milliseconds)
    }

    @Test(arguments: [
        "2026-02-30", "2026-13-01", "x", "2026-01-01T25:00:00Z", "2026-01-01T00:00:00+1", "2026-01-01T00:00:00.Z",
    ])
    func `what is no time is refused`(text: String) { #expect(RFC3339.parse(text) == nil) }

    @Test func `zones and dates without a time are read`() {
        #expect(RFC3339.parse("1970-01-01") == 0)
        #expect(RFC3339.parse("1970-01-01T02:00:00+02:00") == 0)
        #expect(RFC3339.parse("2000-02-29T00:00:00Z") == 951_782_400_000_000)
    }
}
