/// Writes JSON text (RFC 8259) byte by byte, whatever bytes the values hold.
enum JSONWriter {
    private static let hex = Array("0123456789abcdef".utf8)

    /// Appends a string literal; bytes that are not UTF-8 become U+FFFD.
    static func appendString(_ bytes: [UInt8], to out: inout [UInt8]) {
        out.append(0x22)
        appendEscaped(bytes, to: &out)
        out.append(0x22)
    }

    /// The inside of a string literal.
    static func appendEscaped(_ bytes: [UInt8], to out: inout [UInt8]) {
        for byte in String(decoding: bytes, as: UTF8.self).utf8 {
            switch byte {
            case 0x22, 0x5C: out += [0x5C, byte]
            case 0x0A: out += [0x5C, 0x6E]
            case 0x0D: out += [0x5C, 0x72]
            case 0x09: out += [0x5C, 0x74]
            case 0..<0x20, 0x7F: out += [0x5C, 0x75, 0x30, 0x30, hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            default: out.append(byte)
            }
        }
    }

    /// A YAML value as JSON.
    static func bytes(of node: YamlNode) -> [UInt8] {
        var out: [UInt8] = []
        append(node, to: &out)
        return out
    }

    private static func append(_ node: YamlNode, to out: inout [UInt8]) {
        switch node.value {
        case .scalar:
            switch node.scalar {
            case nil, .null: out += "null".utf8
            case .bool(let value): out += (value ? "true" : "false").utf8
            case .integer(let value): out += String(value).utf8
            case .number(let text): out += text.utf8
            case .string(let text): appendString(Array(text.utf8), to: &out)
            }
        case .sequence(let items):
            out.append(0x5B)
            for (index, item) in items.enumerated() {
                if index > 0 { out.append(0x2C) }
                append(item, to: &out)
            }
            out.append(0x5D)
        case .mapping(let pairs):
            out.append(0x7B)
            for (index, pair) in pairs.enumerated() {
                if index > 0 { out.append(0x2C) }
                appendString(Array(pair.key.utf8), to: &out)
                out.append(0x3A)
                append(pair.node, to: &out)
            }
            out.append(0x7D)
        }
    }
}
