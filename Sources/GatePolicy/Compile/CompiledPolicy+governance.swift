extension CompiledPolicy {
    /// The numbers in `limits` of those that count this call; an unknown condition counts.
    public func limits(for verdict: Classification, _ facts: RequestFacts, body: BodyEvidence) -> [Int] {
        guard !program.limits.isEmpty else { return [] }
        let readings = verdictReadings(verdict, facts, body)
        return program.limits.indices.filter { index in
            readings.contains { program.limits[index].match.evaluate($0) != .no }
        }
    }

    /// How the call's repeats are known: the rule's own words, then the first block that matches, then the defaults.
    public func idempotency(for verdict: Classification, _ facts: RequestFacts, body: BodyEvidence) -> IdempotencyRule {
        var parts: [IdempotencyDocument] = []
        if let own = rule(of: verdict)?.idempotency { parts.append(own) }
        if !program.idempotency.isEmpty {
            let readings = verdictReadings(verdict, facts, body)
            let block = program.idempotency.first { block in readings.contains { block.match.evaluate($0) == .yes } }
            if let block { parts.append(block.rule) }
        }
        var rule = IdempotencyRule()
        for source in parts.flatMap(\.sources) where !rule.sources.contains(source) { rule.sources.append(source) }
        rule.ttl = parts.lazy.compactMap(\.ttl).first ?? rule.ttl
        rule.withoutKey = parts.lazy.compactMap(\.withoutKey).first ?? rule.withoutKey
        rule.inFlight = parts.lazy.compactMap(\.inFlight).first ?? rule.inFlight
        rule.isUpstreamIdempotent = parts.lazy.compactMap(\.isUpstreamIdempotent).first ?? false
        return rule
    }

    /// How the call is sent again; nil: it is not.
    public func retries(for verdict: Classification, _ facts: RequestFacts, body: BodyEvidence) -> RetryRule? {
        guard !program.retries.isEmpty else { return nil }
        let readings = verdictReadings(verdict, facts, body)
        return program.retries.first { block in readings.contains { block.match.evaluate($0) == .yes } }?.rule
    }

    /// The text of a value that the call itself carries; nil where it is missing, and for keys that the engine knows.
    public func value(of key: LimitKey, _ facts: RequestFacts, body: BodyEvidence) -> String? {
        let view = CallView(facts, body: body)
        let evidence: Evidence =
            switch key {
            case .header(let name): view.header(Array(name.utf8))
            case .query(let name): view.query(Array(name.utf8))
            case .form(let name): view.form(Array(name.utf8))
            case .json(let text): (try? JSONPointer(text)).map { view.json($0) } ?? .absent
            case .host, .credential, .session, .rule, .kind: .absent
            }
        return evidence.known.first?.string
    }

    private func verdictReadings(_ verdict: Classification, _ facts: RequestFacts, _ body: BodyEvidence)
        -> [CallReading]
    {
        let view = CallView(facts, body: body)
        let readings = Readings(view, foldAlways: program.foldsAlways)
        return readings.paths.flatMap { path in
            readings.methods.map { method in
                CallReading(view: view, host: readings.host, method: method, path: path, verdict: verdict)
            }
        }
    }
}
