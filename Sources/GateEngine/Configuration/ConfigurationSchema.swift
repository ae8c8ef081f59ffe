/// The JSON Schema of `stoplog.yaml`, for editors, made from the table that the parser reads.
public enum ConfigurationSchema {
    /// The schema's text, indented by two spaces, a line end at its end.
    public static var json: String {
        var writer = SchemaWriter()
        writer.open("{")
        writer.member("$schema", "https://json-schema.org/draft/2020-12/schema")
        writer.member("$id", "urn:stoplog:schema:config")
        writer.member("title", "stoplog.yaml")
        writer.shape(.object(ConfigurationKeys.root, required: []))
        writer.close("}")
        return writer.text + "\n"
    }
}

/// Writes indented JSON; commas are set by itself.
private struct SchemaWriter {
    private(set) var text = ""
    private var depth = 0
    private var needsComma = false

    mutating func open(_ bracket: String) {
        text += bracket
        depth += 1
        needsComma = false
    }

    mutating func close(_ bracket: String) {
        depth -= 1
        newLine()
        text += bracket
        needsComma = true
    }

    private mutating func newLine() { text += "\n" + String(repeating: "  ", count: depth) }

    private mutating func item() {
        if needsComma { text += "," }
        newLine()
        needsComma = true
    }

    mutating func name(_ name: String) {
        item()
        text += Self.quoted(name) + ": "
    }

    mutating func member(_ key: String, _ value: String) {
        name(key)
        text += Self.quoted(value)
    }

    mutating func raw(_ key: String, _ value: String) {
        name(key)
        text += value
    }

    mutating func strings(_ key: String, _ values: [String]) {
        raw(key, "[" + values.map(Self.quoted).joined(separator: ", ") + "]")
    }

    mutating func nested(_ key: String, _ body: (inout SchemaWriter) -> Void) {
        name(key)
        open("{")
        body(&self)
        close("}")
    }

    /// The members that describe `shape`, inside a brace that is already open.
    mutating func shape(_ shape: ConfigurationShape) {
        switch shape {
        case .text(let format):
            member("type", "string")
            if format.rawValue.contains(where: \.isUppercase) { member("description", format.rawValue) }
        case .choice(let choices): strings("enum", choices)
        case .integer(let range): numbers(range)
        case .automatic(let range):
            name("anyOf")
            text +=
                #"[{"const": "auto"}, {"type": "integer", "minimum": \#(range.lowerBound), "maximum": \#(range.upperBound)}]"#
        case .boolean: member("type", "boolean")
        case .duration:
            member("type", "string")
            member("pattern", "^([0-9]+(ms|s|m|h|d|w))+$")
        case .bytes:
            strings("type", ["string", "integer"])
            member("pattern", "^[0-9]+([KMG]i?B|B)?$")
        case .list(let element, let limit):
            member("type", "array")
            raw("maxItems", "\(limit)")
            nested("items") { $0.shape(element) }
        case .object(let keys, let required):
            member("type", "object")
            raw("additionalProperties", "false")
            if !required.isEmpty { strings("required", required) }
            nested("properties") { $0.properties(keys) }
        case .dictionary(_, let element, let limit):
            member("type", "object")
            raw("maxProperties", "\(limit)")
            nested("additionalProperties") { $0.shape(element) }
        case .nullable(let inner):
            name("anyOf")
            open("[")
            item()
            open("{")
            member("type", "null")
            close("}")
            item()
            open("{")
            self.shape(inner)
            close("}")
            close("]")
        }
    }

    private mutating func numbers(_ range: ClosedRange<Int>) {
        member("type", "integer")
        raw("minimum", "\(range.lowerBound)")
        raw("maximum", "\(range.upperBound)")
    }

    private mutating func properties(_ keys: [ConfigurationKey]) {
        for key in keys {
            nested(key.name) {
                $0.member("title", key.summary)
                $0.shape(key.shape)
            }
        }
    }

    static func quoted(_ value: String) -> String { JSONText.quoted(value) }
}
