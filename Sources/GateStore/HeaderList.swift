/// Header fields in the form in which the journal keeps them: the text of a JSON array of `{"name","value"}`.
///
/// Encoded once, where the bytes of the message are at hand, and copied from then on.
public struct HeaderList: Sendable, Equatable {
    /// The members of the array, without its brackets.
    var members = JSONText()

    public init() {}

    public init(_ fields: [CallRecord.Field]) {
        for field in fields { append(field) }
    }

    public var isEmpty: Bool { members.bytes.isEmpty }

    /// What it takes in memory and on disk.
    public var byteCount: Int { members.bytes.count }

    /// The fields in order.
    public var fields: [CallRecord.Field] {
        isEmpty ? [] : CallColumns.fields(JSONValue([0x5B] + members.bytes + [0x5D]))
    }

    public mutating func append(_ field: CallRecord.Field) {
        begin()
        members.content(field.name)
        middle()
        members.content(field.value)
        members.raw("\"}")
    }

    /// Appends a field of a message, redacted. The name and value are read as UTF-8, else as Latin-1.
    ///
    /// - Parameters:
    ///   - message: the bytes of the head.
    ///   - name: where the name lies in them.
    ///   - value: where the value lies in them.
    public mutating func append(_ message: Span<UInt8>, name: Range<Int>, value: Range<Int>, _ redaction: Redaction) {
        guard members.bytes.count < Self.maximumBytes else { return }
        let nameSpan = message.extracting(name)
        let valueSpan = message.extracting(value)
        let treatment = redaction.treatment(ofHeader: nameSpan)
        guard treatment == .keep, Self.isPlain(nameSpan), Self.isPlain(valueSpan) else {
            let text = Self.text(nameSpan)
            return append(.init(name: text, value: redaction.headerValue(text, Self.text(valueSpan))))
        }
        begin()
        append(nameSpan)
        middle()
        append(valueSpan)
        members.raw("\"}")
    }

    /// Heads are bounded already; this bounds what an encoded one can take.
    private static let maximumBytes = 1 << 20

    private mutating func begin() {
        if members.bytes.isEmpty { members.bytes.reserveCapacity(768) }
        if isEmpty { members.raw("{\"name\":\"") } else { members.raw(",{\"name\":\"") }
    }

    private mutating func middle() { members.raw("\",\"value\":\"") }

    private mutating func append(_ span: Span<UInt8>) {
        unsafe span.withUnsafeBufferPointer { unsafe members.bytes.append(contentsOf: $0) }
    }

    /// True for visible ASCII and spaces that JSON takes as they are.
    private static func isPlain(_ span: Span<UInt8>) -> Bool {
        for index in span.indices {
            let byte = span[index]
            if byte < 0x20 || byte > 0x7E || byte == 0x22 || byte == 0x5C { return false }
        }
        return true
    }

    private static func text(_ span: Span<UInt8>) -> String {
        let bytes = unsafe span.withUnsafeBufferPointer { unsafe Array($0) }
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }
}
