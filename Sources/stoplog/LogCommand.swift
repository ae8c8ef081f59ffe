import ArgumentParser
import Foundation
import GateEngine
import GateStore
import Glibc

/// `stoplog log`: reads the journal, through a running gate where there is one.
struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Shows the journal's calls, oldest first; with an ID, that call whole.",
        usage: "stoplog log [<options>] [<id>]\nstoplog log verify [--state <dir>] [--env <name>]",
        discussion: """
            `stoplog log verify` checks the journal's hash chain: exit 1 and the first bad record when it was altered.
            Filters may be repeated or hold several values parted by commas.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json, har, curl
    }

    @OptionGroup var finder: FinderOptions
    @Option(help: ArgumentHelp("The configuration (default: ./stoplog.yaml where it exists).", valueName: "file"))
    var config: String?
    @Option(name: .customLong("env"), help: ArgumentHelp("The environment whose journal is read.", valueName: "name"))
    var environment: String?
    @Option(parsing: .singleValue, help: "forwarded, blocked, recorded, held, …") var outcome: [String] = []
    @Option(name: .customLong("class"), parsing: .singleValue, help: "safe or irreversible.") var callClass: [String] =
        []
    @Option(parsing: .singleValue, help: "The kind, as payment.") var kind: [String] = []
    @Option(parsing: .singleValue, help: "The rule, as stripe/charge or stripe/*.") var rule: [String] = []
    @Option(parsing: .singleValue, help: "The host, as api.stripe.com or *.stripe.com.") var host: [String] = []
    @Option(parsing: .singleValue, help: "The session.") var session: [String] = []
    @Option(help: ArgumentHelp("A duration (1h) or a time (2026-01-31T12:00:00Z).", valueName: "time")) var since:
        String?
    @Option(help: ArgumentHelp("A duration (1h) or a time.", valueName: "time")) var until: String?
    @Option(help: ArgumentHelp("The newest calls, at most so many (default: 100).", valueName: "n")) var limit: Int?
    @Flag(name: [.customShort("f"), .long], help: "Go on with calls as they come.") var follow = false
    @Option(help: "table, json (JSON Lines), har or curl.") var format: Format?
    @Argument(help: ArgumentHelp("A call's id, or verify.", valueName: "id")) var id: String?

    func validate() throws {
        if let limit, !(1...1_000_000).contains(limit) {
            throw ValidationError("--limit takes a number from 1 to 1000000")
        }
        for (name, text) in [("--since", since), ("--until", until)] {
            if let text, Self.time(text) == nil {
                throw ValidationError("\(name): '\(text)' is neither a duration (1h) nor a time (2026-01-31T12:00:00Z)")
            }
        }
        let outcomes = CallRecord.Outcome.allCases.map(\.rawValue)
        for value in Self.values(outcome) where !outcomes.contains(value) {
            throw ValidationError("--outcome: '\(value)' is not one of \(outcomes.joined(separator: ", "))")
        }
        for value in Self.values(callClass) where value != "safe" && value != "irreversible" {
            throw ValidationError("--class: '\(value)' is neither safe nor irreversible")
        }
        if follow, format == .har {
            throw ValidationError("--follow cannot write an archive that ends: leave --format har out")
        }
        if follow, id != nil { throw ValidationError("--follow goes with no id") }
    }

    func run() throws {
        if id == "verify" { return try verify() }
        let source = try source()
        if let id {
            guard let call = try source.call(id) else {
                throw Ending.because(Ending.negative, "there is no call \(id)")
            }
            return Output.bytes(rendered([call], isWhole: true), to: STDOUT_FILENO)
        }
        let calls = try newest(source)
        Output.bytes(rendered(calls, isWhole: false), to: STDOUT_FILENO)
        if follow { try follow(source, after: calls) }
    }

    // MARK: Where from

    private func source() throws -> any CallSource {
        if let found = try GateFinder(finder).find(environment: namedEnvironment) {
            return GateSource(client: found.client)
        }
        return StoredSource(reader: try reader())
    }

    /// The environment that the flag or the variable names; nil where neither does.
    private var namedEnvironment: String? {
        if let environment { return environment }
        return ProcessInfo.processInfo.environment["STOPLOG_ENV"].flatMap { $0.isEmpty ? nil : $0 }
    }

    private func reader() throws -> JournalReader {
        var sources = ConfigurationSources(
            variables: ProcessInfo.processInfo.environment, workingDirectory: FileManager.default.currentDirectoryPath)
        sources.flags["config"] = config
        sources.flags["env"] = environment
        sources.flags["state"] = finder.state
        let configuration = try GateConfiguration.loadOrComplain(sources)
        do {
            _ = try StateDirectory.existing(configuration.stateDirectory)
        } catch {
            guard error.code == .absent else { throw Ending.because(error) }
        }
        let path: String?
        switch configuration.store {
        case .sqlite(let named): path = named
        case .memory: path = "memory"
        case .postgres:
            throw Ending.because(
                Ending.unreachable, "no gate runs, and this build reads no PostgreSQL journal by itself")
        }
        do {
            return try SQLiteStore.openReadOnly(
                path: path, stateDirectory: configuration.stateDirectory, environment: configuration.environment)
        } catch {
            throw error.code == .unavailable
                ? Ending.because(Ending.unreachable, "no gate runs, and \(error.message)") : Ending.because(error)
        }
    }

    private func verify() throws {
        let report: ChainReport
        do {
            report = try reader().verify()
        } catch let error as StoreError {
            throw Ending.because(error)
        }
        guard let bad = report.firstBad else {
            return Output.line(
                "\(report.verified) event\(report.verified == 1 ? "" : "s") verified: the journal is unaltered")
        }
        throw Ending.because(Ending.negative, "the journal was altered: \(Output.harmless(bad))")
    }

    // MARK: What

    private static func values(_ options: [String]) -> [String] {
        options.flatMap { $0.split(separator: ",").map(String.init) }
    }

    private static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000_000) }

    static func time(_ text: String) -> Int64? {
        guard let duration = DurationText.parse(text) else { return RFC3339.parse(text) }
        let (seconds, attoseconds) = duration.components
        return now() - seconds * 1_000_000 - attoseconds / 1_000_000_000_000
    }

    private var query: CallQuery {
        var query = CallQuery()
        query.outcomes = Self.values(outcome)
        query.classes = Self.values(callClass)
        query.kinds = Self.values(kind)
        query.rules = Self.values(rule)
        query.hosts = Self.values(host)
        query.sessions = Self.values(session)
        query.since = since.flatMap(Self.time)
        query.until = until.flatMap(Self.time)
        return query
    }

    /// The newest calls up to the limit, oldest first.
    private func newest(_ source: any CallSource) throws -> [StoredCall] {
        var query = query
        var calls: [StoredCall] = []
        let wanted = limit ?? 100
        repeat {
            query.limit = min(1000, wanted - calls.count)
            let page = try source.page(query)
            calls += page.calls
            query.cursor = page.nextCursor
        } while query.cursor != nil && calls.count < wanted
        return calls.reversed()
    }

    // MARK: How

    private func rendered(_ calls: [StoredCall], isWhole: Bool) -> [UInt8] {
        switch format ?? (isWhole ? .json : .table) {
        case .json: return calls.flatMap { CallJSON.encode($0) + [0x0A] }
        case .har: return HARExport.encode(calls, version: BuildVersions.stoplog) + [0x0A]
        case .curl: return calls.flatMap { Array(CurlExport.encode($0).utf8) + [0x0A] }
        case .table: return Array(CallTable.render(calls, width: Self.terminalWidth).utf8)
        }
    }

    /// The terminal's columns; nil where stdout is none.
    private static var terminalWidth: Int? {
        var size = winsize()
        guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Asks again twice a second, with two minutes of overlap: a call's line comes when it ends, its time is its start.
    private func follow(_ source: any CallSource, after shown: [StoredCall]) throws {
        var seen = Dictionary(shown.map { ($0.record.id, $0.hash) }, uniquingKeysWith: { $1 })
        let started = Self.now()
        while true {
            usleep(500_000)
            var query = query
            query.since = max(query.since ?? 0, min(started, Self.now()) - 120_000_000, Self.now() - 120_000_000)
            query.limit = 1000
            let fresh = try source.page(query).calls.reversed().filter { seen[$0.record.id] != $0.hash }
            for call in fresh { seen[call.record.id] = call.hash }
            guard !fresh.isEmpty else { continue }
            var bytes = rendered(Array(fresh), isWhole: false)
            // The table's titles stand once.
            if format ?? .table == .table, let end = bytes.firstIndex(of: 0x0A) { bytes.removeSubrange(...end) }
            Output.bytes(bytes, to: STDOUT_FILENO)
            if seen.count > 50_000 {
                seen = Dictionary(fresh.map { ($0.record.id, $0.hash) }, uniquingKeysWith: { $1 })
            }
        }
    }
}

extension Ending {
    static func because(_ error: StoreError) -> ExitCode { because(configuration, error.message) }
}

/// Where calls are read from.
private protocol CallSource {
    func page(_ query: CallQuery) throws -> CallPage
    func call(_ id: String) throws -> StoredCall?
}

/// A running gate, which writes what it has queued before it answers.
private struct GateSource: CallSource {
    let client: AdminClient

    func page(_ query: CallQuery) throws -> CallPage {
        guard let page = CallJSON.readPage(try client.call("GET", "/api/v1/calls?" + Self.text(query))) else {
            throw Ending.because(
                Ending.internalFault, "the gate's answer cannot be read: are gate and command of one version?")
        }
        return page
    }

    func call(_ id: String) throws -> StoredCall? {
        let answer: AdminClient.Answer
        do {
            answer = try client.send("GET", "/api/v1/calls/" + Self.encoded(id))
        } catch {
            throw Ending.because(Ending.unreachable, "no gate answers at \(client.address): \(error.reason)")
        }
        if answer.status == 404 { return nil }
        if answer.status == 200, let call = CallJSON.read(answer.body) { return call }
        _ = try client.call("GET", "/api/v1/calls/" + Self.encoded(id))
        throw Ending.because(Ending.internalFault, "the gate's answer cannot be read")
    }

    private static func text(_ query: CallQuery) -> String {
        var parts = ["limit=\(query.limit)"]
        for (name, values) in [
            ("outcome", query.outcomes), ("class", query.classes), ("kind", query.kinds), ("rule", query.rules),
            ("host", query.hosts), ("session", query.sessions),
            ("since", query.since.map { [Timestamp.text($0)] } ?? []),
            ("until", query.until.map { [Timestamp.text($0)] } ?? []), ("cursor", query.cursor.map { [$0] } ?? []),
        ] {
            parts += values.map { "\(name)=\(encoded($0))" }
        }
        return parts.joined(separator: "&")
    }

    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "-._~".utf8.contains(byte)
            return isPlain
                ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}

/// The journal's file, where no gate runs.
private struct StoredSource: CallSource {
    let reader: JournalReader

    func page(_ query: CallQuery) throws -> CallPage {
        do {
            return try reader.calls(query)
        } catch {
            throw Ending.because(error)
        }
    }

    func call(_ id: String) throws -> StoredCall? {
        do {
            return try reader.call(id: id)
        } catch {
            throw Ending.because(error)
        }
    }
}
