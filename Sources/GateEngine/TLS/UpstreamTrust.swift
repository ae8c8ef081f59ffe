internal import CGate
internal import Glibc

/// The roots that upstream certificates are checked against: one X509_STORE for the whole process.
///
/// Reading Debian's bundle costs 50 ms of CPU; libcurl would do so for every connection.
@safe package final class UpstreamTrust: @unchecked Sendable {  // filled in init; OpenSSL counts and locks a store
    private let store: OpaquePointer
    /// Roots in the store.
    package let count: Int

    /// The system's roots and `extraFiles` (`--upstream-ca`). `environment` may name a bundle in `SSL_CERT_FILE`;
    /// `ownBundle` is the gate's own, whose authority must not vouch for upstreams: it is never taken from there.
    package convenience init(
        extraFiles: [String] = [], environment: [String: String] = [:], ownBundle: String? = nil
    ) throws(AuthorityError) {
        var environment = environment
        if environment["SSL_CERT_FILE"] == ownBundle { environment["SSL_CERT_FILE"] = nil }
        try self.init(systemRoots: TrustBundle.systemRoots(environment: environment), extraFiles: extraFiles)
    }

    /// `systemRoots` nil: only `extraFiles` are trusted.
    init(systemRoots: String?, extraFiles: [String]) throws(AuthorityError) {
        TLSErrorQueue.clear()
        guard let store = unsafe X509_STORE_new() else {
            throw AuthorityError(file: "OpenSSL", message: "cannot make a store: \(TLSErrorQueue.words())")
        }
        unsafe self.store = unsafe store
        var certificates: [CertificateHandle] = []
        for file in (systemRoots.map { [$0] } ?? []) + extraFiles {
            certificates += try Self.certificates(of: file)
        }
        for certificate in certificates {
            // One that is there already is no error of this function.
            guard unsafe X509_STORE_add_cert(store, certificate.x509) == 1 else {
                throw AuthorityError(file: "OpenSSL", message: "cannot add a root: \(TLSErrorQueue.words())")
            }
        }
        count = certificates.count
        // A root named by the user may be an intermediate or a server's own certificate: it is trusted as it is.
        _ = unsafe X509_STORE_set_flags(store, UInt(X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST))
    }

    deinit { unsafe X509_STORE_free(store) }

    /// Makes an SSL_CTX verify against these roots; for `CURLOPT_SSL_CTX_FUNCTION`, any thread.
    func apply(to context: OpaquePointer) { unsafe SSL_CTX_set1_cert_store(context, store) }

    private static func certificates(of file: String) throws(AuthorityError) -> [CertificateHandle] {
        guard let text = try CertificateFile.read(file) else {
            throw AuthorityError(
                file: file,
                message: "there is no such file: give a PEM file with the roots that upstreams are checked by")
        }
        let certificates = PEM.certificates(in: text)
        guard !certificates.isEmpty else {
            throw AuthorityError(
                file: file,
                message:
                    "holds no certificate in PEM form (a DER file is turned into one by `openssl x509 -inform der`)")
        }
        return certificates
    }
}
