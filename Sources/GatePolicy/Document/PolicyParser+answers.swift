extension PolicyParser {
    private static let maximumHeaders = 64
    /// Fields that frame a message are the gate's own.
    private static let ownHeaders: Set<String> = [
        "content-length", "transfer-encoding", "connection", "keep-alive", "proxy-connection", "te", "trailer",
        "upgrade",
        "date", "stoplog-call", "stoplog-verdict", "x-correlation-id", "proxy-status", "idempotency-replayed", "via",
    ]

    /// A `respond` or `refuse` mapping.
    mutating func answer(_ node: YamlNode, allowsRefusal: Bool) -> AnswerTemplate? {
        guard let fields = fields(of: node, PolicyKeys.respond) else { return nil }
        let status =
            fields["status"].flatMap { integer($0.node, "status", in: 200...599) } ?? (allowsRefusal ? 403 : 200)
        var template = AnswerTemplate(status: Int(status), headers: [], body: .none)
        if let pair = fields["headers"] { template.headers = answerHeaders(pair.node, allowsRefusal: allowsRefusal) }
        if let json = fields["json"], fields["body"] != nil {
            diagnostics.report("give either `json` or `body`", at: json.keyPosition)
        }
        if let pair = fields["json"] {
            template.body = .json(jsonTemplate(pair.node, allowsRefusal: allowsRefusal))
        } else if let pair = fields["body"], let text = text(pair.node, "body") {
            template.body = .text(textTemplate(text, at: pair.node.position, allowsRefusal: allowsRefusal))
        }
        if let pair = fields["json"] ?? fields["body"], status == 204 || status == 304 {
            diagnostics.report("an answer with status \(status) has no body", at: pair.keyPosition)
        }
        return template
    }

    private mutating func answerHeaders(_ node: YamlNode, allowsRefusal: Bool) -> [(name: String, value: TextTemplate)]
    {
        guard case .mapping(let pairs) = node.value else {
            diagnostics.report("`headers` must be a mapping, not \(node.typeName)", at: node.position)
            return []
        }
        if pairs.count > Self.maximumHeaders {
            diagnostics.report("`headers` may have \(Self.maximumHeaders) fields at most", at: node.position)
        }
        return pairs.prefix(Self.maximumHeaders).compactMap { pair in
            guard HeaderName.isToken(pair.key) else {
                diagnostics.report("`\(pair.key)` is not a header's name", at: pair.keyPosition)
                return nil
            }
            guard !Self.ownHeaders.contains(pair.key.lowercased()) else {
                diagnostics.report("the header `\(pair.key)` is set by the gate itself", at: pair.keyPosition)
                return nil
            }
            guard let text = scalarText(pair.node, pair.key) else { return nil }
            if text.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) {
                diagnostics.report("the header `\(pair.key)` holds a control character", at: pair.node.position)
            }
            return (pair.key, textTemplate(text, at: pair.node.position, allowsRefusal: allowsRefusal))
        }
    }

    private mutating func jsonTemplate(_ node: YamlNode, allowsRefusal: Bool) -> JSONTemplate {
        switch node.value {
        case .sequence(let items):
            return .array(items.map { jsonTemplate($0, allowsRefusal: allowsRefusal) })
        case .mapping(let pairs):
            return .object(pairs.map { ($0.key, jsonTemplate($0.node, allowsRefusal: allowsRefusal)) })
        case .scalar:
            switch node.scalar {
            case nil, .null: return .null
            case .bool(let value): return .bool(value)
            case .integer(let value): return .number(String(value))
            case .number(let text): return .number(text)
            case .string(let text): return .text(textTemplate(text, at: node.position, allowsRefusal: allowsRefusal))
            }
        }
    }

    private mutating func textTemplate(_ text: String, at position: SourcePosition, allowsRefusal: Bool) -> TextTemplate
    {
        do {
            return try TextTemplate(text, allowsRefusal: allowsRefusal)
        } catch {
            diagnostics.report(error.message, at: position)
            return TextTemplate(literal: text)
        }
    }
}
