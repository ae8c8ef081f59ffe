import Glibc

/// Reads and atomically writes the small files beside a journal.
enum SmallFile {
    /// Nil when there is no such file.
    static func read(_ path: String, limit: Int = 65_536) throws(StoreError) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw StoreError(code: .unavailable, message: "\(path): \(systemMessage(errno))")
        }
        defer { Glibc.close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while bytes.count <= limit {
            let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw StoreError(code: .unavailable, message: "\(path): \(systemMessage(errno))")
            }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[0..<count])
        }
        throw StoreError(code: .incompatible, message: "\(path) is larger than \(limit) bytes")
    }

    /// Replaces the file in one step, mode 0600.
    ///
    /// A reader sees the old bytes or the new ones.
    static func replace(_ path: String, with bytes: [UInt8]) throws(StoreError) {
        let temporary = try writeTemporary(beside: path, bytes)
        guard unsafe rename(temporary, path) == 0 else {
            let problem = errno
            unsafe unlink(temporary)
            throw StoreError(code: .unavailable, message: "\(path): \(systemMessage(problem))")
        }
    }

    /// Makes the file, synced, mode 0600, unless another process was faster.
    ///
    /// - Returns: false when it was there already.
    static func create(_ path: String, with bytes: [UInt8]) throws(StoreError) -> Bool {
        let temporary = try writeTemporary(beside: path, bytes)
        defer { unsafe unlink(temporary) }
        if unsafe link(temporary, path) == 0 { return true }
        if errno == EEXIST { return false }
        throw StoreError(code: .unavailable, message: "\(path): \(systemMessage(errno))")
    }

    private static func writeTemporary(beside path: String, _ bytes: [UInt8]) throws(StoreError) -> String {
        let temporary = path + ".\(getpid()).\(UInt32.random(in: 0...UInt32.max)).tmp"
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreError(code: .unavailable, message: "\(path): \(systemMessage(errno))")
        }
        defer { Glibc.close(descriptor) }
        let written = unsafe Glibc.write(descriptor, bytes, bytes.count)
        guard written == bytes.count else {
            let problem = errno
            unsafe unlink(temporary)
            throw StoreError(code: .unavailable, message: "\(path): \(systemMessage(written < 0 ? problem : ENOSPC))")
        }
        return temporary
    }
}
