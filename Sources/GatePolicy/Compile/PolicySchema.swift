/// The JSON Schema (2020-12) of policy files, written from the same tables that the parser checks keys against.
public enum PolicySchema {
    /// The schema as JSON text, for editors.
    public static var policy: String {
        var writer = SchemaWriter()
        writer.object {
            $0.member("$schema", "https://json-schema.org/draft/2020-12/schema")
            $0.member("title", "Stoplog policy")
            $0.member("$ref", "#/$defs/file")
            $0.key("$defs")
            $0.object { definitions in
                for table in PolicyKeys.all {
                    definitions.key(table.name)
                    definitions.table(table)
                }
            }
        }
        return writer.text + "\n"
    }
}

/// Writes JSON with indentation, members in the order in which they are named.
private struct SchemaWriter {
    private(set) var text = ""
    private var depth = 0
    private var isFirst = true

    mutating func object(_ write: (inout SchemaWriter) -> Void) { nested("{", "}", write) }

    mutating func array(_ write: (inout SchemaWriter) -> Void) { nested("[", "]", write) }

    private mutating func nested(_ open: String, _ close: String, _ write: (inout SchemaWriter) -> Void) {
        text += open
        depth += 1
        isFirst = true
        write(&self)
        depth -= 1
        text += isFirst ? close : "\n" + String(repeating: "  ", count: depth) + close
        isFirst = false
    }

    mutating func key(_ name: String) {
        item()
        text += Self.quoted(name) + ": "
    }

    mutating func item() {
        text += (isFirst ? "\n" : ",\n") + String(repeating: "  ", count: depth)
        isFirst = false
    }

    mutating func member(_ name: String, _ value: String) {
        key(name)
        text += Self.quoted(value)
    }

    mutating func member(_ name: String, raw: String) {
        key(name)
        text += raw
    }

    private static func quoted(_ value: String) -> String {
        var out: [UInt8] = []
        JSONWriter.appendString(Array(value.utf8), to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    // MARK: Tables and shapes

    mutating func table(_ table: KeyTable) {
        object { schema in
            schema.member("type", "object")
            schema.member("description", table.about)
            schema.member("additionalProperties", raw: "false")
            let required = table.keys.filter(\.isRequired)
            if !required.isEmpty {
                schema.key("required")
                schema.strings(required.map(\.name))
            }
            schema.key("properties")
            schema.object { $0.properties(table.keys) { $0 } }
            guard !table.prefixes.isEmpty else { return }
            schema.key("patternProperties")
            schema.object { $0.properties(table.prefixes) { "^" + $0.replacing(".", with: "\\.") + "." } }
        }
    }

    private mutating func properties(_ keys: [PolicyKey], _ name: (String) -> String) {
        for entry in keys {
            key(name(entry.name))
            object { property in
                property.member("description", entry.about)
                property.shape(entry.shape)
            }
        }
    }

    private mutating func strings(_ values: [String]) {
        array { list in
            for value in values {
                list.item()
                list.text += Self.quoted(value)
            }
        }
    }

    /// The members that describe a shape.
    private mutating func shape(_ shape: KeyShape) {
        switch shape {
        case .text: member("type", "string")
        case .boolean: member("type", "boolean")
        case .number: member("type", "number")
        case .integer(let range):
            member("type", "integer")
            member("minimum", raw: String(range.lowerBound))
            if range.upperBound < Int64.max { member("maximum", raw: String(range.upperBound)) }
        case .duration:
            member("type", "string")
            member("pattern", "^[0-9]+(ms|s|m|h|d|w)$")
        case .choice(let values):
            key("enum")
            strings(values)
        case .table(let name): member("$ref", "#/$defs/\(name)")
        case .list(let item):
            member("type", "array")
            key("items")
            object { $0.shape(item) }
        case .oneOrMore(let item):
            alternatives([item, .list(item)])
        case .either(let shapes): alternatives(shapes)
        case .map(let item):
            member("type", "object")
            key("additionalProperties")
            object { $0.shape(item) }
        case .anything: break
        }
    }

    private mutating func alternatives(_ shapes: [KeyShape]) {
        key("anyOf")
        array { list in
            for shape in shapes {
                list.item()
                list.object { $0.shape(shape) }
            }
        }
    }
}
