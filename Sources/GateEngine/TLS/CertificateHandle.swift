internal import CGate
internal import Glibc

/// Owns one X509, and reads from it what the gate asks.
@safe final class CertificateHandle: @unchecked Sendable {  // not changed once made; OpenSSL counts atomically
    let x509: OpaquePointer

    init(owning x509: OpaquePointer) { unsafe self.x509 = unsafe x509 }
    deinit { unsafe X509_free(x509) }

    /// SHA-256 of the DER form, upper-case hex with colons.
    var fingerprint: String {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        guard unsafe X509_digest(x509, EVP_sha256(), &digest, &count) == 1 else { return "" }
        return digest.prefix(Int(count)).map { byte in
            let hex = String(byte, radix: 16, uppercase: true)
            return byte < 16 ? "0\(hex)" : hex
        }.joined(separator: ":")
    }

    /// The subject's name as RFC 2253 writes it.
    var subject: String {
        guard let bio = unsafe BIO_new(BIO_s_mem()) else { return "" }
        defer { unsafe BIO_free(bio) }
        guard unsafe X509_NAME_print_ex(bio, X509_get_subject_name(x509), 0, GATE_NAME_RFC2253) >= 0
        else { return "" }
        var start: UnsafeMutablePointer<CChar>?
        let count = unsafe gate_bio_mem_data(bio, &start)
        guard let start = unsafe start, count > 0 else { return "" }
        return unsafe String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
    }

    /// Seconds since 1970.
    var notBefore: Int64 { unsafe Self.seconds(X509_get0_notBefore(x509)) }
    var notAfter: Int64 { unsafe Self.seconds(X509_get0_notAfter(x509)) }

    /// True when it may sign certificates.
    var isAuthority: Bool {
        unsafe X509_check_ca(x509) == 1 && X509_get_key_usage(x509) & UInt32(KU_KEY_CERT_SIGN) != 0
    }

    /// True when its issuer is itself, so that clients have it or never will.
    var isSelfSigned: Bool {
        defer { TLSErrorQueue.clear() }
        return unsafe X509_self_signed(x509, 0) == 1
    }

    func matches(_ key: KeyHandle) -> Bool {
        defer { TLSErrorQueue.clear() }
        return unsafe X509_check_private_key(x509, key.pkey) == 1
    }

    private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64 {
        var parts = unsafe tm()
        guard unsafe ASN1_TIME_to_tm(time, &parts) == 1 else { return 0 }
        return unsafe Int64(timegm(&parts))
    }
}

/// Owns one EVP_PKEY.
@safe final class KeyHandle: @unchecked Sendable {  // not changed once made; OpenSSL locks its caches
    let pkey: OpaquePointer

    init(owning pkey: OpaquePointer) { unsafe self.pkey = unsafe pkey }
    deinit { unsafe EVP_PKEY_free(pkey) }

    /// A new key on P-256.
    static func p256() throws(AuthorityError) -> KeyHandle { unsafe try made(unsafe gate_evp_p256()) }

    /// A new key on P-256 of the kind that is put into many certificates cheaply.
    static func p256ForLeaves() throws(AuthorityError) -> KeyHandle {
        unsafe try made(unsafe gate_evp_p256_for_leaves())
    }

    private static func made(_ pkey: OpaquePointer?) throws(AuthorityError) -> KeyHandle {
        guard let pkey = unsafe pkey else {
            throw AuthorityError(file: "OpenSSL", message: "cannot make a P-256 key: \(TLSErrorQueue.words())")
        }
        return unsafe KeyHandle(owning: pkey)
    }
}
