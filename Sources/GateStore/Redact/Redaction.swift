/// Placeholder until the real one is merged.
public struct Redaction: Sendable {
    public init() {}
    public func isSecret(_ name: String) -> Bool { name.lowercased() == "authorization" }
    public func field(_ name: String, _ value: String) -> CallRecord.Field {
        CallRecord.Field(name: name, value: isSecret(name) ? "[redacted]" : value)
    }
    public func url(_ url: String) -> String { url }
    public func body(_ body: [UInt8], contentType: String?) -> [UInt8] { body }
}
