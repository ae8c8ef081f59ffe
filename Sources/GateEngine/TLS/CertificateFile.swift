internal import CGate
internal import Glibc

/// Files of the authority: read whole, written atomically with their mode, locked among processes.
enum CertificateFile {
    /// No PEM file of ours or of a system's roots comes near it.
    static let maximumBytes = 16 * 1024 * 1024

    /// The whole file; nil where there is none.
    static func read(_ path: String) throws(AuthorityError) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure(path, "cannot be read")
        }
        defer { close(descriptor) }
        return try readAll(descriptor, path: path)
    }

    /// The whole key file, refused when others than its owner may read or write it; nil where there is none.
    static func readKey(_ path: String) throws(AuthorityError) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure(path, "cannot be read")
        }
        defer { close(descriptor) }
        var facts = stat()
        guard unsafe fstat(descriptor, &facts) == 0 else { throw failure(path, "cannot be examined") }
        guard facts.st_mode & 0o177 == 0 else {
            let mode = String(facts.st_mode & 0o777, radix: 8)
            throw AuthorityError(
                file: path,
                message: "this private key has mode 0\(mode), so that others may use it: run `chmod 600` on it, "
                    + "and make a new one if anyone else had access")
        }
        return try readAll(descriptor, path: path)
    }

    private static func readAll(_ descriptor: Int32, path: String) throws(AuthorityError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(path, "cannot be read")
            }
            bytes += chunk[..<count]
            guard bytes.count <= maximumBytes else {
                throw AuthorityError(file: path, message: "is larger than \(maximumBytes) bytes: not a PEM file")
            }
        }
    }

    /// Replaces the file as a whole: a reader finds the old bytes or the new ones, also after a crash.
    static func replace(_ path: String, with bytes: [UInt8], mode: mode_t) throws(AuthorityError) {
        let draft = "\(path).\(getpid()).\(UInt32.random(in: 0...UInt32.max))"
        let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure(path, "cannot be written") }
        let written = writeAll(descriptor, bytes) && fchmod(descriptor, mode) == 0 && fsync(descriptor) == 0
        let code = errno
        close(descriptor)
        guard written, unsafe rename(draft, path) == 0 else {
            let cause = written ? errno : code
            unsafe unlink(draft)
            errno = cause
            throw failure(path, "cannot be written")
        }
        synchronizeDirectory(of: path)
    }

    private static func writeAll(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[offset...])
                return unsafe write(descriptor, rest.baseAddress, rest.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            offset += count
        }
        return true
    }

    /// Best effort: some file systems refuse it, and a lost rename only means that the file is made again.
    private static func synchronizeDirectory(of path: String) {
        let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = unsafe open(directory.isEmpty ? "/" : directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = fsync(descriptor)
        close(descriptor)
    }

    /// Runs `body` while no other process or thread does so for the same directory, which is made where it is missing.
    static func withLock<Result>(
        directory: String, _ body: () throws(AuthorityError) -> Result
    ) throws(AuthorityError) -> Result {
        try makeDirectory(directory)
        let path = "\(directory)/ca.lock"
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path, "cannot be opened") }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw failure(path, "cannot be locked") }
        }
        return try body()
    }

    private static func makeDirectory(_ path: String) throws(AuthorityError) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/\(part)"
            if unsafe mkdir(made, 0o700) != 0 && errno != EEXIST && errno != EISDIR && errno != EROFS && errno != EACCES
            {
                throw failure(made, "the state directory cannot be made")
            }
        }
    }

    /// An error that names the file, what failed and the system's reason.
    static func failure(_ path: String, _ what: String) -> AuthorityError {
        AuthorityError(file: path, message: "\(what): \(unsafe String(cString: strerror(errno)))")
    }
}
