import CGate

/// HMAC-SHA-256 over the hash before and an event's payload; owned by one thread at a time.
@safe
final class HashChain {
    static let hashLength = 32
    /// What stands before the first event.
    static let origin = [UInt8](repeating: 0, count: hashLength)

    private let algorithm: OpaquePointer
    private let context: OpaquePointer

    init(key: [UInt8]) throws(StoreError) {
        guard let algorithm = unsafe EVP_MAC_fetch(nil, "HMAC", nil) else { throw HashChain.fault() }
        guard let context = unsafe EVP_MAC_CTX_new(algorithm) else {
            unsafe EVP_MAC_free(algorithm)
            throw HashChain.fault()
        }
        unsafe self.algorithm = algorithm
        unsafe self.context = context
        var digest = Array("SHA256".utf8CString)
        let prepared = unsafe digest.withUnsafeMutableBufferPointer { digest in
            let parameters = unsafe [
                OSSL_PARAM_construct_utf8_string("digest", digest.baseAddress, 0), OSSL_PARAM_construct_end(),
            ]
            return unsafe EVP_MAC_init(context, key, key.count, parameters)
        }
        guard prepared == 1 else { throw HashChain.fault() }
    }

    deinit {
        unsafe EVP_MAC_CTX_free(context)
        unsafe EVP_MAC_free(algorithm)
    }

    /// The hash of an event that follows `previous`.
    func hash(after previous: [UInt8], _ payload: [UInt8]) throws(StoreError) -> [UInt8] {
        var hash = [UInt8](repeating: 0, count: HashChain.hashLength)
        var length = 0
        // Without a key EVP_MAC_init starts anew under the key given before.
        guard unsafe EVP_MAC_init(context, nil, 0, nil) == 1,
            unsafe EVP_MAC_update(context, previous, previous.count) == 1,
            unsafe EVP_MAC_update(context, payload, payload.count) == 1,
            unsafe EVP_MAC_final(context, &hash, &length, hash.count) == 1, length == hash.count
        else { throw HashChain.fault() }
        return hash
    }

    private static func fault() -> StoreError {
        ERR_clear_error()
        return StoreError(code: .unavailable, message: "OpenSSL cannot compute HMAC-SHA-256")
    }
}

/// SHA-256 as OpenSSL computes it.
enum Digest {
    static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var hash = [UInt8](repeating: 0, count: 32)
        unsafe SHA256(bytes, bytes.count, &hash)
        return hash
    }
}
