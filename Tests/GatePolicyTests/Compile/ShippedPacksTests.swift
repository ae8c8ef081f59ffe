import Testing

@testable import GatePolicy

/// The shipped packs under spellings of the calls that their own tests name.
@Suite struct ShippedPacksTests {
    private static func packs() throws -> CompiledPolicy {
        try #require(PolicySet.load(sources: BuiltInPacks.sources).policy)
    }

    /// The irreversible calls among the packs' tests.
    private static func irreversible(_ policy: CompiledPolicy) -> [TestRequest] {
        policy.program.tests.map(\.test).filter { $0.expected.class == .irreversible }.map(\.request)
    }

    private static func isIrreversible(_ policy: CompiledPolicy, _ request: TestRequest) -> Bool {
        guard let facts = RequestFacts(test: request) else { return true }
        let body: BodyEvidence = request.body.map { .decoded($0) } ?? .none
        guard case .decided(let verdict) = policy.judge(facts, body: body, strict: false) else { return true }
        return verdict.class == .irreversible
    }

    private static let decoys = ["x", "read", "list", "get", "true", "false", "All", "draft", "none", "1", ""]

    @Test func noRepeatedParameterMakesAnIrreversibleCallSafe() throws {
        let policy = try Self.packs()
        for request in Self.irreversible(policy) {
            guard let mark = request.url.firstIndex(of: "?") else { continue }
            let base = request.url[..<mark]
            let query = request.url[request.url.index(after: mark)...]
            for pair in query.split(separator: "&") {
                let name = pair.prefix { $0 != "=" }
                for decoy in Self.decoys {
                    for spelling in [
                        "\(name)=\(decoy)&\(query)", "\(query)&\(name)=\(decoy)", "\(query);\(name)=\(decoy)",
                    ] {
                        var doubled = request
                        doubled.url = "\(base)?\(spelling)"
                        #expect(Self.isIrreversible(policy, doubled), "\(doubled.method) \(doubled.url)")
                    }
                }
            }
        }
    }

    @Test func noRepeatedFieldOfAFormMakesAnIrreversibleCallSafe() throws {
        let policy = try Self.packs()
        for request in Self.irreversible(policy) {
            guard let body = request.body, body.first != UInt8(ascii: "{"), body.first != UInt8(ascii: "[") else {
                continue
            }
            let form = String(decoding: body, as: UTF8.self)
            for pair in form.split(separator: "&") {
                let name = pair.prefix { $0 != "=" }
                for decoy in Self.decoys {
                    for spelling in ["\(name)=\(decoy)&\(form)", "\(form)&\(name)=\(decoy)"] {
                        var doubled = request
                        doubled.body = Array(spelling.utf8)
                        #expect(Self.isIrreversible(policy, doubled), "\(doubled.method) \(doubled.url) \(spelling)")
                    }
                }
            }
        }
    }

    @Test func noRepeatedMemberMakesAnIrreversibleCallSafe() throws {
        let policy = try Self.packs()
        for request in Self.irreversible(policy) {
            guard let body = request.body, body.first == UInt8(ascii: "{") else { continue }
            let json = String(decoding: body, as: UTF8.self)
            let tape = JSONTape(body)
            guard let root = tape.roots.first else { continue }
            for member in tape.children(of: root) {
                guard let key = tape.nodes[member].key else { continue }
                let name = String(decoding: body[key], as: UTF8.self)
                for decoy in Self.decoys.map({ "\"\($0)\"" }) + ["true", "false", "null", "{}", "[]"] {
                    for spelling in [
                        "{\"\(name)\":\(decoy),\(json.dropFirst())", "\(json.dropLast()),\"\(name)\":\(decoy)}",
                    ] {
                        var doubled = request
                        doubled.body = Array(spelling.utf8)
                        #expect(Self.isIrreversible(policy, doubled), "\(doubled.method) \(doubled.url) \(spelling)")
                    }
                }
            }
        }
    }

    /// A flag that only some servers know is added in the usual places; only those servers' own calls may pass by it.
    @Test(arguments: [
        "dry_run=true", "dryRun=true", "dryRun=All", "validateOnly=true", "validate_only=true", "test=1", "DryRun=true",
    ])
    func noFlagMakesARehearsalOfACallWhoseServerIsNotKnown(_ flag: String) throws {
        let policy = try Self.packs()
        for request in Self.irreversible(policy) {
            let host = request.url.dropFirst(8).prefix { $0 != "/" && $0 != "?" }
            guard host == "api.example.com" || host == "api.stripe.com" || host.hasSuffix("admin.example.com") else {
                continue
            }
            var flagged = request
            flagged.url += flagged.url.contains("?") ? "&\(flag)" : "?\(flag)"
            #expect(Self.isIrreversible(policy, flagged), "\(flagged.method) \(flagged.url)")
        }
    }

    @Test(arguments: [
        ("PUT https://bucket.s3.eu-west-1.amazonaws.com/backup/db.tar", "application/octet-stream"),
        ("PUT https://storage.googleapis.com/upload/a", "video/mp4"),
        ("PUT https://files.example.com/a.bin", "application/octet-stream"),
        ("POST https://files.example.com/v1/uploads", "application/octet-stream"),
        ("PUT https://files.example.com/a", ""),
    ])
    func anUploadIsNotReadToBeJudged(_ call: String, _ type: String) throws {
        let policy = try Self.packs()
        let headers = type.isEmpty ? [:] : ["Content-Type": type]
        #expect(verdict(policy, call, headers, body: .unread) != "needs body")
    }
}
