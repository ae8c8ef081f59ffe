extension PolicyParser {
    /// Where a condition stands: the verdict's kind and class are known only after a rule decided.
    enum ConditionScope {
        case rule, verdict
    }

    private static let maximumConditionDepth = 16

    /// A `match` mapping: all of its keys must hold.
    mutating func condition(_ node: YamlNode, scope: ConditionScope) -> Condition? {
        guard conditionDepth < Self.maximumConditionDepth else {
            diagnostics.report(
                "conditions are nested deeper than \(Self.maximumConditionDepth) levels", at: node.position)
            return nil
        }
        conditionDepth += 1
        defer { conditionDepth -= 1 }
        guard let fields = fields(of: node, PolicyKeys.match), case .mapping(let pairs) = node.value else { return nil }
        var parts: [Condition] = []
        let faultsBefore = diagnostics.found.count
        for pair in pairs where fields[pair.key] != nil {
            if let part = part(pair, scope: scope) { parts.append(part) }
        }
        return diagnostics.found.count == faultsBefore ? .all(parts) : nil
    }

    private mutating func part(_ pair: YamlPair, scope: ConditionScope) -> Condition? {
        switch pair.key {
        case "any": return alternatives(pair, scope: scope).map { .any($0) }
        case "all": return alternatives(pair, scope: scope).map { .all($0) }
        case "not": return condition(pair.node, scope: scope).map { .not($0) }
        case "graphql": return protocolTest(pair, .graphql, PolicyKeys.graphql)
        case "grpc": return protocolTest(pair, .grpc, PolicyKeys.grpc)
        case "aws": return protocolTest(pair, .aws, PolicyKeys.aws)
        case "body": return bodyTest(pair)
        case "kind", "class":
            guard scope == .verdict else {
                diagnostics.report(
                    "`\(pair.key)` can be matched in limits, retries and idempotency only", at: pair.keyPosition)
                return nil
            }
            return valueTest(pair, pair.key == "kind" ? .kind : .class, domain: .text)
        default:
            guard let (subject, domain) = subject(pair) else { return nil }
            return valueTest(pair, subject, domain: domain)
        }
    }

    private mutating func alternatives(_ pair: YamlPair, scope: ConditionScope) -> [Condition]? {
        let items = list(pair.node, pair.key)
        if items.isEmpty, case .sequence = pair.node.value {
            diagnostics.report("`\(pair.key)` is empty", at: pair.node.position)
        }
        let parts = items.compactMap { condition($0, scope: scope) }
        return parts.count == items.count && !parts.isEmpty ? parts : nil
    }

    private mutating func subject(_ pair: YamlPair) -> (ConditionTest.Subject, GlobPattern.Domain)? {
        switch pair.key {
        case "method": return (.method, .method)
        case "scheme": return (.scheme, .text)
        case "host": return (.host, .host)
        case "port": return (.port, .text)
        case "path": return (.path, .path)
        default: break
        }
        guard let dot = pair.key.firstIndex(of: ".") else { return nil }
        let name = String(pair.key[pair.key.index(after: dot)...])
        switch pair.key[..<dot] {
        case "query": return (.query(Array(name.utf8)), .text)
        case "header": return (.header(Array(name.lowercased().utf8)), .text)
        case "form": return (.form(Array(name.utf8)), .text)
        case "json": return pointer(name, pair.key, at: pair.keyPosition).map { (.json($0), .text) }
        default: return nil
        }
    }

    private mutating func valueTest(
        _ pair: YamlPair, _ subject: ConditionTest.Subject, domain: GlobPattern.Domain
    ) -> Condition? {
        guard let pattern = pattern(pair.node, pair.key, domain: domain) else { return nil }
        checkReachable(pattern, subject, at: pair)
        let text = "\(pair.key) \(Self.describe(pair.node))"
        return .test(
            ConditionTest(subject: subject, pattern: pattern, second: nil, text: text, position: pair.keyPosition))
    }

    /// Values that the subject can never have.
    private mutating func checkReachable(_ pattern: ValuePattern, _ subject: ConditionTest.Subject, at pair: YamlPair) {
        let known: [String]
        switch subject {
        case .scheme: known = ["http", "https", "connect"]
        case .class: known = CallClass.allCases.map(\.rawValue)
        case .port: return checkPorts(pattern, at: pair)
        default: return
        }
        checkKnown(pattern, known, at: pair.node.position, name: pair.key)
    }

    private mutating func checkPorts(_ pattern: ValuePattern, at pair: YamlPair) {
        for glob in pattern.anyOf ?? [] where !glob.text.contains(where: { "*{\\".contains($0) }) {
            guard UInt16(glob.text) ?? 0 == 0 || String(UInt16(glob.text) ?? 0) != glob.text else { continue }
            diagnostics.report(
                "`\(pair.key)` is never `\(glob.text)`: it is a number from 1 to 65535", at: pair.node.position)
        }
    }

    private mutating func checkKnown(
        _ pattern: ValuePattern, _ known: [String], at position: SourcePosition, name: String
    ) {
        for glob in pattern.anyOf ?? [] where !known.contains(where: { glob.matches($0) }) {
            diagnostics.report("`\(name)` is never `\(glob.text)`", at: position)
        }
    }

    private mutating func protocolTest(_ pair: YamlPair, _ subject: ConditionTest.Subject, _ table: KeyTable)
        -> Condition?
    {
        guard let fields = fields(of: pair.node, table) else { return nil }
        let names = table.keys.map(\.name)
        var patterns: [ValuePattern?] = []
        for name in names {
            guard let part = fields[name] else {
                patterns.append(nil)
                continue
            }
            guard let pattern = pattern(part.node, "\(pair.key).\(name)", domain: .text) else { return nil }
            if case .graphql = subject, name == "operation" {
                checkKnown(
                    pattern, ["query", "mutation", "subscription"], at: part.node.position, name: "graphql.operation")
            }
            patterns.append(pattern)
        }
        guard !fields.isEmpty else {
            diagnostics.report("`\(pair.key)` needs \(names.joined(separator: " or "))", at: pair.keyPosition)
            return nil
        }
        let parts = names.compactMap { name in fields[name].map { "\(name) \(Self.describe($0.node))" } }
        return .test(
            ConditionTest(
                subject: subject, pattern: patterns[0], second: patterns[1],
                text: "\(pair.key) \(parts.joined(separator: " and "))", position: pair.keyPosition))
    }

    private mutating func bodyTest(_ pair: YamlPair) -> Condition? {
        let tests: [Condition] = oneOrMore(pair.node, pair.key).compactMap { item in
            guard let text = text(item, pair.key), let regex = regex(text, pair.key, at: item.position) else {
                return nil
            }
            var pattern = ValuePattern()
            pattern.matches = regex
            return .test(
                ConditionTest(
                    subject: .body, pattern: pattern, second: nil, text: "body matches \(text)",
                    position: pair.keyPosition))
        }
        return tests.count == 1 ? tests.first : tests.isEmpty ? nil : .any(tests)
    }

    // MARK: Values

    private mutating func pattern(_ node: YamlNode, _ name: String, domain: GlobPattern.Domain) -> ValuePattern? {
        if case .mapping = node.value { return comparison(node, name) }
        let faultsBefore = diagnostics.found.count
        let globs = globs(node, name, domain: domain)
        return diagnostics.found.count == faultsBefore ? ValuePattern(anyOf: globs) : nil
    }

    private mutating func comparison(_ node: YamlNode, _ name: String) -> ValuePattern? {
        guard let fields = fields(of: node, PolicyKeys.value) else { return nil }
        let faultsBefore = diagnostics.found.count
        var pattern = ValuePattern()
        pattern.greater = fields["gt"].flatMap { number($0) }
        pattern.greaterOrEqual = fields["gte"].flatMap { number($0) }
        pattern.less = fields["lt"].flatMap { number($0) }
        pattern.lessOrEqual = fields["lte"].flatMap { number($0) }
        pattern.equals = fields["equals"].flatMap { scalarText($0.node, "equals") }.map { Array($0.utf8) }
        pattern.matches = fields["matches"].flatMap { pair in
            text(pair.node, "matches").flatMap { regex($0, "matches", at: pair.node.position) }
        }
        pattern.exists = fields["exists"].flatMap { boolean($0.node, "exists") }
        if fields.isEmpty && diagnostics.found.count == faultsBefore {
            diagnostics.report(
                "`\(name)` has no comparison: gt, gte, lt, lte, equals, matches or exists", at: node.position)
        }
        if pattern.exists == false && fields.count > 1 {
            diagnostics.report("`exists: false` cannot hold together with another comparison", at: node.position)
        }
        return diagnostics.found.count == faultsBefore ? pattern : nil
    }

    private mutating func number(_ pair: YamlPair) -> DecimalNumber? {
        if let text = pair.node.text, YamlScalar.isJSONNumber(text), let number = DecimalNumber(text) { return number }
        diagnostics.report("`\(pair.key)` must be a number, not \(pair.node.typeName)", at: pair.node.position)
        return nil
    }

    /// A value as a person reads it in an explanation.
    private static func describe(_ node: YamlNode) -> String {
        switch node.value {
        case .scalar(let text, _): return text
        case .sequence(let items): return "one of " + items.map(describe).joined(separator: ", ")
        case .mapping(let pairs):
            return pairs.map { "\($0.key) \(describe($0.node))" }.joined(separator: " and ")
        }
    }
}
