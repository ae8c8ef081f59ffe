/// What a key of `stoplog.yaml` may hold: parsed, checked and turned into a JSON Schema from this one table.
indirect enum ConfigurationShape: Sendable {
    case text(TextFormat)
    case choice([String])
    case integer(ClosedRange<Int>)
    /// `auto` or a number.
    case automatic(ClosedRange<Int>)
    case boolean
    case duration(ClosedRange<Duration>)
    case bytes(ClosedRange<ByteCount>)
    case list(of: ConfigurationShape, atMost: Int)
    case object([ConfigurationKey], required: [String])
    case dictionary(key: TextFormat, value: ConfigurationShape, atMost: Int)
    case nullable(ConfigurationShape)
}

/// A key with what it means and may hold.
struct ConfigurationKey: Sendable {
    let name: String
    /// One sentence for the schema.
    let summary: String
    let shape: ConfigurationShape

    init(_ name: String, _ shape: ConfigurationShape, _ summary: String) {
        self.name = name
        self.shape = shape
        self.summary = summary
    }
}

/// A value read from a file, with its place.
struct ConfigurationValue: Sendable {
    indirect enum Content: Sendable {
        case null
        case text(String)
        case integer(Int)
        case boolean(Bool)
        case duration(Duration)
        case bytes(ByteCount)
        case list([ConfigurationValue])
        /// In the order of the file.
        case object([(key: ConfigurationValue, value: ConfigurationValue)])
    }

    let content: Content
    let line: Int
    let column: Int

    /// The member named, where this is an object that has it; null counts as absent.
    subscript(name: String) -> ConfigurationValue? {
        guard case .object(let members) = content else { return nil }
        guard let found = members.first(where: { $0.key.text == name })?.value else { return nil }
        if case .null = found.content { return nil }
        return found
    }

    var text: String? { if case .text(let value) = content { value } else { nil } }
    var integer: Int? { if case .integer(let value) = content { value } else { nil } }
    var boolean: Bool? { if case .boolean(let value) = content { value } else { nil } }
    var duration: Duration? { if case .duration(let value) = content { value } else { nil } }
    var bytes: ByteCount? { if case .bytes(let value) = content { value } else { nil } }
    var list: [ConfigurationValue]? { if case .list(let value) = content { value } else { nil } }
    var members: [(key: ConfigurationValue, value: ConfigurationValue)]? {
        if case .object(let value) = content { value } else { nil }
    }
    var texts: [String]? { list?.compactMap(\.text) }
}
