extension PolicyParser {
    mutating func tests(_ node: YamlNode?) -> [TestDocument] {
        guard let node else { return [] }
        return list(node, "tests").compactMap { test($0) }
    }

    private mutating func test(_ node: YamlNode) -> TestDocument? {
        guard let fields = fields(of: node, PolicyKeys.test) else { return nil }
        let expected = fields["expect"].map { expectation($0.node) }
        var headers = fields["headers"].map { pairs($0.node, "headers") } ?? []
        let bodies = ["form", "json", "body"].filter { fields[$0] != nil }
        if bodies.count > 1 {
            diagnostics.report("give only one of `form`, `json` and `body`", at: node.position)
        }
        var body: [UInt8]?
        if let pair = fields["form"] {
            body = Array(pairs(pair.node, "form").map { Self.formEncoded($0) }.joined(separator: "&").utf8)
            Self.setContentType("application/x-www-form-urlencoded", &headers)
        } else if let pair = fields["json"] {
            body = JSONWriter.bytes(of: pair.node)
            Self.setContentType("application/json", &headers)
        } else if let pair = fields["body"], let text = text(pair.node, "body") {
            body = Array(text.utf8)
        }
        guard let pair = fields["call"], let call = text(pair.node, "call") else { return nil }
        let words = call.split(separator: " ", omittingEmptySubsequences: true)
        guard words.count == 2, HeaderName.isToken(String(words[0])) else {
            diagnostics.report("`call` must be a method and a URL: `GET https://host/path`", at: pair.node.position)
            return nil
        }
        var url = String(words[1])
        if let query = fields["query"] {
            let added = pairs(query.node, "query").map { Self.formEncoded($0) }.joined(separator: "&")
            url += (url.contains("?") ? "&" : "?") + added
        }
        let request = TestRequest(method: String(words[0]), url: url, headers: headers, body: body)
        if RequestFacts(test: request) == nil {
            diagnostics.report("`call`: `\(url)` is not an absolute http or https URL", at: pair.node.position)
        }
        return TestDocument(
            call: call, position: node.position, request: request, expected: expected ?? TestExpectation())
    }

    private mutating func expectation(_ node: YamlNode) -> TestExpectation {
        var expected = TestExpectation()
        guard case .mapping(let raw) = node.value else {
            diagnostics.report("`expect` must be a mapping, not \(node.typeName)", at: node.position)
            return expected
        }
        // `rule: null` expects that no rule matches: the one key of the grammar for which null is a value.
        let nulls = Set(raw.filter { $0.node.isNull && ($0.key == "rule" || $0.key == "kind") }.map(\.key))
        let rest = YamlNode(value: .mapping(raw.filter { !nulls.contains($0.key) }), position: node.position)
        guard let fields = fields(of: rest, PolicyKeys.expect) else { return expected }
        expected.class = fields["class"].flatMap { choice($0.node, "class") }
        expected.rule = fields["rule"].flatMap { text($0.node, "rule") }.map { .some($0) }
        expected.kind = fields["kind"].flatMap { text($0.node, "kind") }.map { .some($0) }
        expected.action = fields["action"].flatMap { choice($0.node, "action") }
        if nulls.contains("rule") { expected.rule = .some(nil) }
        if nulls.contains("kind") { expected.kind = .some(nil) }
        if raw.isEmpty { diagnostics.report("`expect` expects nothing", at: node.position) }
        return expected
    }

    /// The pairs of a mapping from names to scalars; a list gives its name several times.
    private mutating func pairs(_ node: YamlNode, _ name: String) -> [(name: String, value: String)] {
        guard case .mapping(let pairs) = node.value else {
            diagnostics.report("`\(name)` must be a mapping, not \(node.typeName)", at: node.position)
            return []
        }
        return pairs.flatMap { pair in
            oneOrMore(pair.node, pair.key).compactMap { item in
                scalarText(item, pair.key).map { (pair.key, $0) }
            }
        }
    }

    private static func setContentType(_ type: String, _ headers: inout [(name: String, value: String)]) {
        if !headers.contains(where: { $0.name.lowercased() == "content-type" }) {
            headers.append(("Content-Type", type))
        }
    }

    private static func formEncoded(_ pair: (name: String, value: String)) -> String {
        percentEncoded(pair.name) + "=" + percentEncoded(pair.value)
    }

    private static func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return text.utf8.reduce(into: "") { result, byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default: result += "%" + String(digits[Int(byte >> 4)]) + String(digits[Int(byte & 15)])
            }
        }
    }
}
