import Foundation

/// Certificates in PEM, each once, in the order in which they were first met.
struct PEMBundle {
    private(set) var blocks: [String] = []
    private(set) var certificates: [[UInt8]] = []
    private var seen: Set<[UInt8]> = []

    /// The files in which distributions keep the system's roots.
    static let systemFiles = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/cert.pem",
    ]

    init() {}

    /// Adds the certificates of a PEM file; false when it cannot be read.
    @discardableResult
    mutating func add(file: String) -> Bool {
        guard let bytes = try? FileAccess.read(file, limit: .mebibytes(16)) else { return false }
        add(String(decoding: bytes, as: UTF8.self))
        return true
    }

    /// Adds the certificates found in text; whatever stands between them is dropped.
    mutating func add(_ text: String) {
        var body: String?
        for line in text.split(whereSeparator: \.isNewline) {
            if line.hasPrefix("-----BEGIN CERTIFICATE-----") || line.hasPrefix("-----BEGIN TRUSTED CERTIFICATE-----") {
                body = line.contains("TRUSTED") ? nil : ""
            } else if line.hasPrefix("-----END") {
                if let base64 = body { add(base64: base64) }
                body = nil
            } else if body != nil {
                body?.append(contentsOf: line)
            }
        }
    }

    private mutating func add(base64: String) {
        guard let data = Data(base64Encoded: base64, options: .ignoreUnknownCharacters), !data.isEmpty else { return }
        let bytes = [UInt8](data)
        guard seen.insert(bytes).inserted else { return }
        certificates.append(bytes)
        let lines = data.base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
        blocks.append("-----BEGIN CERTIFICATE-----\n\(lines)\n-----END CERTIFICATE-----\n")
    }

    var text: [UInt8] { Array(blocks.joined().utf8) }
}
