internal import CGate
internal import Glibc

/// The local certificate authority that signs the leaves of intercepted hosts.
///
/// In a state directory it lies in `ca.pem` (0644) and `ca-key.pem` (0600, the key and its certificate, so that
/// the pair is replaced in one step). An authority of the user's own is only read.
package final class Authority: Sendable {
    /// Days that an authority made here is valid.
    static let validDays = 730

    /// The file with the certificate.
    package let certificateFile: String
    /// SHA-256 of the certificate, upper-case hex with colons.
    package let fingerprint: String
    /// `CN=Stoplog local CA (host)`, as RFC 2253 writes names.
    package let subject: String
    /// The certificate's dates, seconds since 1970.
    package let notBefore: Int64
    package let notAfter: Int64

    let certificate: CertificateHandle
    let key: KeyHandle
    /// Certificates that a client needs to get from a leaf to its root: empty for a self-signed authority,
    /// else the authority's own and whatever follows it in its file.
    let intermediates: [CertificateHandle]

    /// Loads the authority of a state directory, and makes it at first start; safe among gates that start at once.
    package static func open(stateDirectory: String) throws(AuthorityError) -> Authority {
        let files = StateFiles(directory: stateDirectory)
        if let authority = try? files.load() { return authority }
        return try CertificateFile.withLock(directory: stateDirectory) { () throws(AuthorityError) -> Authority in
            if files.isEmpty { return try files.create() }
            try files.repairCertificate()
            return try files.load()
        }
    }

    /// Loads an authority of the user's own (`tls.ca_cert`, `tls.ca_key`), RSA or EC.
    package static func load(certificate: String, key: String) throws(AuthorityError) -> Authority {
        try Authority(certificateFile: certificate, keyFile: key)
    }

    /// Makes a new authority in the state directory; the old certificate stays as `ca-old.pem`.
    ///
    /// Gates that run go on with the old one until they load this one.
    package static func rotate(stateDirectory: String) throws(AuthorityError) -> Authority {
        let files = StateFiles(directory: stateDirectory)
        return try CertificateFile.withLock(directory: stateDirectory) { () throws(AuthorityError) -> Authority in
            if let old = try CertificateFile.read(files.certificate) {
                try CertificateFile.replace(files.old, with: old, mode: 0o644)
            }
            return try files.create()
        }
    }

    fileprivate init(certificateFile: String, keyFile: String) throws(AuthorityError) {
        guard let text = try CertificateFile.read(certificateFile) else {
            throw AuthorityError(file: certificateFile, message: "there is no such file; \(StateFiles.advice)")
        }
        let certificates = PEM.certificates(in: text)
        guard let own = certificates.first else {
            throw AuthorityError(file: certificateFile, message: "holds no certificate in PEM form")
        }
        guard let keyText = try CertificateFile.readKey(keyFile) else {
            throw AuthorityError(file: keyFile, message: "there is no such file; \(StateFiles.advice)")
        }
        guard let key = PEM.privateKey(in: keyText) else {
            throw AuthorityError(file: keyFile, message: "holds no unencrypted private key in PEM form")
        }
        try Self.check(own, key: key, certificateFile: certificateFile, keyFile: keyFile)
        self.certificateFile = certificateFile
        certificate = own
        self.key = key
        intermediates = own.isSelfSigned ? [] : certificates
        fingerprint = own.fingerprint
        subject = own.subject
        notBefore = own.notBefore
        notAfter = own.notAfter
    }

    /// What makes a pair unusable, said before the first client meets it.
    private static func check(
        _ certificate: CertificateHandle, key: KeyHandle, certificateFile: String, keyFile: String
    ) throws(AuthorityError) {
        guard certificate.matches(key) else {
            throw AuthorityError(
                file: keyFile,
                message: "is not the key of the certificate in \(certificateFile): name the pair together")
        }
        guard certificate.isAuthority else {
            throw AuthorityError(
                file: certificateFile,
                message: "is not the certificate of an authority: it needs basicConstraints CA:TRUE "
                    + "and, where it has keyUsage, keyCertSign")
        }
        let now = Int64(time(nil))
        guard certificate.notAfter > now else {
            throw AuthorityError(
                file: certificateFile, message: "has expired: make a new one (`stoplog ca rotate` for the gate's own)")
        }
        guard certificate.notBefore <= now else {
            throw AuthorityError(file: certificateFile, message: "is not valid yet: check this machine's clock")
        }
    }
}

/// The authority's files in a state directory.
private struct StateFiles {
    static let advice = "restore it, or make a new authority with `stoplog ca rotate`"

    let certificate: String
    let key: String
    let old: String

    init(directory: String) {
        certificate = "\(directory)/ca.pem"
        key = "\(directory)/ca-key.pem"
        old = "\(directory)/ca-old.pem"
    }

    /// True at first start.
    var isEmpty: Bool { unsafe access(certificate, F_OK) != 0 && access(key, F_OK) != 0 }

    func load() throws(AuthorityError) -> Authority { try Authority(certificateFile: certificate, keyFile: key) }

    /// Writes a new pair; the key's file first, for it holds both.
    func create() throws(AuthorityError) -> Authority {
        let pair = try AuthorityCertificate.make(now: Int64(time(nil)))
        let certificateText = PEM.encode(pair.certificate)
        let keyText = PEM.encode(pair.key)
        guard !certificateText.isEmpty, !keyText.isEmpty else {
            throw AuthorityError(file: certificate, message: "the new authority cannot be encoded: out of memory")
        }
        try CertificateFile.replace(key, with: keyText + certificateText, mode: 0o600)
        try CertificateFile.replace(certificate, with: certificateText, mode: 0o644)
        return try load()
    }

    /// A crash between the two writes leaves a `ca.pem` that is missing or old: the key's file has its successor.
    func repairCertificate() throws(AuthorityError) {
        guard let text = try CertificateFile.readKey(key), let own = PEM.privateKey(in: text),
            let successor = PEM.certificates(in: text).first, successor.matches(own)
        else { return }
        let present = try CertificateFile.read(certificate).flatMap { PEM.certificates(in: $0).first }
        if let present, present.matches(own) { return }
        try CertificateFile.replace(certificate, with: PEM.encode(successor), mode: 0o644)
    }
}

/// The authority or a certificate cannot be used: where, and what to do.
package struct AuthorityError: Error, CustomStringConvertible, Equatable {
    package var file: String
    package var message: String
    package var description: String { "\(file): \(message)" }

    package init(file: String, message: String) {
        self.file = file
        self.message = message
    }
}
