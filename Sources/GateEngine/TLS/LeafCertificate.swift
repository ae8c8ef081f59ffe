internal import CGate
internal import Glibc

/// The certificate of one intercepted host.
struct LeafCertificate: Sendable {
    let handle: CertificateHandle
    /// Seconds since 1970.
    let notAfter: Int64
}

/// Signs leaves for one authority; one key pair of its own serves all of them.
final class LeafIssuer: Sendable {
    private static let validSeconds: Int64 = 30 * 86_400
    private static let backdatedSeconds: Int64 = 3_600
    private static let longestCommonName = 64

    let authority: Authority
    let key: KeyHandle
    /// What is the same in every leaf, encoded once.
    private let extensions: [ExtensionHandle]

    init(authority: Authority) throws(AuthorityError) {
        self.authority = authority
        key = try KeyHandle.p256ForLeaves()
        let draft = try CertificateDraft()
        try draft.setKey(key)
        var extensions: [ExtensionHandle] = []
        for (nid, value) in [
            (NID_basic_constraints, "critical,CA:FALSE"), (NID_key_usage, "critical,digitalSignature"),
            (NID_ext_key_usage, "serverAuth"), (NID_subject_key_identifier, "hash"),
        ] {
            extensions.append(try draft.makeExtension(nid, value, issuer: authority.certificate))
        }
        // An authority of the user's own may lack a key identifier: then there is nothing to point to.
        if unsafe X509_get0_subject_key_id(authority.certificate.x509) != nil {
            extensions.append(
                try draft.makeExtension(NID_authority_key_identifier, "keyid:always", issuer: authority.certificate))
        }
        self.extensions = extensions
    }

    /// A leaf for `name`, valid at `now` (seconds since 1970) and never beyond the authority's own dates.
    func issue(_ name: LeafName, now: Int64) throws(AuthorityError) -> LeafCertificate {
        let draft = try CertificateDraft()
        let notBefore = max(now - Self.backdatedSeconds, authority.notBefore)
        let notAfter = min(now + Self.validSeconds, authority.notAfter)
        guard notAfter > now else {
            throw AuthorityError(
                file: authority.certificateFile,
                message: "has expired: make a new one (`stoplog ca rotate`) and restart")
        }
        try draft.setDates(from: notBefore, to: notAfter)
        try draft.setIssuer(authority.certificate)
        try draft.setKey(key)
        try setNames(name, of: draft)
        for handle in extensions { try draft.add(handle) }
        return LeafCertificate(handle: try draft.sign(with: authority.key), notAfter: notAfter)
    }

    /// A subject is only for people: a name too long for it leaves it empty, and then RFC 5280 4.2.1.6 wants
    /// the alternative name critical.
    private func setNames(_ name: LeafName, of draft: CertificateDraft) throws(AuthorityError) {
        let text = name.text
        let fits = text.utf8.count <= Self.longestCommonName
        if fits { try draft.setCommonName(text) }
        switch name {
        case .dns(let bytes): try draft.setAlternativeName(bytes, isAddress: false, isCritical: !fits)
        case .address(let bytes): try draft.setAlternativeName(bytes, isAddress: true, isCritical: !fits)
        }
    }
}
