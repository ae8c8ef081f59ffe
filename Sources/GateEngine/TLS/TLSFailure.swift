/// Why a client's TLS connection cannot go on.
enum TLSFailure: Error, Equatable {
    /// What came is not TLS at all; nothing was answered.
    case notTLS
    /// The client sent this fatal alert; `unknown_ca` and its like mean that it does not trust the gate's authority.
    case alert(String)
    /// The connection ended or was reset in the middle.
    case disconnected
    /// The client broke the protocol, or nothing is shared with it (version, cipher, ALPN): OpenSSL's words.
    case protocolFault(String)
    /// A system or memory fault of ours, with `errno` or 0.
    case system(Int32)
}
