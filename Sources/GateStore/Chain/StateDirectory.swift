import Glibc

/// The directory that holds a gate's journals and keys: ours alone, 0700; its files 0600.
public struct StateDirectory: Sendable {
    public let path: String

    /// Makes the directory (and its parents, 0700) where it is missing.
    ///
    /// - Throws: `forbidden` when it belongs to another user or others may write to it, `unavailable` when it
    ///   cannot be made.
    public init(path: String) throws(StoreError) {
        self.path = path
        try StateDirectory.make(path)
        try StateDirectory.checkOwner(path, is: "state directory", forbidden: 0o022, remedy: "chmod go-w")
    }

    /// Opens an existing directory without changing anything.
    public init(existing path: String) throws(StoreError) {
        self.path = path
        try StateDirectory.checkOwner(path, is: "state directory", forbidden: 0o022, remedy: "chmod go-w")
    }

    func file(_ name: String) -> String { path + "/" + name }

    /// - Parameter forbidden: mode bits that must be clear.
    static func checkOwner(
        _ path: String, is what: String, forbidden: mode_t, remedy: String
    ) throws(StoreError) {
        var facts = stat()
        guard unsafe stat(path, &facts) == 0 else {
            throw StoreError(code: .unavailable, message: "\(what) \(path): \(systemMessage(errno))")
        }
        guard facts.st_uid == geteuid() else {
            throw StoreError(
                code: .forbidden,
                message: "\(what) \(path) belongs to user \(facts.st_uid), not to \(geteuid()): "
                    + "run as its owner, or name another with --state")
        }
        guard facts.st_mode & forbidden == 0 else {
            let mode = String(facts.st_mode & 0o777, radix: 8)
            throw StoreError(
                code: .forbidden,
                message: "\(what) \(path) is open to other users (mode 0\(mode)): run `\(remedy) \(path)`")
        }
    }

    private static func make(_ path: String) throws(StoreError) {
        var made = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: false) {
            made += part
            defer { made += "/" }
            if unsafe made.isEmpty || mkdir(made, 0o700) == 0 || errno == EEXIST || errno == EISDIR { continue }
            let problem = errno
            // A parent that may not be written may still exist.
            if unsafe access(made, F_OK) == 0 { continue }
            throw StoreError(
                code: .unavailable, message: "state directory \(path) cannot be made: \(systemMessage(problem))")
        }
    }
}

/// The system's words for an error number.
func systemMessage(_ number: Int32) -> String {
    unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
}
