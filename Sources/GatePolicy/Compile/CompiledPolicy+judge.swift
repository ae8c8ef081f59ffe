extension CompiledPolicy {
    /// The rule named where a call has more readings than are looked at.
    public static let ambiguousRule = "ambiguous"
    /// The rule named where `strict` decides a call that no rule classifies.
    public static let strictRule = "strict"

    /// Judges one request.
    ///
    /// Pure: no clock, no I/O.
    /// Every plausible reading of the request is judged; any irreversible one wins. `needsBody` is answered for
    /// `.unread` and `.unreadable` bodies only: what is unknown of a body that was read counts against the call.
    public func judge(_ facts: RequestFacts, body: BodyEvidence, strict: Bool) -> Judgement {
        let view = CallView(facts, body: body)
        let readings = Readings(view, foldAlways: program.foldsAlways)
        return judge(view, readings, strict: strict)
    }

    func judge(_ view: CallView, _ readings: Readings, strict: Bool) -> Judgement {
        var isOpen = false
        var first: Classification?
        var irreversible: Classification?
        for path in readings.paths {
            let signature = PathSignature(path)
            for method in readings.methods {
                let call = CallReading(view: view, host: readings.host, method: method, path: path)
                switch outcome(of: call, signature, strict: strict) {
                case .needsBody: isOpen = true
                case .decided(let verdict):
                    if first == nil { first = verdict }
                    if irreversible == nil, verdict.class == .irreversible { irreversible = verdict }
                }
            }
        }
        if isOpen && (irreversible == nil || view.mayStillBeRead) { return .needsBody }
        // A method in the body could only add readings: one that is irreversible already stays so.
        if readings.bodyMayOverrideMethod && irreversible == nil && view.isBodyMissing,
            anotherMethodMayMatter(readings, strict: strict)
        {
            return .needsBody
        }
        if irreversible == nil && readings.isExceeded {
            irreversible = Classification(class: .irreversible, rule: Self.ambiguousRule)
        }
        guard var verdict = irreversible ?? first else { return .decided(Classification(class: .safe)) }
        if verdict.class == .irreversible { verdict.dialect = view.errorDialect }
        return .decided(verdict)
    }

    /// False where no irreversible rule of any method could meet the call's host and path: an upload then streams.
    private func anotherMethodMayMatter(_ readings: Readings, strict: Bool) -> Bool {
        if strict { return true }
        var lists = [0]
        program.hosts.forEachMatch(readings.host) { lists.append($0) }
        return readings.paths.contains { path in
            let signature = PathSignature(path)
            return lists.contains { list in
                program.lists[list].columns.dropLast().contains { entries in
                    entries.contains { entry in
                        program.rules[entry.rule].class == .irreversible
                            && (entry.signatures.isEmpty || mayMatch(entry, signature))
                    }
                }
            }
        }
    }

    /// The first rule that one reading meets.
    func outcome(of call: CallReading, _ signature: PathSignature, strict: Bool) -> Judgement {
        var best = Int.max
        var isUnknown = false
        let isTunnel = call.view.facts.scheme == .connect
        let column = isTunnel ? RuleList.tunnelColumn : MethodSet.index(of: call.method)
        let hasQuery = call.view.facts.query != nil
        scan(0, column, call, hasQuery, signature, &best, &isUnknown)
        program.hosts.forEachMatch(call.host) { list in
            scan(list, column, call, hasQuery, signature, &best, &isUnknown)
        }
        if best == Int.max {
            return .decided(
                strict ? Classification(class: .irreversible, rule: Self.strictRule) : Classification(class: .safe))
        }
        return isUnknown ? .needsBody : .decided(program.rules[best].classification(index: best))
    }

    /// Finds the first rule of a list that is met or may be, unless an earlier one is known already.
    private func scan(
        _ list: Int, _ column: Int, _ call: CallReading, _ hasQuery: Bool, _ signature: PathSignature,
        _ best: inout Int, _ isUnknown: inout Bool
    ) {
        let entries = program.lists[list].columns[column]
        for index in entries.indices {
            let entry = entries[index]
            if entry.rule >= best { return }
            if (entry.needsQuery && !hasQuery) || (entry.needsBody && !call.hasBody) { continue }
            if !entry.signatures.isEmpty && !mayMatch(entry, signature) { continue }
            let rule = program.rules[entry.rule]
            let truth = Self.settled(rule.evaluate(call), rule, call)
            if truth == .no { continue }
            best = entry.rule
            isUnknown = truth == .unknown
            return
        }
    }

    private func mayMatch(_ entry: RuleList.Entry, _ signature: PathSignature) -> Bool {
        let signatures = program.signatures
        for index in entry.signatures where signatures[index].isContained(in: signature) { return true }
        return false
    }

    /// What stays unknown of a body that is not missing counts against the call.
    ///
    /// It speaks for an irreversible rule and not for a safe one.
    static func settled(_ truth: Truth, _ rule: CompiledRule, _ call: CallReading) -> Truth {
        guard truth == .unknown, !call.view.isBodyMissing else { return truth }
        return rule.class == .irreversible ? .yes : .no
    }
}

extension CompiledRule {
    func evaluate(_ call: CallReading) -> Truth {
        var result = Truth.yes
        for index in conditions.indices {
            result = result & conditions[index].evaluate(call)
            if result == .no { return .no }
        }
        return result
    }
}

extension CallView {
    /// There is a body that is not known.
    var isBodyMissing: Bool {
        switch body {
        case .unread, .unreadable: true
        case .none, .decoded: false
        }
    }

    var mayStillBeRead: Bool {
        if case .unread = body { return true }
        return false
    }
}
