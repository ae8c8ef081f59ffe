import GatePolicy

/// Every key of `stoplog.yaml`: the parser, the schema and the tests read this one table.
enum ConfigurationKeys {
    static let root: [ConfigurationKey] = [
        ConfigurationKey("version", .integer(1...1), "The version of this file's grammar."),
        ConfigurationKey(
            "environment", .text(.identifier), "The environment, fixed for a process; default development."),
        ConfigurationKey(
            "environments", .dictionary(key: .identifier, value: .object(environment, required: []), atMost: 100),
            "Modes of the built-in environments (production, staging, test, development) and of your own."),
        ConfigurationKey("strict", .boolean, "Every call that no rule classifies is irreversible."),
        ConfigurationKey(
            "policies", .nullable(.list(of: .text(.policy), atMost: 1000)),
            "Files and built-in packs in the order in which they are judged; without this key all packs."),
        ConfigurationKey("listen", .text(.hostPort), "Where applications reach the gate; default 127.0.0.1:4780."),
        ConfigurationKey("admin", .object(admin, required: []), "The admin server."),
        ConfigurationKey("tls", .object(tls, required: []), "Which TLS is opened, and by which authority."),
        ConfigurationKey("store", .text(.store), "sqlite, sqlite:PATH, memory or postgres://…"),
        ConfigurationKey("journal", .object(journal, required: []), "What the journal keeps of calls."),
        ConfigurationKey("upstream", .object(upstream, required: []), "How calls leave."),
        ConfigurationKey("inspect", .object(inspect, required: []), "How much of a body is read for judging."),
        ConfigurationKey("hold", .object(hold, required: []), "Calls that wait for a person."),
        ConfigurationKey(
            "worker", .object([ConfigurationKey("threads", .integer(1...4), "1 to 4 threads.")], required: []),
            "The worker that sends released calls."),
        ConfigurationKey("threads", .automatic(1...64), "Reactors; auto means one per core."),
        ConfigurationKey("heartbeat", .object(heartbeat, required: []), "How threads show that they live."),
        ConfigurationKey("readiness", .object(readiness, required: []), "What must hold before the gate says GO."),
        ConfigurationKey("alerts", .list(of: .object(alert, required: ["to"]), atMost: 100), "Who hears of refusals."),
        ConfigurationKey("run", .object(run, required: []), "The environment of `stoplog run`."),
        ConfigurationKey("log", .object(log, required: []), "The gate's own log on stderr."),
        ConfigurationKey("drain", .duration(seconds(0)...hours(1)), "How long calls may take after a signal to stop."),
    ]

    private static let environment = [
        ConfigurationKey("mode", .choice(Mode.allCases.map(\.rawValue)), "What happens to irreversible calls."),
        ConfigurationKey("strict", .boolean, "Every call that no rule classifies is irreversible."),
        ConfigurationKey("store", .text(.store), "This environment's own store."),
    ]
    private static let admin = [
        ConfigurationKey("listen", .text(.hostPort), "Where the admin server listens; default 127.0.0.1:4781.")
    ]
    private static let tls = [
        ConfigurationKey("intercept", hosts, "Hosts whose TLS is opened; default all."),
        ConfigurationKey("passthrough", hosts, "Hosts whose TLS is left alone, judged by host alone."),
        ConfigurationKey("ca_cert", .text(.path), "PEM file: the certificate of an authority of your own."),
        ConfigurationKey("ca_key", .text(.path), "PEM file: its private key."),
    ]
    private static let journal = [
        ConfigurationKey(
            "calls", .choice(GateConfiguration.Journal.Calls.allCases.map(\.rawValue)), "Which calls are journaled."),
        ConfigurationKey("body_limit", .bytes(ByteCount(0)...(.mebibytes(64))), "Bytes kept of each body."),
        ConfigurationKey("retention", .duration(hours(1)...hours(24 * 36_500)), "How long calls are kept."),
        ConfigurationKey(
            "redact",
            .object(
                [
                    ConfigurationKey("headers", .list(of: .text(.headerName), atMost: 1000), "Header names."),
                    ConfigurationKey("json", .list(of: .text(.pointer), atMost: 1000), "JSON pointers into bodies."),
                ], required: []), "What no view may show."),
    ]
    private static let upstream = [
        ConfigurationKey("connect_timeout", .duration(milliseconds(1)...hours(1)), "Until a connection stands."),
        ConfigurationKey("timeout", .duration(milliseconds(1)...hours(24)), "Until the response's head."),
        ConfigurationKey("idle_timeout", .duration(milliseconds(1)...hours(24)), "Between two bytes."),
        ConfigurationKey("proxy", .nullable(.text(.proxy)), "A proxy through which all calls leave."),
        ConfigurationKey("deny_networks", .list(of: .text(.network), atMost: 1000), "Networks that are never dialled."),
        ConfigurationKey(
            "reroute", .dictionary(key: .origin, value: .text(.origin), atMost: 1000),
            "A provider's mock or sandbox in its stead; Host is kept."),
        ConfigurationKey("ca", .list(of: .text(.path), atMost: 100), "PEM files added to the system's roots."),
    ]
    private static let inspect = [
        ConfigurationKey("body_limit", .bytes(ByteCount(0)...(.mebibytes(64))), "Bytes read of a body for judging."),
        ConfigurationKey(
            "over_limit", .choice(GateConfiguration.Inspection.OverLimit.allCases.map(\.rawValue)),
            "What a body too large to judge makes of its call."),
    ]
    private static let hold = [
        ConfigurationKey("wait", .duration(seconds(0)...hours(24)), "How long a held call waits; default 60s."),
        ConfigurationKey("max", .integer(0...10_000), "How many may wait at once; default 100."),
    ]
    private static let heartbeat = [
        ConfigurationKey("interval", .duration(milliseconds(100)...hours(1)), "Between two beats; default 10s."),
        ConfigurationKey(
            "timeout", .duration(milliseconds(200)...hours(24)), "Silence that counts as death; default 30s."),
    ]
    private static let readiness = [
        ConfigurationKey(
            "require",
            .list(of: .choice(GateConfiguration.Readiness.Check.allCases.map(\.rawValue)), atMost: 100),
            "Checks that must pass."),
        ConfigurationKey(
            "probes",
            .list(
                of: .object(
                    [
                        ConfigurationKey("id", .text(.identifier), "The probe's name."),
                        ConfigurationKey("url", .text(.url), "What is asked with GET."),
                    ], required: ["id", "url"]), atMost: 100), "Upstreams that are asked."),
    ]
    private static let alert = [
        ConfigurationKey("to", .text(.alertTarget), "A webhook's URL or exec:PROGRAM."),
        ConfigurationKey(
            "min_severity", .choice(Severity.allCases.map(\.rawValue)), "The least severity; default warning."),
        ConfigurationKey("secret_file", .text(.path), "The file whose content signs webhooks."),
    ]
    private static let run = [
        ConfigurationKey("no_proxy", .text(.noProxy), "The value of NO_PROXY behind the gate; default none."),
        ConfigurationKey("preload", .boolean, "Preload the shims for Python and Node; default true."),
    ]
    private static let log = [
        ConfigurationKey("level", .choice(GateConfiguration.Log.Level.allCases.map(\.rawValue)), "The least level."),
        ConfigurationKey("format", .choice(GateConfiguration.Log.Format.allCases.map(\.rawValue)), "json or text."),
    ]

    private static let hosts = ConfigurationShape.list(of: .text(.hostPattern), atMost: 10_000)
    private static func milliseconds(_ count: Int) -> Duration { .milliseconds(count) }
    private static func seconds(_ count: Int) -> Duration { .seconds(count) }
    private static func hours(_ count: Int) -> Duration { .seconds(count * 3600) }
}
