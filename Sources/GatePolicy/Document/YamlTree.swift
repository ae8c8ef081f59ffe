import Yams

/// A YAML node with its place in the file: what the parser of policies walks.
struct YamlNode: Sendable {
    indirect enum Value: Sendable {
        case scalar(String, isPlain: Bool)
        case sequence([YamlNode])
        case mapping([YamlPair])
    }

    let value: Value
    let position: SourcePosition

    /// What the node is, as a word for messages.
    var typeName: String {
        switch value {
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .scalar: scalar?.typeName ?? "a value"
        }
    }

    /// The scalar in YAML 1.2's core schema; nil for lists and mappings.
    var scalar: YamlScalar? {
        guard case .scalar(let text, let isPlain) = value else { return nil }
        return isPlain ? YamlScalar(plain: text) : .string(text)
    }

    /// The scalar's text as written, quotes removed; nil for lists and mappings.
    var text: String? {
        guard case .scalar(let text, _) = value else { return nil }
        return text
    }

    /// True for `null`, `~` and nothing at all.
    var isNull: Bool {
        if case .null? = scalar { return true }
        return false
    }
}

struct YamlPair: Sendable {
    let key: String
    let keyPosition: SourcePosition
    let node: YamlNode
}

/// A scalar's typed value.
enum YamlScalar: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// The number as written, in JSON's grammar.
    case number(String)
    case string(String)

    /// YAML 1.2's core schema: `yes` and `on` are text, octal and sexagesimal numbers do not exist.
    init(plain text: String) {
        switch text {
        case "", "~", "null", "Null", "NULL": self = .null
        case "true", "True", "TRUE": self = .bool(true)
        case "false", "False", "FALSE": self = .bool(false)
        default:
            if !Self.isJSONNumber(text) {
                self = .string(text)
            } else if let integer = Int64(text) {
                self = .integer(integer)
            } else {
                self = .number(text)
            }
        }
    }

    var typeName: String {
        switch self {
        case .null: "nothing"
        case .bool(let value): "the boolean \(value)"
        case .integer(let value): "the number \(value)"
        case .number(let text): "the number \(text)"
        case .string: "text"
        }
    }

    /// RFC 8259 §6: an optional minus, digits without a leading zero, a fraction, an exponent.
    static func isJSONNumber(_ text: String) -> Bool {
        var rest = text.utf8[...]
        func digits(_ rest: inout Substring.UTF8View) -> Int {
            var count = 0
            while let byte = rest.first, byte >= 0x30, byte <= 0x39 {
                rest = rest.dropFirst()
                count += 1
            }
            return count
        }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let startsWithZero = rest.first == UInt8(ascii: "0")
        let whole = digits(&rest)
        guard whole > 0, !(startsWithZero && whole > 1), text.utf8.count <= 64 else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard digits(&rest) > 0 else { return false }
        }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
            guard digits(&rest) > 0 else { return false }
        }
        return rest.isEmpty
    }
}
