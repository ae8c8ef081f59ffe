internal import CGate
internal import Glibc

/// A certificate while it is filled in; signing makes it final.
@safe final class CertificateDraft {
    private let x509: OpaquePointer

    /// Version 3, with a random positive serial number of 127 bits.
    init() throws(AuthorityError) {
        guard let x509 = unsafe X509_new() else { throw Self.failure("X509_new") }
        unsafe self.x509 = unsafe x509
        guard unsafe X509_set_version(x509, Int(X509_VERSION_3)) == 1 else { throw Self.failure("X509_set_version") }
        var serial = [UInt8](repeating: 0, count: 16)
        guard unsafe RAND_bytes(&serial, 16) == 1 else { throw Self.failure("RAND_bytes") }
        // DER's integers are signed and minimal: the top bit clear, the next one set, and it is always 16 bytes.
        serial[0] = serial[0] & 0x3F | 0x40
        guard unsafe ASN1_STRING_set(X509_get_serialNumber(x509), serial, 16) == 1 else { throw Self.failure("serial") }
    }

    deinit { unsafe X509_free(x509) }

    /// The dates, seconds since 1970.
    func setDates(from notBefore: Int64, to notAfter: Int64) throws(AuthorityError) {
        guard unsafe ASN1_TIME_set(X509_getm_notBefore(x509), Int(notBefore)) != nil,
            unsafe ASN1_TIME_set(X509_getm_notAfter(x509), Int(notAfter)) != nil
        else { throw Self.failure("dates") }
    }

    /// The subject's one common name, at most 64 bytes.
    func setCommonName(_ name: String) throws(AuthorityError) {
        let subject = unsafe X509_get_subject_name(x509)
        let bytes = Array(name.utf8)
        guard
            unsafe X509_NAME_add_entry_by_NID(
                subject, NID_commonName, MBSTRING_UTF8, bytes, Int32(clamping: bytes.count), -1, 0) == 1
        else { throw Self.failure("common name") }
    }

    /// Makes the subject the issuer too.
    func setIssuerToSubject() throws(AuthorityError) {
        guard unsafe X509_set_issuer_name(x509, X509_get_subject_name(x509)) == 1 else { throw Self.failure("issuer") }
    }

    func setIssuer(_ issuer: CertificateHandle) throws(AuthorityError) {
        guard unsafe X509_set_issuer_name(x509, X509_get_subject_name(issuer.x509)) == 1 else {
            throw Self.failure("issuer")
        }
    }

    func setKey(_ key: KeyHandle) throws(AuthorityError) {
        guard unsafe X509_set_pubkey(x509, key.pkey) == 1 else { throw Self.failure("public key") }
    }

    /// A constant in OpenSSL's own syntax, never text from outside. `issuer` nil: the draft itself.
    func makeExtension(_ nid: Int32, _ value: String, issuer: CertificateHandle?) throws(AuthorityError)
        -> ExtensionHandle
    {
        guard let made = unsafe gate_x509_extension(issuer?.x509 ?? x509, x509, nid, value) else {
            throw Self.failure("extension \(value)")
        }
        return unsafe ExtensionHandle(owning: made)
    }

    func add(_ handle: ExtensionHandle) throws(AuthorityError) {
        guard unsafe X509_add_ext(x509, handle.pointer, -1) == 1 else { throw Self.failure("extension") }
    }

    /// The one name that the certificate is for: a DNS name's or an address's bytes.
    func setAlternativeName(_ bytes: [UInt8], isAddress: Bool, isCritical: Bool) throws(AuthorityError) {
        let type = isAddress ? GEN_IPADD : GEN_DNS
        guard let text = unsafe isAddress ? ASN1_OCTET_STRING_new() : ASN1_IA5STRING_new(),
            let name = unsafe GENERAL_NAME_new()
        else {
            throw Self.failure("alternative name")
        }
        let isSet = unsafe ASN1_STRING_set(text, bytes, Int32(clamping: bytes.count)) == 1
        unsafe GENERAL_NAME_set0_value(name, type, text)  // owns the text now
        guard isSet, let names = unsafe gate_general_names_of(name) else {
            unsafe GENERAL_NAME_free(name)
            throw Self.failure("alternative name")
        }
        defer { unsafe GENERAL_NAMES_free(names) }
        guard
            unsafe X509_add1_ext_i2d(
                x509, NID_subject_alt_name, UnsafeMutableRawPointer(names), isCritical ? 1 : 0, UInt(X509V3_ADD_APPEND))
                == 1
        else { throw Self.failure("alternative name") }
    }

    /// Signs with SHA-256 and gives the certificate out.
    func sign(with key: KeyHandle) throws(AuthorityError) -> CertificateHandle {
        // Ed25519 and its like have their digest built in.
        let digest = unsafe EVP_PKEY_get_base_id(key.pkey) == EVP_PKEY_ED25519 ? nil : EVP_sha256()
        guard unsafe X509_sign(x509, key.pkey, digest) > 0, unsafe X509_up_ref(x509) == 1 else {
            throw Self.failure("signature")
        }
        return unsafe CertificateHandle(owning: x509)
    }

    private static func failure(_ what: String) -> AuthorityError {
        AuthorityError(file: "OpenSSL", message: "cannot make a certificate (\(what)): \(TLSErrorQueue.words())")
    }
}

/// Owns one X509_EXTENSION.
@safe final class ExtensionHandle: @unchecked Sendable {  // not changed once made
    let pointer: OpaquePointer
    init(owning pointer: OpaquePointer) { unsafe self.pointer = unsafe pointer }
    deinit { unsafe X509_EXTENSION_free(pointer) }
}
