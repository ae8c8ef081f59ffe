import CGate
import Glibc

/// A key of 32 random bytes in a file of mode 0600.
enum KeyFile {
    static let byteCount = 32

    /// Reads the key, making it first where it is missing.
    static func readOrMake(_ path: String) throws(StoreError) -> [UInt8] {
        if let key = try read(path) { return key }
        // When another process was faster, its key is the one.
        if try SmallFile.create(path, with: try random()) == false {
            return try read(path) ?? []
        }
        guard let key = try read(path) else {
            throw StoreError(code: .unavailable, message: "key file \(path) vanished while it was made")
        }
        return key
    }

    /// The key as 32 raw bytes, 64 hexadecimal digits or base 64; nil when there is no file.
    static func read(_ path: String) throws(StoreError) -> [UInt8]? {
        guard let bytes = try SmallFile.read(path) else { return nil }
        try StateDirectory.checkOwner(path, is: "key file", forbidden: 0o077, remedy: "chmod 600")
        if bytes.count == byteCount { return bytes }
        let text = bytes.filter { $0 > 0x20 }
        if let key = Hex.bytes(text), key.count == byteCount { return key }
        if let key = Base64.decode(text), key.count == byteCount { return key }
        throw StoreError(
            code: .incompatible,
            message: "key file \(path) must hold 32 bytes, raw, as 64 hexadecimal digits or in base 64")
    }

    static func random(_ count: Int = byteCount) throws(StoreError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        guard unsafe RAND_bytes(&bytes, Int32(count)) == 1 else {
            ERR_clear_error()
            throw StoreError(code: .unavailable, message: "the system gives no random bytes")
        }
        return bytes
    }
}
