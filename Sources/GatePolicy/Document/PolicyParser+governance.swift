extension PolicyParser {
    private static let maximumKeyParts = 8

    // MARK: Idempotency

    mutating func idempotency(_ node: YamlNode) -> IdempotencyDocument? {
        guard let fields = fields(of: node, PolicyKeys.idempotency) else { return nil }
        return idempotency(fields)
    }

    mutating func idempotencyBlocks(_ node: YamlNode?) -> [(match: Condition, rule: IdempotencyDocument)] {
        guard let node else { return [] }
        return list(node, "idempotency").compactMap { item in
            guard let fields = fields(of: item, PolicyKeys.idempotencyBlock) else { return nil }
            let match = fields["match"].flatMap { condition($0.node, scope: .verdict) }
            let rule = idempotency(fields)
            return match.map { ($0, rule) }
        }
    }

    private mutating func idempotency(_ fields: [String: YamlPair]) -> IdempotencyDocument {
        var rule = IdempotencyDocument()
        if let pair = fields["header"], let name = headerName(pair.node, "header") {
            rule.sources.append(.header(name.lowercased()))
        }
        if let pair = fields["json"], let text = text(pair.node, "json"),
            pointer(text, "json", at: pair.node.position) != nil
        {
            rule.sources.append(.json(text))
        }
        if let pair = fields["form"], let name = scalarText(pair.node, "form") { rule.sources.append(.form(name)) }
        rule.ttl = fields["ttl"].flatMap { duration($0.node, "ttl") }
        if let ttl = rule.ttl, ttl == .zero, let pair = fields["ttl"] {
            diagnostics.report("`ttl` must be longer than nothing", at: pair.node.position)
        }
        rule.withoutKey = fields["without_key"].flatMap { choice($0.node, "without_key") }
        rule.inFlight = fields["in_flight"].flatMap { choice($0.node, "in_flight") }
        rule.isUpstreamIdempotent = fields["upstream_idempotent"].flatMap { boolean($0.node, "upstream_idempotent") }
        return rule
    }

    /// RFC 9110 §5.1: a field name is a token.
    mutating func headerName(_ node: YamlNode, _ name: String) -> String? {
        guard let text = text(node, name) else { return nil }
        guard HeaderName.isToken(text) else {
            diagnostics.report("`\(text)` is not a header's name", at: node.position)
            return nil
        }
        return text
    }

    // MARK: Limits

    mutating func limits(_ node: YamlNode?, policy: String) -> [LimitDocument] {
        guard let node else { return [] }
        var seen: [String: SourcePosition] = [:]
        var limits: [LimitDocument] = []
        for item in list(node, "limits") {
            guard let limit = limit(item, policy: policy) else { continue }
            if let first = seen[limit.limit.id] {
                diagnostics.report(
                    "the limit id `\(limit.limit.id)` is used twice, first in line \(first.line)", at: limit.position)
            }
            seen[limit.limit.id] = limit.position
            limits.append(limit)
        }
        return limits
    }

    private mutating func limit(_ node: YamlNode, policy: String) -> LimitDocument? {
        guard let fields = fields(of: node, PolicyKeys.limit) else { return nil }
        let id = fields["id"].flatMap { identifier($0.node, "id") }
        let match = fields["match"].flatMap { condition($0.node, scope: .verdict) }
        var limit = Limit(
            id: id ?? "", max: nil, per: .seconds(3600), sum: nil, key: [], enforce: true, policy: policy)
        if let pair = fields["max"], pair.node.text != "unlimited" {
            limit.max = integer(pair.node, "max", in: 0...Int64.max)
            if limit.max == nil {
                diagnostics.report("`max` is a whole number, or `unlimited`", at: pair.node.position)
            }
        }
        if let pair = fields["per"] {
            limit.per = duration(pair.node, "per") ?? limit.per
            if limit.per < .seconds(1) {
                diagnostics.report("`per` must be a second or longer", at: pair.node.position)
            }
        } else if limit.max != nil {
            diagnostics.report("the key `per` is missing: the time that the limit counts over", at: node.position)
        }
        if let pair = fields["sum"] {
            limit.sum = limitKey(pair.node, "sum")
            if let sum = limit.sum, !sum.isValue {
                diagnostics.report("`sum` must be form.X, json./p, query.X or header.X", at: pair.node.position)
            }
        }
        if let pair = fields["key"] {
            let parts = oneOrMore(pair.node, "key")
            if parts.count > Self.maximumKeyParts {
                diagnostics.report("`key` may have \(Self.maximumKeyParts) parts at most", at: pair.node.position)
            }
            limit.key = parts.prefix(Self.maximumKeyParts).compactMap { limitKey($0, "key") }
        }
        limit.enforce = fields["enforce"].flatMap { boolean($0.node, "enforce") } ?? true
        guard id != nil, let match else { return nil }
        return LimitDocument(limit: limit, position: fields["id"]?.node.position ?? node.position, match: match)
    }

    private mutating func limitKey(_ node: YamlNode, _ name: String) -> LimitKey? {
        guard let text = text(node, name) else { return nil }
        guard let key = LimitKey(text) else {
            let near = EditDistance.nearest(text, among: ["host", "credential", "session", "rule", "kind"])
            let hint = near.map { ": did you mean `\($0)`?" } ?? ""
            diagnostics.report(
                "`\(name)`: `\(text)` is none of host, credential, session, rule, kind, header.N, query.N, form.N, json./p\(hint)",
                at: node.position)
            return nil
        }
        if case .json(let path) = key, pointer(path, name, at: node.position) == nil { return nil }
        return key
    }

    // MARK: Retries

    mutating func retries(_ node: YamlNode?) -> [(match: Condition, rule: RetryRule)] {
        guard let node else { return [] }
        return list(node, "retries").compactMap { item in
            guard let fields = fields(of: item, PolicyKeys.retry) else { return nil }
            let match = fields["match"].flatMap { condition($0.node, scope: .verdict) }
            let rule = retry(fields)
            return match.map { ($0, rule) }
        }
    }

    private mutating func retry(_ fields: [String: YamlPair]) -> RetryRule {
        var rule = RetryRule()
        if let pair = fields["max"], let max = integer(pair.node, "max", in: 0...100) { rule.max = Int(max) }
        if let pair = fields["base"], let base = duration(pair.node, "base") { rule.base = base }
        if let pair = fields["cap"], let cap = duration(pair.node, "cap") { rule.cap = cap }
        if let pair = fields["factor"] {
            if let text = pair.node.text, YamlScalar.isJSONNumber(text), let factor = Double(text),
                (1...100).contains(factor)
            {
                rule.factor = factor
            } else {
                diagnostics.report("`factor` must be a number from 1 to 100", at: pair.node.position)
            }
        }
        rule.jitter = fields["jitter"].flatMap { choice($0.node, "jitter") } ?? rule.jitter
        if let pair = fields["on"] { rule.on = Set(list(pair.node, "on").compactMap { retryCause($0) }) }
        if rule.base > rule.cap, let pair = fields["base"] ?? fields["cap"] {
            diagnostics.report("`base` is longer than `cap`", at: pair.node.position)
        }
        return rule
    }

    private mutating func retryCause(_ node: YamlNode) -> RetryCause? {
        if node.text == "connect" { return .connect }
        if case .integer(let status)? = node.scalar, (400...599).contains(status) { return .status(Int(status)) }
        diagnostics.report("`on` holds `connect` or statuses from 400 to 599, not \(node.typeName)", at: node.position)
        return nil
    }
}

/// RFC 9110 §5.6.2.
enum HeaderName {
    static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 256 && text.utf8.allSatisfy(isTokenByte)
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E, 0x5F, 0x60, 0x7C, 0x7E: true
        default: false
        }
    }
}
