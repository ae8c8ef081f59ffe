/// What a session needs to answer for one host: its certificate, and the SSL_CTX that all hosts share.
final class TLSContext: Sendable {
    /// Lower-case DNS name or IP literal without brackets.
    let host: String
    init(host: String) { self.host = host }
}
