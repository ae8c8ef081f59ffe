import GatePolicy
import Yams

/// Reads the text of a `stoplog.yaml` against the table of keys and collects every fault with its place.
struct ConfigurationParser {
    private let file: String
    private(set) var faults: [ConfigurationFault] = []

    /// `file` is the name that faults show.
    private init(file: String) { self.file = file }

    /// The file's values, or nil when it is empty; faults are returned beside what could be read.
    static func parse(_ text: String, file: String) -> (root: ConfigurationValue?, faults: [ConfigurationFault]) {
        var parser = ConfigurationParser(file: file)
        guard text.utf8.count <= ByteCount.mebibytes(1).bytes else {
            parser.fault(line: 1, column: 1, "the file is larger than 1MiB")
            return (nil, parser.faults)
        }
        do {
            guard let node = try Yams.compose(yaml: text) else { return (nil, []) }
            if case .scalar(let scalar) = node, isNull(scalar) { return (nil, []) }
            let root = parser.value(node, .object(ConfigurationKeys.root, required: []), path: "")
            return (root, parser.faults)
        } catch let error as YamlError {
            parser.fault(error)
        } catch {
            parser.fault(line: 1, column: 1, "\(error)")
        }
        return (nil, parser.faults)
    }

    private mutating func fault(line: Int, column: Int, _ message: String) {
        faults.append(ConfigurationFault(.file(file, line: line, column: column), message))
    }

    private mutating func fault(_ node: Node, _ message: String) {
        fault(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1, message)
    }

    private mutating func fault(_ error: YamlError) {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let where_ = context.map { "\($0.text) " } ?? ""
            fault(line: mark.line, column: mark.column, "\(where_)\(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            for key in duplicates {
                fault(line: context.mark.line, column: context.mark.column, "the key '\(key)' stands twice")
            }
        default: fault(line: 1, column: 1, "\(error)")
        }
    }

    private mutating func value(_ node: Node, _ shape: ConfigurationShape, path: String) -> ConfigurationValue? {
        guard let content = content(node, shape, path: path) else { return nil }
        return ConfigurationValue(content: content, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }

    private mutating func content(
        _ node: Node, _ shape: ConfigurationShape, path: String
    ) -> ConfigurationValue.Content? {
        switch shape {
        case .nullable(let inner):
            if case .scalar(let scalar) = node, Self.isNull(scalar) { return .null }
            return content(node, inner, path: path)
        case .list(let element, let limit): return list(node, element, limit, path: path)
        case .object(let keys, let required): return object(node, keys, required, path: path)
        case .dictionary(let key, let element, let limit):
            return dictionary(node, key, element, limit, path: path)
        default:
            guard case .scalar(let scalar) = node else {
                fault(node, "'\(path)' must be \(Self.expectation(shape)), not a \(Self.kind(node))")
                return nil
            }
            switch Self.scalar(scalar, shape) {
            case .success(let content): return content
            case .failure(let reason):
                fault(node, "'\(path)'\(Self.joint(reason.text))")
                return nil
            }
        }
    }

    // MARK: Collections

    private mutating func list(
        _ node: Node, _ element: ConfigurationShape, _ limit: Int, path: String
    ) -> ConfigurationValue.Content? {
        guard case .sequence(let sequence) = node else {
            fault(node, "'\(path)' must be a list, not a \(Self.kind(node))")
            return nil
        }
        guard sequence.count <= limit else {
            fault(node, "'\(path)' has \(sequence.count) entries; at most \(limit) are allowed")
            return nil
        }
        var values: [ConfigurationValue] = []
        for (index, item) in sequence.enumerated() {
            if let read = value(item, element, path: "\(path)[\(index)]") { values.append(read) }
        }
        return .list(values)
    }

    private mutating func object(
        _ node: Node, _ keys: [ConfigurationKey], _ required: [String], path: String
    ) -> ConfigurationValue.Content? {
        guard case .mapping(let mapping) = node else {
            let name = path.isEmpty ? "the file" : "'\(path)'"
            fault(node, "\(name) must be a mapping of keys, not a \(Self.kind(node))")
            return nil
        }
        var members: [(key: ConfigurationValue, value: ConfigurationValue)] = []
        var seen: Set<String> = []
        for (keyNode, valueNode) in mapping {
            guard let name = keyNode.scalar?.string, let key = keys.first(where: { $0.name == name }) else {
                unknown(keyNode, among: keys, path: path)
                continue
            }
            seen.insert(name)
            guard let read = value(valueNode, key.shape, path: Self.join(path, name)) else { continue }
            members.append((Self.named(keyNode, name), read))
        }
        for name in required where !seen.contains(name) { fault(node, "'\(path)' lacks the key '\(name)'") }
        return .object(members)
    }

    private mutating func unknown(_ node: Node, among keys: [ConfigurationKey], path: String) {
        let known = keys.map(\.name)
        guard let name = node.scalar?.string else { return fault(node, "a key must be text") }
        let inside = path.isEmpty ? "" : " in '\(path)'"
        let hint = Suggestion.hint(name, among: known)
        fault(
            node, "unknown key '\(name)'\(inside)" + (hint.isEmpty ? "; known: \(known.joined(separator: ", "))" : hint)
        )
    }

    private mutating func dictionary(
        _ node: Node, _ format: TextFormat, _ element: ConfigurationShape, _ limit: Int, path: String
    ) -> ConfigurationValue.Content? {
        guard case .mapping(let mapping) = node, mapping.count <= limit else {
            fault(node, "'\(path)' must be a mapping of at most \(limit) keys")
            return nil
        }
        var members: [(key: ConfigurationValue, value: ConfigurationValue)] = []
        for (keyNode, valueNode) in mapping {
            guard let name = keyNode.scalar?.string else {
                fault(keyNode, "a key in '\(path)' must be text")
                continue
            }
            if let reason = format.fault(in: name) { fault(keyNode, "the key in '\(path)'\(Self.joint(reason))") }
            guard let read = value(valueNode, element, path: Self.join(path, name)) else { continue }
            members.append((Self.named(keyNode, name), read))
        }
        return .object(members)
    }

    // MARK: Scalars

    private struct Reason: Error { let text: String }

    private static func scalar(
        _ scalar: Node.Scalar, _ shape: ConfigurationShape
    ) -> Result<ConfigurationValue.Content, Reason> {
        let text = scalar.string
        let isPlain = scalar.style == .plain || scalar.style == .any
        switch shape {
        case .text(let format):
            if isPlain, isNull(scalar) { return .failure(Reason(text: "must be text, but nothing is written")) }
            return format.fault(in: text).map { .failure(Reason(text: $0)) } ?? .success(.text(text))
        case .choice(let choices):
            guard choices.contains(text) else {
                let hint = Suggestion.hint(text, among: choices)
                return .failure(Reason(text: "must be one of \(choices.joined(separator: ", ")), not '\(text)'" + hint))
            }
            return .success(.text(text))
        case .boolean:
            if isPlain, text == "true" || text == "false" { return .success(.boolean(text == "true")) }
            return .failure(Reason(text: "must be true or false, not '\(text)'"))
        case .automatic(let range):
            if text == "auto" { return .success(.null) }
            guard Int(text) != nil else {
                return .failure(
                    Reason(
                        text: "must be auto or a number from \(range.lowerBound) to \(range.upperBound), not '\(text)'")
                )
            }
            return number(text, range, isPlain).map { .integer($0) }
        case .integer(let range): return number(text, range, isPlain).map { .integer($0) }
        case .duration(let range):
            guard let value = DurationText.parse(text) else {
                return .failure(
                    Reason(text: "must be a duration with its unit (ms, s, m, h, d), as in 30s, not '\(text)'"))
            }
            guard range.contains(value) else { return .failure(outside(DurationText.describe, range)) }
            return .success(.duration(value))
        case .bytes(let range):
            guard let value = ByteCount(text: text) else {
                return .failure(Reason(text: "must be a number of bytes, as in 64KiB or 1MiB, not '\(text)'"))
            }
            guard range.contains(value) else { return .failure(outside(\.description, range)) }
            return .success(.bytes(value))
        case .list, .object, .dictionary, .nullable: return .failure(Reason(text: "must be \(expectation(shape))"))
        }
    }

    private static func number(_ text: String, _ range: ClosedRange<Int>, _ isPlain: Bool) -> Result<Int, Reason> {
        guard isPlain, text.utf8.count <= 19, let value = Int(text), range.contains(value) else {
            let span =
                range.count == 1 ? "\(range.lowerBound)" : "a number from \(range.lowerBound) to \(range.upperBound)"
            return .failure(Reason(text: "must be \(span), not '\(text)'"))
        }
        return .success(value)
    }

    private static func outside<T>(_ describe: (T) -> String, _ range: ClosedRange<T>) -> Reason {
        Reason(text: "must be from \(describe(range.lowerBound)) to \(describe(range.upperBound))")
    }

    // MARK: Words

    private static func named(_ node: Node, _ name: String) -> ConfigurationValue {
        ConfigurationValue(content: .text(name), line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }

    /// What stands between a key and what is wrong with it: a colon where the value is quoted first.
    private static func joint(_ reason: String) -> String { (reason.hasPrefix("'") ? ": " : " ") + reason }

    private static func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    private static func isNull(_ scalar: Node.Scalar) -> Bool {
        guard scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    private static func kind(_ node: Node) -> String {
        switch node {
        case .mapping: "mapping"
        case .sequence: "list"
        case .scalar: "single value"
        case .alias: "alias"
        }
    }

    private static func expectation(_ shape: ConfigurationShape) -> String {
        switch shape {
        case .text(let format): format == .path ? "a path" : "text"
        case .choice(let choices): "one of " + choices.joined(separator: ", ")
        case .integer(let range): "a number from \(range.lowerBound) to \(range.upperBound)"
        case .automatic: "auto or a number"
        case .boolean: "true or false"
        case .duration: "a duration"
        case .bytes: "a number of bytes"
        case .list: "a list"
        case .object, .dictionary: "a mapping"
        case .nullable(let inner): expectation(inner)
        }
    }
}
