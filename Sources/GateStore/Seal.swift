import CGate
import Glibc

/// Seals what a release must resend: AES-256-GCM, bound to the call's id.
///
/// A sealed copy is `version (1) | nonce (12) | ciphertext | tag (16)`. Every call of `seal` and `open` has a
/// context of its own: any thread may use it.
public struct Seal: Sendable {
    private static let nonceLength = 12
    private static let tagLength = 16
    /// A larger request is not kept (the call is then not releasable).
    public static let plaintextLimit = 512 << 20

    private let key: [UInt8]

    init(key: [UInt8]) { self.key = key }

    /// The key of `STOPLOG_SEAL_KEY_FILE` where it is set, else `seal.key` in the state directory, made at first use.
    static func inDirectory(_ directory: StateDirectory, keyFile: String?) throws(StoreError) -> Seal {
        guard let keyFile else { return Seal(key: try KeyFile.readOrMake(directory.file("seal.key"))) }
        guard let key = try KeyFile.read(keyFile) else {
            throw StoreError(code: .unavailable, message: "STOPLOG_SEAL_KEY_FILE: there is no file \(keyFile)")
        }
        return Seal(key: key)
    }

    /// Nil when OpenSSL refuses or the request is too large.
    func seal(_ plaintext: [UInt8], call: String) -> [UInt8]? {
        guard plaintext.count <= Seal.plaintextLimit, let nonce = try? KeyFile.random(Seal.nonceLength) else {
            return nil
        }
        guard let context = unsafe EVP_CIPHER_CTX_new() else { return nil }
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        let associated = Array(call.utf8)
        var sealed = [UInt8](repeating: 0, count: 1 + nonce.count + plaintext.count + Seal.tagLength)
        sealed[0] = 1
        sealed.replaceSubrange(1..<1 + nonce.count, with: nonce)
        let done = unsafe sealed.withUnsafeMutableBufferPointer { sealed -> Bool in
            guard let base = sealed.baseAddress else { return false }
            let body = unsafe base + 1 + nonce.count
            let tag = unsafe body + plaintext.count
            var length: Int32 = 0
            return unsafe EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce) == 1
                && EVP_EncryptUpdate(context, nil, &length, associated, Int32(associated.count)) == 1
                && EVP_EncryptUpdate(context, body, &length, plaintext, Int32(plaintext.count)) == 1
                && EVP_EncryptFinal_ex(context, tag, &length) == 1
                && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(Seal.tagLength), tag) == 1
        }
        if !done { ERR_clear_error() }
        return done ? sealed : nil
    }

    /// Nil when the copy was altered, belongs to another call or was sealed with another key.
    func open(_ sealed: [UInt8], call: String) -> [UInt8]? {
        let overhead = 1 + Seal.nonceLength + Seal.tagLength
        guard sealed.count >= overhead, sealed.count - overhead <= Seal.plaintextLimit, sealed[0] == 1,
            let context = unsafe EVP_CIPHER_CTX_new()
        else { return nil }
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        let associated = Array(call.utf8)
        let nonce = Array(sealed[1...Seal.nonceLength])
        let body = Array(sealed[(1 + Seal.nonceLength)..<(sealed.count - Seal.tagLength)])
        var tag = Array(sealed[(sealed.count - Seal.tagLength)...])
        var plaintext = [UInt8](repeating: 0, count: body.count + 16)
        var length: Int32 = 0
        var rest = [UInt8](repeating: 0, count: 16)
        let done =
            unsafe EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce) == 1
            && EVP_DecryptUpdate(context, nil, &length, associated, Int32(associated.count)) == 1
            && EVP_DecryptUpdate(context, &plaintext, &length, body, Int32(body.count)) == 1
            && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(Seal.tagLength), &tag) == 1
            && EVP_DecryptFinal_ex(context, &rest, &length) == 1
        guard done else {
            ERR_clear_error()
            return nil
        }
        return Array(plaintext[0..<body.count])
    }
}
