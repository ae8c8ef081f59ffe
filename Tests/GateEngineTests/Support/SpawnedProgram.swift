import Foundation
import Glibc
import Testing

/// A child process that is waited for by its id alone.
///
/// Foundation's `Process` waits for a descriptor that other children may have inherited: in parallel suites it never ends.
final class SpawnedProgram {
    let pid: pid_t
    private var ended: Int32?

    /// - Parameters:
    ///   - command: found on the `PATH` of this process.
    ///   - descriptors: standard input, output and error.
    init(_ command: [String], directory: String, environment: [String: String], descriptors: [Int32]) throws {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for (index, descriptor) in descriptors.enumerated() {
            let result = unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(index))
            try #require(result == 0, "no descriptor \(descriptor)")
        }
        // The threads of a test block signals, and children inherit that.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        for number in [SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGALRM, SIGCHLD, SIGUSR1] {
            unsafe sigaddset(&signals, number)
        }
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var pid: pid_t = 0
        let command = ["env", "-C", directory] + command
        var arguments = unsafe command.map { unsafe strdup($0) } + [nil]
        var variables = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (arguments + variables).forEach { free($0) } }
        let result = unsafe posix_spawnp(&pid, command[0], &actions, &attributes, &arguments, &variables)
        try #require(result == 0, "\(command[0]): \(unsafe String(cString: strerror(result)))")
        self.pid = pid
    }

    /// The program's status as a shell has it: 128+N after signal N.
    func wait() -> Int32 {
        if let ended { return ended }
        var status: Int32 = 0
        while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        let shown = signal == 0 ? (status >> 8) & 0xFF : 128 + signal
        ended = shown
        return shown
    }

    func signal(_ number: Int32) { if ended == nil { kill(pid, number) } }

    /// Ends it, politely first asked, and waits.
    func stop() {
        signal(SIGTERM)
        _ = wait()
    }
}

extension Pipe {
    /// A pipe that other children do not inherit.
    static func ofOurOwn() -> Pipe {
        let pipe = Pipe()
        for handle in [pipe.fileHandleForReading, pipe.fileHandleForWriting] {
            _ = fcntl(handle.fileDescriptor, F_SETFD, FD_CLOEXEC)
        }
        return pipe
    }
}

/// `/dev/null`, open for reading and writing for as long as the tests run.
enum NullDevice {
    static let descriptor = open("/dev/null", O_RDWR | O_CLOEXEC)
}
