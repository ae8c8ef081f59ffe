import CGate

/// Whole files, read and written with the system's own reasons for failure.
enum FileAccess {
    /// A system call that failed: what was tried, on what, and why.
    struct Fault: Error, Sendable, CustomStringConvertible {
        var action: String
        var path: String
        var code: Int32

        var reason: String { code == EILSEQ ? "it is not UTF-8 text" : unsafe String(cString: strerror(code)) }
        var description: String { "cannot \(action) \(path): \(reason)" }
        static func last(_ action: String, _ path: String) -> Fault {
            Fault(action: action, path: path, code: gate_errno())
        }
    }

    /// The file's bytes; a file longer than `limit` fails with EFBIG, a directory with EISDIR.
    static func read(_ path: String, limit: ByteCount) throws(Fault) -> [UInt8] {
        let descriptor = unsafe gate_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0)
        guard descriptor >= 0 else { throw .last("read", path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe CGate.read(descriptor, &chunk, chunk.count)
            if count < 0, gate_errno() == EINTR { continue }
            guard count >= 0 else { throw .last("read", path) }
            guard count > 0 else { return bytes }
            bytes += chunk[0..<count]
            guard bytes.count <= limit.bytes else { throw Fault(action: "read", path: path, code: EFBIG) }
        }
    }

    /// The file as UTF-8 text; bytes that are not UTF-8 fail with EILSEQ.
    static func readText(_ path: String, limit: ByteCount) throws(Fault) -> String {
        let bytes = try read(path, limit: limit)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Fault(action: "read", path: path, code: EILSEQ)
        }
        return text
    }

    /// Puts a whole file in the place of an older one: a reader sees the one or the other.
    static func replace(_ path: String, with bytes: [UInt8], mode: UInt32) throws(Fault) {
        let temporary = try writeTemporary(beside: path, bytes, mode: mode)
        guard unsafe rename(temporary, path) == 0 else {
            let fault = Fault.last("write", path)
            unsafe unlink(temporary)
            throw fault
        }
    }

    /// Makes the file only where none stands; false when there is one. Atomic between processes.
    static func create(_ path: String, with bytes: [UInt8], mode: UInt32) throws(Fault) -> Bool {
        let temporary = try writeTemporary(beside: path, bytes, mode: mode)
        defer { unsafe unlink(temporary) }
        if unsafe link(temporary, path) == 0 { return true }
        guard gate_errno() == EEXIST else { throw .last("create", path) }
        return false
    }

    private static func writeTemporary(
        beside path: String, _ bytes: [UInt8], mode: UInt32
    ) throws(Fault) -> String {
        let temporary = path + ".\(getpid()).\(UInt32.random(in: .min ... .max)).tmp"
        let descriptor = unsafe gate_open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw .last("create", temporary) }
        defer { close(descriptor) }
        do throws(Fault) {
            try write(bytes, to: descriptor, path: temporary)
            guard fchmod(descriptor, mode) == 0, fsync(descriptor) == 0 else { throw Fault.last("write", temporary) }
        } catch {
            unsafe unlink(temporary)
            throw error
        }
        return temporary
    }

    /// Writes all bytes, waiting for room where there is none.
    static func write(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(Fault) {
        var sent = 0
        while sent < bytes.count {
            let rest = bytes[sent...]
            let count = unsafe rest.withUnsafeBytes { unsafe CGate.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, gate_errno() == EINTR { continue }
            if count < 0, gate_errno() == EAGAIN {
                // Someone made a shared terminal or pipe non-blocking: wait as a blocking one would.
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = unsafe poll(&waiting, 1, -1)
                continue
            }
            guard count >= 0 else { throw .last("write", path) }
            sent += count
        }
    }

    /// Makes a directory and the ones above it; existing ones stay as they are.
    static func makeDirectory(_ path: String, mode: UInt32) throws(Fault) {
        if unsafe mkdir(path, mode) == 0 || gate_errno() == EEXIST { return }
        let parent = PathText.directory(of: path)
        guard gate_errno() == ENOENT, parent != path, parent != "." else { throw .last("create", path) }
        try makeDirectory(parent, mode: mode)
        guard unsafe mkdir(path, mode) == 0 || gate_errno() == EEXIST else { throw .last("create", path) }
    }

    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// The names in a directory without `.` and `..`, sorted; empty when it cannot be read.
    static func names(in directory: String) -> [String] {
        guard let stream = unsafe opendir(directory) else { return [] }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name.0) { unsafe String(cString: $0) }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}

extension FileAccess {
    /// Removes a file; false when it is a directory or cannot be removed.
    static func remove(_ path: String) -> Bool { unsafe unlink(path) == 0 }

    /// Removes an empty directory.
    static func removeDirectory(_ path: String) { _ = unsafe rmdir(path) }
}
