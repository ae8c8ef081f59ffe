/// Reads one policy file: checks every key and value, collects every fault, and compiles the patterns.
struct PolicyParser {
    static let maximumRules = 20_000
    static let maximumIdentifierBytes = 100

    var diagnostics: Diagnostics
    /// How deep `any`, `all` and `not` are nested right now.
    var conditionDepth = 0

    private init(file: String) { diagnostics = Diagnostics(file: file) }

    /// The document, nil where the file is faulty in any way; then there are diagnostics.
    static func parse(_ source: PolicySource) -> (document: PolicyDocument?, faults: [Diagnostic]) {
        let (root, faults) = YamlReader.read(source.text, file: source.name)
        guard let root else { return (nil, faults) }
        var parser = PolicyParser(file: source.name)
        let document = parser.file(root)
        let all = faults + parser.diagnostics.found
        return (all.isEmpty ? document : nil, all)
    }

    // MARK: The file

    private mutating func file(_ root: YamlNode) -> PolicyDocument? {
        guard let fields = fields(of: root, PolicyKeys.file) else { return nil }
        var document = PolicyDocument(
            file: diagnostics.file, name: "",
            description: fields["description"].flatMap { text($0.node, "description") },
            hosts: [], rules: [], limits: [], idempotency: [], retries: [], tests: [])
        if let pair = fields["policy"] { document.name = identifier(pair.node, "policy") ?? "" }
        if let pair = fields["hosts"] { document.hosts = globs(pair.node, "hosts", domain: .host) }
        document.rules = rules(fields["rules"]?.node)
        document.limits = limits(fields["limits"]?.node, policy: document.name)
        document.idempotency = idempotencyBlocks(fields["idempotency"]?.node)
        document.retries = retries(fields["retries"]?.node)
        document.tests = tests(fields["tests"]?.node)
        let sections = ["rules", "limits", "idempotency", "retries", "tests"]
        if !sections.contains(where: { fields[$0] != nil }) {
            diagnostics.report(
                "the file has no content: it needs `rules`, or one of `limits`, `idempotency`, `retries`",
                at: root.position)
        }
        return document
    }

    private mutating func rules(_ node: YamlNode?) -> [RuleDocument] {
        guard let node else { return [] }
        var seen: [String: SourcePosition] = [:]
        var rules: [RuleDocument] = []
        let items = list(node, "rules")
        if items.isEmpty, case .sequence = node.value {
            diagnostics.report("`rules` is empty: leave the key out or write a rule", at: node.position)
        }
        if items.count > Self.maximumRules {
            diagnostics.report("a file may have \(Self.maximumRules) rules at most", at: node.position)
        }
        for item in items.prefix(Self.maximumRules) {
            guard let rule = rule(item) else { continue }
            if let first = seen[rule.id] {
                diagnostics.report(
                    "the rule id `\(rule.id)` is used twice, first in line \(first.line)", at: rule.position)
            }
            seen[rule.id] = seen[rule.id] ?? rule.position
            rules.append(rule)
        }
        return rules
    }

    private mutating func rule(_ node: YamlNode) -> RuleDocument? {
        guard let fields = fields(of: node, PolicyKeys.rule) else { return nil }
        let id = fields["id"].flatMap { identifier($0.node, "id") }
        let match = fields["match"].flatMap { condition($0.node, scope: .rule) }
        let callClass: CallClass? = fields["class"].flatMap { choice($0.node, "class") }
        let rule = RuleDocument(
            id: id ?? "", position: fields["id"]?.node.position ?? node.position,
            description: fields["description"].flatMap { text($0.node, "description") },
            match: match ?? .all([]), class: callClass ?? .irreversible,
            kind: fields["kind"].flatMap { identifier($0.node, "kind") },
            severity: fields["severity"].flatMap { choice($0.node, "severity") } ?? .warning,
            action: fields["action"].flatMap { choice($0.node, "action") },
            idempotency: fields["idempotency"].flatMap { idempotency($0.node) },
            respond: fields["respond"].flatMap { answer($0.node, allowsRefusal: false) },
            refuse: fields["refuse"].flatMap { answer($0.node, allowsRefusal: true) })
        return id == nil || match == nil || callClass == nil ? nil : rule
    }
}
