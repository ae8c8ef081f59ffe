internal import CGate
internal import Glibc

/// What a session needs to answer for one host: its certificate, and the SSL_CTX that all hosts share.
final class TLSContext: Sendable {
    /// As it was asked for: lower-case DNS name or IP literal.
    let host: String
    let name: LeafName
    let leaf: LeafCertificate
    let server: TLSServer
    /// Keeps the sessions of one host from being resumed for another.
    let sessionContext: [UInt8]

    init(host: String, server: TLSServer, now: Int64) throws(AuthorityError) {
        guard let name = LeafName(host) else {
            throw AuthorityError(file: host, message: "no certificate can be made for this host name")
        }
        self.host = host
        self.name = name
        self.server = server
        leaf = try server.issuer.issue(name, now: now)
        sessionContext = Self.digest(name.text)
    }

    /// A session-id context for `text`: 32 bytes, the most that OpenSSL takes.
    static func digest(_ text: String) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        let bytes = Array(text.utf8)
        _ = unsafe SHA256(bytes, bytes.count, &digest)
        return digest
    }
}
