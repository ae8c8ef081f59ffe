internal import CGate

/// Reading and writing certificates and keys as PEM text, and small owners of OpenSSL's objects.
enum PEM {
    /// Every certificate in `bytes`, in order; stops at the first block that cannot be read.
    static func certificates(in bytes: [UInt8]) -> [CertificateHandle] {
        var found: [CertificateHandle] = []
        withReader(bytes) { bio in
            while let x509 = unsafe PEM_read_bio_X509(bio, nil, refusePassphrase, nil) {
                found.append(CertificateHandle(owning: x509))
            }
        }
        TLSErrorQueue.clear()
        return found
    }

    /// The first private key in `bytes`; nil where there is none, or where it is encrypted.
    static func privateKey(in bytes: [UInt8]) -> KeyHandle? {
        var key: KeyHandle?
        withReader(bytes) { bio in
            guard let pkey = unsafe PEM_read_bio_PrivateKey(bio, nil, refusePassphrase, nil) else { return }
            key = KeyHandle(owning: pkey)
        }
        TLSErrorQueue.clear()
        return key
    }

    static func encode(_ certificate: CertificateHandle) -> [UInt8] {
        withWriter { bio in PEM_write_bio_X509(bio, certificate.x509) == 1 }
    }

    /// Unencrypted PKCS #8.
    static func encode(_ key: KeyHandle) -> [UInt8] {
        withWriter { bio in unsafe PEM_write_bio_PrivateKey(bio, key.pkey, nil, nil, 0, nil, nil) == 1 }
    }

    private static func withReader(_ bytes: [UInt8], _ body: (OpaquePointer) -> Void) {
        unsafe bytes.withUnsafeBytes { buffer in
            guard let bio = unsafe BIO_new_mem_buf(buffer.baseAddress, Int32(clamping: buffer.count)) else { return }
            body(bio)
            BIO_free(bio)
        }
    }

    /// Empty where OpenSSL fails, which only want of memory can cause.
    private static func withWriter(_ body: (OpaquePointer) -> Bool) -> [UInt8] {
        guard let bio = BIO_new(BIO_s_secmem()) else { return [] }
        defer { BIO_free(bio) }
        guard body(bio) else { return [] }
        var start: UnsafeMutablePointer<CChar>?
        let count = unsafe gate_bio_mem_data(bio, &start)
        guard let start = unsafe start, count > 0 else { return [] }
        return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }
}

/// Keeps OpenSSL from asking for a passphrase on the terminal.
private let refusePassphrase: @convention(c) (UnsafeMutablePointer<CChar>?, Int32, Int32, UnsafeMutableRawPointer?)
    -> Int32 = { _, _, _, _ in -1 }

/// Owns one X509.
final class CertificateHandle: @unchecked Sendable {  // not changed once it is made; OpenSSL counts references atomically
    let x509: OpaquePointer
    init(owning x509: OpaquePointer) { self.x509 = x509 }
    deinit { X509_free(x509) }
}

/// Owns one EVP_PKEY.
final class KeyHandle: @unchecked Sendable {  // not changed once it is made; OpenSSL locks its caches
    let pkey: OpaquePointer
    init(owning pkey: OpaquePointer) { self.pkey = pkey }
    deinit { EVP_PKEY_free(pkey) }

    /// A new key on P-256.
    static func p256() throws(AuthorityError) -> KeyHandle {
        guard let pkey = gate_evp_p256() else {
            throw AuthorityError(file: "OpenSSL", message: "cannot make a P-256 key: \(TLSErrorQueue.words())")
        }
        return KeyHandle(owning: pkey)
    }
}
