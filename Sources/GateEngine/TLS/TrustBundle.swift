internal import Glibc

/// The PEM bundle for programs behind the gate: the system's roots, the user's own, and the gate's authority.
package enum TrustBundle {
    /// Where distributions keep their roots: Debian, Arch, Alpine; Fedora; RHEL; openSUSE; macOS; FreeBSD.
    private static let places = [
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem",
        "/etc/ssl/cert.pem",
        "/usr/local/share/certs/ca-root-nss.crt",
    ]

    /// The file with the system's roots: `SSL_CERT_FILE` of `environment` where that names one, else the place of
    /// this system; nil where there is none.
    package static func systemRoots(environment: [String: String]) -> String? {
        if let named = environment["SSL_CERT_FILE"], !named.isEmpty, isReadable(named) { return named }
        return places.first(where: isReadable)
    }

    private static func isReadable(_ path: String) -> Bool { unsafe access(path, R_OK) == 0 }

    /// Writes `bundle.pem` (0644) in `stateDirectory`, atomically; returns its path.
    ///
    /// `extraFiles` are the user's own roots (`--upstream-ca`). The authority's predecessor stays in the bundle, for
    /// gates that still run with it. A system without roots gives a bundle without them.
    package static func write(
        stateDirectory: String, authority: Authority, extraFiles: [String] = [], environment: [String: String] = [:]
    ) throws(AuthorityError) -> String {
        let path = "\(stateDirectory)/bundle.pem"
        var bundle: [UInt8] = []
        // A gate started behind another of this directory finds this bundle in SSL_CERT_FILE: it would grow each time.
        let named = environment["SSL_CERT_FILE"] == path ? [:] : environment
        if let roots = systemRoots(environment: named) {
            append(try CertificateFile.read(roots) ?? [], to: &bundle)
        }
        for file in extraFiles { append(try certificates(of: file), to: &bundle) }
        let old = "\(stateDirectory)/ca-old.pem"
        if let text = try CertificateFile.read(old) {
            for certificate in PEM.certificates(in: text) { append(PEM.encode(certificate), to: &bundle) }
        }
        append(try certificates(of: authority.certificateFile), to: &bundle)
        try CertificateFile.replace(path, with: bundle, mode: 0o644)
        return path
    }

    /// A file's text, where it holds a certificate at all.
    private static func certificates(of file: String) throws(AuthorityError) -> [UInt8] {
        guard let text = try CertificateFile.read(file) else {
            throw AuthorityError(file: file, message: "there is no such file: give a PEM file of certificates")
        }
        guard !PEM.certificates(in: text).isEmpty else {
            throw AuthorityError(file: file, message: "holds no certificate in PEM form")
        }
        return text
    }

    private static func append(_ text: [UInt8], to bundle: inout [UInt8]) {
        if let last = bundle.last, last != UInt8(ascii: "\n") { bundle.append(UInt8(ascii: "\n")) }
        bundle += text
    }
}
