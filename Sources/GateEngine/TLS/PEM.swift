internal import CGate

/// Reading and writing certificates and keys as PEM text, and small owners of OpenSSL's objects.
enum PEM {
    /// Every certificate in `bytes`, in order; stops at the first block that cannot be read.
    static func certificates(in bytes: [UInt8]) -> [CertificateHandle] {
        var found: [CertificateHandle] = []
        unsafe withReader(bytes) { bio in
            while let x509 = unsafe PEM_read_bio_X509(bio, nil, refusePassphrase, nil) {
                unsafe found.append(CertificateHandle(owning: x509))
            }
        }
        TLSErrorQueue.clear()
        return found
    }

    /// The first private key in `bytes`; nil where there is none, or where it is encrypted.
    static func privateKey(in bytes: [UInt8]) -> KeyHandle? {
        var key: KeyHandle?
        unsafe withReader(bytes) { bio in
            guard let pkey = unsafe PEM_read_bio_PrivateKey(bio, nil, refusePassphrase, nil) else { return }
            key = unsafe KeyHandle(owning: pkey)
        }
        TLSErrorQueue.clear()
        return key
    }

    static func encode(_ certificate: CertificateHandle) -> [UInt8] {
        unsafe withWriter { bio in unsafe PEM_write_bio_X509(bio, certificate.x509) == 1 }
    }

    /// Unencrypted PKCS #8.
    static func encode(_ key: KeyHandle) -> [UInt8] {
        unsafe withWriter { bio in unsafe PEM_write_bio_PrivateKey(bio, key.pkey, nil, nil, 0, nil, nil) == 1 }
    }

    private static func withReader(_ bytes: [UInt8], _ body: (OpaquePointer) -> Void) {
        unsafe bytes.withUnsafeBytes { buffer in
            guard let bio = unsafe BIO_new_mem_buf(buffer.baseAddress, Int32(clamping: buffer.count)) else { return }
            unsafe body(bio)
            unsafe BIO_free(bio)
        }
    }

    /// Empty where OpenSSL fails, which only want of memory can cause.
    private static func withWriter(_ body: (OpaquePointer) -> Bool) -> [UInt8] {
        guard let bio = unsafe BIO_new(BIO_s_secmem()) else { return [] }
        defer { unsafe BIO_free(bio) }
        guard unsafe body(bio) else { return [] }
        var start: UnsafeMutablePointer<CChar>?
        let count = unsafe gate_bio_mem_data(bio, &start)
        guard let start = unsafe start, count > 0 else { return [] }
        return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }
}

/// Keeps OpenSSL from asking for a passphrase on the terminal.
private let refusePassphrase:
    @convention(c) (UnsafeMutablePointer<CChar>?, Int32, Int32, UnsafeMutableRawPointer?)
        -> Int32 = { _, _, _, _ in -1 }
