internal import CGate

/// The roots that upstream certificates are checked against: one X509_STORE for the whole process.
package final class UpstreamTrust: @unchecked Sendable {  // an X509_STORE is reference-counted and locked by OpenSSL
    /// The system's roots and `extraFiles` (`--upstream-ca`).
    package init(extraFiles: [String] = []) throws(AuthorityError) { throw AuthorityError(file: "", message: "") }

    /// Makes `context` verify against these roots (`SSL_CTX_set1_cert_store`); for `CURLOPT_SSL_CTX_FUNCTION`.
    func apply(to context: OpaquePointer) {}
}
