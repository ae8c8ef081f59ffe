extension CompiledPolicy {
    private static let maximumNearMisses = 5

    /// Tells why a call is judged as it is and what would become of it in `mode`.
    public func explain(
        _ facts: RequestFacts, body: BodyEvidence, strict: Bool, mode: Mode,
        context: AnswerContext = AnswerContext(callID: "01JEXPLAIN0000000000000000", now_us: 0)
    ) -> Explanation {
        let view = CallView(facts, body: body)
        let readings = Readings(view, foldAlways: program.foldsAlways)
        var verdict: Classification?
        if case .decided(let found) = judge(view, readings, strict: strict) { verdict = found }
        let calls = readings.paths.flatMap { path in
            readings.methods.map { CallReading(view: view, host: readings.host, method: $0, path: path) }
        }
        let rule = verdict.flatMap { self.rule(of: $0) }
        // The reading that led to the verdict: the first that the rule matches.
        let condition = rule.map { CompiledCondition($0.condition) }
        let decisive =
            rule.flatMap { rule in calls.first { condition?.evaluate($0, rule.quantifier) != .no } } ?? calls.first
        var explanation = Explanation(
            call: Self.line(facts), class: verdict?.class, kind: verdict?.kind, rule: verdict?.rule,
            action: verdict?.action, severity: verdict?.severity, mode: mode,
            decision: verdict.map { Self.word(Decision.of($0, mode: mode)) },
            place: rule.map { "\($0.file):\($0.position.line):\($0.position.column)" }, description: rule?.description,
            conditions: [], readings: [], nearMisses: [], limits: [], idempotency: nil, retries: nil, answer: nil,
            refusal: nil)
        explanation.readings = calls.map { reading($0, strict: strict) }
        if let rule, let decisive { explanation.conditions = conditions(of: rule, decisive) }
        if let decisive { explanation.nearMisses = nearMisses(decisive, verdict) }
        if let verdict { govern(&explanation, verdict, facts, body, context) }
        return explanation
    }

    private func govern(
        _ explanation: inout Explanation, _ verdict: Classification, _ facts: RequestFacts, _ body: BodyEvidence,
        _ context: AnswerContext
    ) {
        explanation.limits = limits(for: verdict, facts, body: body).map { Self.view(limits[$0]) }
        explanation.retries = retries(for: verdict, facts, body: body).map { Self.view($0) }
        guard verdict.class == .irreversible else { return }
        explanation.idempotency = Self.view(idempotency(for: verdict, facts, body: body))
        guard explanation.decision != Self.word(.block) else { return }
        explanation.answer = Explanation.Answer(answer(for: verdict, facts, body: body, context: context))
    }

    private func reading(_ call: CallReading, strict: Bool) -> Explanation.Reading {
        var reading = Explanation.Reading(
            method: String(decoding: call.method, as: UTF8.self), path: String(decoding: call.pathBytes, as: UTF8.self),
            class: nil, rule: nil)
        let outcome = outcome(of: call, PathSignature(call.path), strict: strict)
        if let verdict = outcome.verdict, !outcome.isOpen {
            reading.class = verdict.class
            reading.rule = verdict.rule
        }
        return reading
    }

    private func conditions(of rule: CompiledRule, _ call: CallReading) -> [Explanation.Condition] {
        var conditions = rule.condition.conjuncts.map { condition in
            Explanation.Condition(
                condition: condition.text,
                outcome: Self.word(CompiledCondition(condition).evaluate(call, rule.quantifier)))
        }
        if !rule.hosts.isEmpty && !rule.condition.conjuncts.contains(where: { $0.isHostTest }) {
            let text = "host \(rule.hosts.map(\.text).joined(separator: ", "))"
            conditions.insert(Explanation.Condition(condition: text, outcome: "yes"), at: 0)
        }
        return conditions
    }

    /// The rules for this host that all but one of their conditions would have let win.
    private func nearMisses(_ call: CallReading, _ verdict: Classification?) -> [Explanation.NearMiss] {
        var lists: Set<Int> = [0]
        program.hosts.forEachMatch(call.host) { lists.insert($0) }
        let candidates = Set(lists.flatMap { program.lists[$0].columns.joined().map(\.rule) }).sorted()
        var misses: [(rank: Int, miss: Explanation.NearMiss)] = []
        for index in candidates where index < verdict?.ruleIndex ?? Int.max {
            let quantifier = program.rules[index].quantifier
            let conjuncts = program.rules[index].condition.conjuncts.filter { $0.hostGlobs == nil }
            let failed = conjuncts.filter { CompiledCondition($0).evaluate(call, quantifier) == .no }
            guard failed.count == 1, conjuncts.count > 1 else { continue }
            misses.append(
                (-conjuncts.count, Explanation.NearMiss(rule: program.rules[index].id, failed: failed.map(\.text))))
        }
        return misses.sorted { $0.rank < $1.rank }.prefix(Self.maximumNearMisses).map(\.miss)
    }

    // MARK: Words

    private static func line(_ facts: RequestFacts) -> String {
        func text(_ range: Range<Int>) -> String {
            facts.bytes.indices.contains(range.lowerBound) && range.upperBound <= facts.bytes.count
                ? String(decoding: facts.bytes[range], as: UTF8.self) : ""
        }
        let host = facts.host.contains(":") ? "[\(facts.host)]" : facts.host
        guard facts.scheme != .connect else { return "CONNECT \(host):\(facts.port)" }
        let isUsual = facts.port == (facts.scheme == .https ? 443 : 80)
        let query = facts.query.map { "?" + text($0) } ?? ""
        return
            "\(text(facts.method)) \(facts.scheme)://\(host)\(isUsual ? "" : ":\(facts.port)")\(text(facts.path))\(query)"
    }

    private static func word(_ truth: Truth) -> String {
        switch truth {
        case .yes: "yes"
        case .no: "no"
        case .unknown: "unknown"
        }
    }

    private static func word(_ decision: Decision) -> String {
        switch decision {
        case .forward: "forward"
        case .send: "send"
        case .record: "record"
        case .block: "block"
        case .hold: "hold"
        case .observe: "observe"
        }
    }

    private static func view(_ limit: Limit) -> Explanation.LimitView {
        Explanation.LimitView(
            id: limit.id, max: limit.max, per: Quantity.text(limit.per), sum: limit.sum?.text,
            key: limit.key.map(\.text),
            enforce: limit.enforce)
    }

    private static func view(_ rule: IdempotencyRule) -> Explanation.IdempotencyView {
        let sources = rule.sources.map { source in
            switch source {
            case .header(let name): "header \(name)"
            case .json(let pointer): "json \(pointer)"
            case .form(let name): "form \(name)"
            }
        }
        return Explanation.IdempotencyView(
            sources: sources, ttl: Quantity.text(rule.ttl), withoutKey: rule.withoutKey, inFlight: rule.inFlight,
            upstreamIdempotent: rule.isUpstreamIdempotent)
    }

    private static func view(_ rule: RetryRule) -> Explanation.RetryView {
        let causes = rule.on.map { cause in
            switch cause {
            case .connect: "connect"
            case .status(let status): String(status)
            }
        }
        return Explanation.RetryView(
            max: rule.max, base: Quantity.text(rule.base), factor: rule.factor, cap: Quantity.text(rule.cap),
            jitter: rule.jitter, on: causes.sorted(by: >))
    }
}
