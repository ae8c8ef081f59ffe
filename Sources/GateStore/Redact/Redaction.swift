/// Placeholder until the real one is merged.
public struct Redaction: Sendable {
    public init(headers: [String] = [], json: [String] = []) {}
    public func isSecret(headerName name: String) -> Bool { name.lowercased() == "authorization" }
    public func headerValue(_ name: String, _ value: String) -> String { isSecret(headerName: name) ? "[redacted]" : value }
    public func url(_ url: String) -> String { url }
    public func body(_ bytes: [UInt8], contentType: String?) -> [UInt8] { bytes }
}
