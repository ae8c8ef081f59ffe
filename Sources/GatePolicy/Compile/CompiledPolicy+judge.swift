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
        var strictest: Classification?
        for path in readings.paths {
            let signature = PathSignature(path)
            for method in readings.methods {
                let call = CallReading(view: view, host: readings.host, method: method, path: path)
                let outcome = outcome(of: call, signature, strict: strict)
                isOpen = isOpen || outcome.isOpen
                if let verdict = outcome.verdict { strictest = strictest?.stricter(of: verdict) ?? verdict }
            }
        }
        let isStopped = strictest?.class == .irreversible
        if isOpen && (!isStopped || view.mayStillBeRead) { return .needsBody }
        // A method in the body could only add readings: one that is irreversible already stays so.
        if readings.bodyMayOverrideMethod && !isStopped && view.isBodyMissing,
            anotherMethodMayMatter(readings, strict: strict)
        {
            return .needsBody
        }
        if !isStopped && readings.isExceeded {
            let ambiguous = Classification(class: .irreversible, rule: Self.ambiguousRule)
            strictest = strictest?.stricter(of: ambiguous) ?? ambiguous
        }
        guard var verdict = strictest else { return .decided(Classification(class: .safe)) }
        if verdict.class == .irreversible { verdict.dialect = view.errorDialect }
        return .decided(verdict)
    }

    /// False where no rule of any method that tightens could meet the call's host and path: an upload then streams.
    private func anotherMethodMayMatter(_ readings: Readings, strict: Bool) -> Bool {
        if strict { return true }
        var lists = [0]
        program.hosts.forEachMatch(readings.host) { lists.append($0) }
        return readings.paths.contains { path in
            let signature = PathSignature(path)
            return lists.contains { list in
                program.lists[list].columns.dropLast().contains { entries in
                    entries.contains { entry in
                        program.rules[entry.rule].tightens
                            && (entry.signatures.isEmpty || mayMatch(entry, signature))
                    }
                }
            }
        }
    }

    /// What one reading of a call leads to.
    struct Outcome {
        /// nil where the first rule that is not ruled out depends on a missing body, and no earlier one stops the call.
        var verdict: Classification?
        /// The verdict depends on a body that is missing.
        var isOpen = false
    }

    /// The first rule that one reading certainly meets, or a stricter one before it that some of its values meet.
    func outcome(of call: CallReading, _ signature: PathSignature, strict: Bool) -> Outcome {
        var search = RuleSearch(call)
        // The rules for every host, mostly those of `default`, come last: an earlier rule found spares them.
        program.hosts.forEachMatch(call.host) { list in scan(list, call, signature, &search) }
        scan(0, call, signature, &search)
        var outcome = Outcome(verdict: nil, isOpen: search.isOpen)
        if search.best == Int.max {
            outcome.verdict =
                strict ? Classification(class: .irreversible, rule: Self.strictRule) : Classification(class: .safe)
        } else if !search.isOpen {
            outcome.verdict = program.rules[search.best].classification(index: search.best)
        }
        guard !search.possible.isEmpty else { return outcome }
        for index in search.possible.sorted(by: >) where index <= search.best {
            var verdict = program.rules[index].classification(index: index)
            if verdict.action == .allow { verdict.action = nil }
            outcome.verdict = outcome.verdict.map { verdict.stricter(of: $0) } ?? verdict
        }
        return outcome
    }

    /// Finds the first rule of a list that is certainly met or depends on a missing body, unless an earlier one is
    /// known already, and on the way those that some plausible values meet.
    private func scan(_ list: Int, _ call: CallReading, _ signature: PathSignature, _ search: inout RuleSearch) {
        let entries = program.lists[list].columns[search.column]
        for index in entries.indices {
            let entry = entries[index]
            if entry.rule >= search.best { return }
            if entry.needsQueryOrBody && !search.hasQuery && !call.hasBody { continue }
            if entry.needsQuery && (!search.hasQuery || entry.queryNames & call.view.queryNames == 0) { continue }
            if entry.needsBody && !call.hasBody { continue }
            if !entry.signatures.isEmpty && !mayMatch(entry, signature) { continue }
            if let names = entry.bodyNames, !call.view.bodyNames.mayShare(names) { continue }
            let rule = program.rules[entry.rule]
            let fit = rule.fit(call)
            switch fit {
            case .none: continue
            case .possible: if rule.tightens { search.possible.append(entry.rule) }
            case .certain, .open:
                search.best = entry.rule
                search.isOpen = fit == .open
                return
            }
        }
    }

    private func mayMatch(_ entry: RuleList.Entry, _ signature: PathSignature) -> Bool {
        let signatures = program.signatures
        for index in entry.signatures where signatures[index].isContained(in: signature) { return true }
        return false
    }
}

/// The search for the rule of one reading, over the lists of all hosts that match.
private struct RuleSearch {
    /// The first rule in judging order that is met or depends on a missing body.
    var best = Int.max
    /// Whether `best` depends on a missing body.
    var isOpen = false
    /// Rules that only some plausible values meet; empty, without memory, for nearly every call.
    var possible: [Int] = []
    let column: Int
    let hasQuery: Bool

    init(_ call: CallReading) {
        let isTunnel = call.view.facts.scheme == .connect
        column = isTunnel ? RuleList.tunnelColumn : MethodSet.index(of: call.method)
        hasQuery = call.view.facts.query != nil
    }
}

/// How a rule fits one reading of a call with all of its plausible values.
enum RuleFit {
    /// No value meets it.
    case none
    /// Some values meet it, or it depends on a body that was read and not understood.
    case possible
    /// All values meet it.
    case certain
    /// It depends on a body that is missing.
    case open
}

extension CompiledRule {
    func fit(_ call: CallReading) -> RuleFit {
        call.isAmbiguous = false
        let any = evaluate(call, .any)
        if any == .no { return .none }
        if any == .yes && !call.isAmbiguous { return .certain }
        let all = any == .yes ? evaluate(call, .all) : .unknown
        if all == .yes { return .certain }
        // What stays unknown of a body that is not missing speaks for a rule that stops and not for one that lets pass.
        return all == .unknown && call.view.isBodyMissing ? .open : .possible
    }

    /// Something of it counts even where only some plausible values meet it.
    var tightens: Bool {
        switch action {
        case nil, .allow: self.class == .irreversible
        case .block, .record, .hold: true
        }
    }

    func evaluate(_ call: CallReading, _ quantifier: Quantifier) -> Truth {
        var result = Truth.yes
        for index in conditions.indices {
            result = result & conditions[index].evaluate(call, quantifier)
            if result == .no { return .no }
        }
        return result
    }
}

extension Classification {
    /// Of two verdicts on plausible readings the stricter, this one where they are equal.
    ///
    /// Irreversible wins over safe; the strictest action of both holds, since either reading may be the server's.
    func stricter(of other: Classification) -> Classification {
        var result = other.rank > rank ? other : self
        let action = actionRank >= other.actionRank ? self.action : other.action
        if result.actionRank < max(actionRank, other.actionRank) { result.action = action }
        return result
    }

    private var rank: Int { (self.class == .irreversible ? 8 : 0) + actionRank }

    private var actionRank: Int {
        switch action {
        case .allow: 0
        // A safe call passes unasked; an irreversible one does what the mode says.
        case nil: self.class == .safe ? 0 : 1
        case .hold: 2
        case .record: 3
        case .block: 4
        }
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
