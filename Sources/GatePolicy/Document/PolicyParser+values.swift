extension PolicyParser {
    /// The pairs of a mapping by key, after every unknown and every missing key was reported; nil for no mapping.
    mutating func fields(of node: YamlNode, _ table: KeyTable) -> [String: YamlPair]? {
        guard case .mapping(let pairs) = node.value else {
            diagnostics.report(
                "expected a mapping (\(table.about.lowercasedFirst)) and found \(node.typeName)", at: node.position)
            return nil
        }
        var fields: [String: YamlPair] = [:]
        for pair in pairs where !YamlReader.isRepeated(pair.key) {
            guard table.key(pair.key) != nil else {
                diagnostics.report(unknownKey(pair.key, in: table), at: pair.keyPosition)
                continue
            }
            if pair.node.isNull {
                diagnostics.report("`\(pair.key)` has no value", at: pair.keyPosition)
                continue
            }
            fields[pair.key] = pair
        }
        for key in table.keys where key.isRequired && !pairs.contains(where: { $0.key == key.name }) {
            diagnostics.report("the key `\(key.name)` is missing", at: node.position)
        }
        return fields
    }

    private func unknownKey(_ key: String, in table: KeyTable) -> String {
        if let prefix = table.prefixes.first(where: { key == $0.name || key + "." == $0.name }) {
            return "`\(key)` needs a name: `\(prefix.name)NAME`"
        }
        var candidates = table.keys.map(\.name)
        for prefix in table.prefixes {
            guard let dot = key.firstIndex(of: ".") else { break }
            candidates.append(prefix.name + key[key.index(after: dot)...])
        }
        if let near = EditDistance.nearest(key, among: candidates) {
            return "unknown key `\(key)`: did you mean `\(near)`?"
        }
        let known = table.keys.map(\.name) + table.prefixes.map { $0.name + "NAME" }
        return "unknown key `\(key)`; known here: \(known.joined(separator: ", "))"
    }

    mutating func list(_ node: YamlNode, _ name: String) -> [YamlNode] {
        guard case .sequence(let items) = node.value else {
            diagnostics.report("`\(name)` must be a list, not \(node.typeName)", at: node.position)
            return []
        }
        return items
    }

    /// One value or a list of values; a list without any is a fault.
    mutating func oneOrMore(_ node: YamlNode, _ name: String) -> [YamlNode] {
        guard case .sequence(let items) = node.value else { return [node] }
        if items.isEmpty { diagnostics.report("`\(name)` is an empty list: it would never match", at: node.position) }
        return items
    }

    mutating func text(_ node: YamlNode, _ name: String) -> String? {
        guard case .string(let text)? = node.scalar else {
            diagnostics.report("`\(name)` must be text, not \(node.typeName)", at: node.position)
            return nil
        }
        return text
    }

    /// Text, or a number or boolean taken as it was written.
    mutating func scalarText(_ node: YamlNode, _ name: String) -> String? {
        guard let text = node.text, !node.isNull else {
            diagnostics.report("`\(name)` must be text, not \(node.typeName)", at: node.position)
            return nil
        }
        return text
    }

    /// A name made of letters, digits, `.`, `_` and `-`.
    mutating func identifier(_ node: YamlNode, _ name: String) -> String? {
        guard let text = scalarText(node, name) else { return nil }
        let isValid = text.utf8.allSatisfy {
            ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2E || $0 == 0x5F
                || $0 == 0x2D
        }
        guard isValid, !text.isEmpty, text.utf8.count <= Self.maximumIdentifierBytes else {
            diagnostics.report(
                "`\(name)` must be 1 to \(Self.maximumIdentifierBytes) letters, digits, `.`, `_` or `-`",
                at: node.position)
            return nil
        }
        return text
    }

    mutating func boolean(_ node: YamlNode, _ name: String) -> Bool? {
        guard case .bool(let value)? = node.scalar else {
            diagnostics.report("`\(name)` must be true or false, not \(node.typeName)", at: node.position)
            return nil
        }
        return value
    }

    mutating func integer(_ node: YamlNode, _ name: String, in range: ClosedRange<Int64>) -> Int64? {
        guard case .integer(let value)? = node.scalar, range.contains(value) else {
            let bound =
                range.upperBound == Int64.max
                ? "\(range.lowerBound) or more" : "\(range.lowerBound) to \(range.upperBound)"
            diagnostics.report("`\(name)` must be a whole number, \(bound)", at: node.position)
            return nil
        }
        return value
    }

    mutating func duration(_ node: YamlNode, _ name: String) -> Duration? {
        guard let text = node.text, let duration = Quantity.duration(text) else {
            diagnostics.report("`\(name)` must be a duration such as 500ms, 5s, 10m, 1h or 30d", at: node.position)
            return nil
        }
        return duration
    }

    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(_ node: YamlNode, _ name: String) -> Choice? {
        if let text = node.text, let choice = Choice(rawValue: text) { return choice }
        let known = Choice.allCases.map(\.rawValue)
        let near = node.text.flatMap { EditDistance.nearest($0, among: known) }.map { ": did you mean `\($0)`?" } ?? ""
        diagnostics.report("`\(name)` must be one of \(known.joined(separator: ", "))\(near)", at: node.position)
        return nil
    }

    mutating func globs(_ node: YamlNode, _ name: String, domain: GlobPattern.Domain) -> [GlobPattern] {
        oneOrMore(node, name).compactMap { item in
            guard let text = scalarText(item, name) else { return nil }
            return glob(text, name, domain: domain, at: item.position)
        }
    }

    mutating func glob(_ text: String, _ name: String, domain: GlobPattern.Domain, at position: SourcePosition)
        -> GlobPattern?
    {
        do {
            return try GlobPattern(text, domain: domain)
        } catch {
            diagnostics.report("`\(name)`: \(error.message)", at: position)
            return nil
        }
    }

    mutating func regex(_ text: String, _ name: String, at position: SourcePosition) -> RegexPattern? {
        do {
            return try RegexPattern(text)
        } catch {
            diagnostics.report("`\(name)`: \(error.message)", at: position)
            return nil
        }
    }

    mutating func pointer(_ text: String, _ name: String, at position: SourcePosition) -> JSONPointer? {
        do {
            return try JSONPointer(text)
        } catch {
            diagnostics.report("`\(name)`: \(error.message)", at: position)
            return nil
        }
    }
}

extension String {
    fileprivate var lowercasedFirst: String {
        guard let first else { return self }
        return (first.lowercased() + dropFirst()).trimmingSuffix(".")
    }

    private func trimmingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}
