/// An answer with holes that a call fills: a rule's `respond` or `refuse`, compiled.
struct AnswerTemplate: Sendable {
    enum Body: Sendable {
        case none
        case json(JSONTemplate)
        case text(TextTemplate)
    }

    var status: Int
    var headers: [(name: String, value: TextTemplate)]
    var body: Body

    /// Whether it repeats something of the request's body, which must then be read.
    var readsBody: Bool {
        let ofBody: Bool =
            switch body {
            case .none: false
            case .json(let template): template.readsBody
            case .text(let template): template.readsBody
            }
        return ofBody || headers.contains { $0.value.readsBody }
    }
}

/// A JSON value whose texts are templates.
indirect enum JSONTemplate: Sendable {
    case null
    case bool(Bool)
    /// In JSON's grammar.
    case number(String)
    case text(TextTemplate)
    case array([JSONTemplate])
    case object([(String, JSONTemplate)])

    var readsBody: Bool {
        switch self {
        case .null, .bool, .number: false
        case .text(let template): template.readsBody
        case .array(let items): items.contains { $0.readsBody }
        case .object(let members): members.contains { $0.1.readsBody }
        }
    }
}

/// Text with placeholders such as `{{form.amount}}`.
struct TextTemplate: Sendable {
    enum Part: Sendable {
        case literal(String)
        case hole(Placeholder)
    }

    private static let maximumParts = 256

    private(set) var parts: [Part]

    init(literal: String) { parts = [.literal(literal)] }

    /// Reads `text`; throws on a placeholder that is not closed or not known.
    init(_ text: String, allowsRefusal: Bool) throws(PatternError) {
        parts = []
        var rest = text[...]
        while let open = Self.range(of: "{{", in: rest) {
            if open.lowerBound > rest.startIndex { parts.append(.literal(String(rest[..<open.lowerBound]))) }
            guard let close = Self.range(of: "}}", in: rest[open.upperBound...]) else {
                throw PatternError("a `{{` without `}}` in the template")
            }
            let name = rest[open.upperBound..<close.lowerBound].split(whereSeparator: \.isWhitespace).joined(
                separator: " ")
            parts.append(.hole(try Placeholder(name, allowsRefusal: allowsRefusal)))
            rest = rest[close.upperBound...]
            guard parts.count < Self.maximumParts else {
                throw PatternError("a template may have \(Self.maximumParts / 2) placeholders at most")
            }
        }
        if !rest.isEmpty { parts.append(.literal(String(rest))) }
    }

    /// The placeholder where the template is nothing else: its value keeps its type.
    var whole: Placeholder? {
        guard parts.count == 1, case .hole(let hole) = parts[0] else { return nil }
        return hole
    }

    var readsBody: Bool {
        parts.contains { part in
            if case .hole(let hole) = part { return hole.readsBody }
            return false
        }
    }

    private static func range(of pair: String, in text: Substring) -> Range<Substring.Index>? {
        let bytes = Array(pair.utf8)
        var index = text.utf8.startIndex
        while index < text.utf8.endIndex {
            let next = text.utf8.index(after: index)
            guard next < text.utf8.endIndex else { return nil }
            if text.utf8[index] == bytes[0] && text.utf8[next] == bytes[1] {
                return index..<text.utf8.index(after: next)
            }
            index = next
        }
        return nil
    }
}

/// What a hole in a template is filled with.
enum Placeholder: Sendable, Equatable {
    case id, now, nowISO
    case form([UInt8])
    case json(JSONPointer)
    /// The segment of the path, the first is 1.
    case path(Int)
    case query([UInt8])
    /// In lower case.
    case header([UInt8])
    /// A field of the refusal's problem document.
    case refusal(String)

    static let refusalFields = [
        "type", "title", "status", "detail", "call", "correlation_id", "rule", "class", "kind", "mode", "code",
    ]

    init(_ name: String, allowsRefusal: Bool) throws(PatternError) {
        switch name {
        case "id": self = .id
        case "now": self = .now
        case "now.iso": self = .nowISO
        default: self = try Self.named(name, allowsRefusal: allowsRefusal)
        }
    }

    private static func named(_ name: String, allowsRefusal: Bool) throws(PatternError) -> Placeholder {
        let dot = name.firstIndex(of: ".")
        let rest = dot.map { String(name[name.index(after: $0)...]) } ?? ""
        let lead = dot.map { String(name[..<$0]) } ?? name
        if !rest.isEmpty {
            switch lead {
            case "form": return .form(Array(rest.utf8))
            case "query": return .query(Array(rest.utf8))
            case "header": return .header(Array(rest.lowercased().utf8))
            case "json": return .json(try JSONPointer(rest))
            case "path":
                guard let number = Int(rest), (1...1000).contains(number) else {
                    throw PatternError("`{{\(name)}}`: path.N needs a number from 1")
                }
                return .path(number)
            case "refusal":
                guard allowsRefusal else { throw PatternError("`{{\(name)}}` can be used in `refuse` only") }
                if refusalFields.contains(rest) { return .refusal(rest) }
                throw PatternError(
                    "`{{\(name)}}`: the fields of a refusal are \(refusalFields.joined(separator: ", "))")
            default: break
            }
        }
        let known = ["id", "now", "now.iso", "form.NAME", "json./pointer", "path.N", "query.NAME", "header.NAME"]
        let near = EditDistance.nearest(
            lead, among: ["id", "now", "form", "json", "path", "query", "header", "refusal"])
        let hint = near.map { ": did you mean `\($0)`?" } ?? "; known are \(known.joined(separator: ", "))"
        throw PatternError("unknown placeholder `{{\(name)}}`\(hint)")
    }

    var readsBody: Bool {
        switch self {
        case .form, .json: true
        case .id, .now, .nowISO, .path, .query, .header, .refusal: false
        }
    }
}
