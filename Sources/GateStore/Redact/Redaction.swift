/// Takes secrets out of what the journal keeps; what was taken out reads `[redacted]`.
///
/// Pure.
public struct Redaction: Sendable {
    public static let mark = "[redacted]"
    static let markBytes = Array(mark.utf8)

    /// Always redacted, whatever is configured.
    private static let standardHeaders = [
        "authorization", "proxy-authorization", "cookie", "set-cookie", "x-auth-key", "dd-application-key",
        "x-hub-signature-256", "ocp-apim-subscription-key", "x-functions-key", "x-rapidapi-key", "x-secret-key",
        "x-access-key", "x-amz-credential", "x-auth", "x-authorization", "x-forwarded-authorization",
    ]
    /// Their values are URLs.
    private static let urlHeaders = [
        "location", "content-location", "referer", "link", "destination", "x-amz-copy-source",
    ]

    /// Lower-case names by length: most names fall out by their length or first byte.
    private let headersByLength: [[[UInt8]]]
    let pointers: [[PointerStep]]

    /// A step of a JSON pointer.
    enum PointerStep: Sendable, Equatable {
        case any
        case name([UInt8])
    }

    /// - Parameters:
    ///   - headers: names beside the standard ones (`journal.redact.headers`).
    ///   - json: JSON pointers (RFC 6901), where the step `*` means any member or element.
    public init(headers: [String] = [], json: [String] = []) {
        var byLength: [[[UInt8]]] = []
        for name in Redaction.standardHeaders + headers {
            let lower = name.utf8.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
            while byLength.count <= lower.count { byLength.append([]) }
            byLength[lower.count].append(lower)
        }
        headersByLength = byLength
        pointers = json.map(Redaction.steps)
    }

    private static func steps(_ pointer: String) -> [PointerStep] {
        pointer.utf8.split(separator: 0x2f).map { part in
            if part.elementsEqual("*".utf8) { return .any }
            let text = String(Substring(part)).split(separator: "~1", omittingEmptySubsequences: false)
                .joined(separator: "/").split(separator: "~0", omittingEmptySubsequences: false).joined(separator: "~")
            return .name(Array(text.utf8))
        }
    }

    // Headers

    /// Whether a header's whole value is secret.
    ///
    /// Allocates nothing.
    public func isSecret(headerName name: Span<UInt8>) -> Bool {
        for ending in Redaction.secretEndings where Redaction.ends(name, with: ending) { return true }
        guard name.count < headersByLength.count else { return false }
        for candidate in headersByLength[name.count] where Redaction.equal(name, candidate) { return true }
        return false
    }

    /// Beside the listed names, every one that ends so.
    private static let secretEndings = ["token", "secret", "password", "api-key", "apikey", "signature"]
        .map { Array($0.utf8) }

    private static func ends(_ name: Span<UInt8>, with ending: [UInt8]) -> Bool {
        guard name.count >= ending.count else { return false }
        return equal(name.extracting(last: ending.count), ending)
    }

    public func isSecret(headerName name: String) -> Bool {
        isSecret(headerName: name.utf8.span)
    }

    private static func equal(_ name: Span<UInt8>, _ lower: [UInt8]) -> Bool {
        for index in name.indices {
            let byte = name[index]
            if ((0x41...0x5a).contains(byte) ? byte | 0x20 : byte) != lower[index] { return false }
        }
        return true
    }

    /// What becomes of a header's value.
    enum Treatment {
        case keep, mark, url
    }

    /// Allocates nothing.
    func treatment(ofHeader name: Span<UInt8>) -> Treatment {
        if isSecret(headerName: name) { return .mark }
        return Redaction.isURL(headerName: name) ? .url : .keep
    }

    /// The value as it may be kept: `[redacted]`, a URL without its secrets, or as it was.
    public func headerValue(_ name: String, _ value: String) -> String {
        if isSecret(headerName: name) { return Redaction.mark }
        if Redaction.isURL(headerName: name.utf8.span) { return url(value) }
        return value
    }

    private static func isURL(headerName name: Span<UInt8>) -> Bool {
        for candidate in urlHeaderBytes where candidate.count == name.count && equal(name, candidate) { return true }
        return false
    }

    private static let urlHeaderBytes = urlHeaders.map { Array($0.utf8) }

    public func fields(_ fields: [CallRecord.Field]) -> [CallRecord.Field] {
        fields.map { CallRecord.Field(name: $0.name, value: headerValue($0.name, $0.value)) }
    }

    // URLs

    /// The URL without userinfo, secret parameters and path segments that are tokens; the same text when it has none.
    public func url(_ url: String) -> String {
        let bytes = Array(url.utf8)
        guard let redacted = URLRedaction.redact(bytes) else { return url }
        return String(decoding: redacted, as: UTF8.self)
    }

    // Bodies

    /// A body, whole or its beginning, by its content type.
    ///
    /// - Parameter contentType: the header's value; without one JSON and forms are known by their look.
    public func body(_ bytes: [UInt8], contentType: String?) -> [UInt8] {
        var body = bytes
        switch BodyKind(bytes, contentType: contentType?.lowercased()) {
        case .json:
            var scanner = JSONRedaction(bytes, pointers: pointers)
            body = scanner.redacted()
        case .form:
            if let redacted = URLRedaction.parameters(bytes[...], isSecret: SecretNames.isSecretParameter) {
                body = redacted
            }
        case .multipart:
            body = MultipartRedaction.redact(bytes)
        case .xml:
            body = XMLRedaction.redact(bytes)
        case .other:
            break
        }
        return TextRedaction.redact(body) ?? body
    }
}

/// How a body is read for redaction.
enum BodyKind {
    case json, form, multipart, xml, other

    init(_ bytes: [UInt8], contentType: String?) {
        if let contentType {
            if contentType.contains("json") { self = .json; return }
            if contentType.contains("x-www-form-urlencoded") { self = .form; return }
            if contentType.hasPrefix("multipart/") { self = .multipart; return }
            if contentType.contains("xml") { self = .xml; return }
        }
        switch bytes.first(where: { $0 > 0x20 }) {
        case 0x7b, 0x5b: self = .json
        case 0x3c: self = .xml
        default:
            let looksLikeForm =
                bytes.contains(0x3d) && bytes.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x3c }
            self = contentType == nil && looksLikeForm ? .form : .other
        }
    }
}
