import CGate
import Glibc

/// The program behind the gate: in the same process group, so that the terminal's job control reaches it.
struct ChildProcess {
    let pid: pid_t

    /// Why a program could not be started: 127 when it was not found, 126 otherwise.
    struct Failure: Error {
        var status: Int32
        var reason: String
    }

    /// Starts `command` (looked up in `PATH`) with `variables` set over this process's own environment.
    static func start(_ command: [String], variables: [(name: String, value: String)]) throws(Failure) -> ChildProcess {
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // The gate's masks and dispositions are not the program's.
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        var defaults = sigset_t()
        unsafe sigemptyset(&defaults)
        unsafe sigaddset(&defaults, SIGPIPE)
        unsafe posix_spawnattr_setsigdefault(&attributes, &defaults)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let arguments = CStringList(command)
        let environment = CStringList(environment: variables)
        var pid: pid_t = 0
        let code = unsafe posix_spawnp(&pid, command[0], nil, &attributes, arguments.pointers, environment.pointers)
        guard code == 0 else {
            throw Failure(
                status: code == ENOENT || code == ENOTDIR ? 127 : 126, reason: unsafe String(cString: strerror(code)))
        }
        return ChildProcess(pid: pid)
    }

    /// The status for the shell where the program has ended: its own, or 128 and the signal's number.
    func endedStatus() -> Int32? {
        var status: Int32 = 0
        guard unsafe waitpid(pid, &status, WNOHANG) == pid else { return nil }
        if gate_did_exit(status) != 0 { return gate_exit_status(status) }
        return gate_was_signalled(status) != 0 ? 128 + gate_term_signal(status) : nil
    }
}

/// A null-terminated list of C strings that lives as long as this object.
@safe private final class CStringList {
    private var owned: [UnsafeMutablePointer<CChar>?] = unsafe []
    let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

    init(_ strings: [String]) {
        unsafe owned = unsafe strings.map { unsafe strdup($0) }
        unsafe pointers = unsafe Self.table(owned)
    }

    /// This process's environment byte for byte, with `variables` in the place of what they name.
    init(environment variables: [(name: String, value: String)]) {
        let names = Set(variables.map(\.name))
        var next = unsafe gate_environment()
        while let entry = unsafe next?.pointee {
            let text = unsafe String(cString: entry)
            if !names.contains(String(text.prefix { $0 != "=" })) { unsafe owned.append(strdup(entry)) }
            unsafe next = next?.advanced(by: 1)
        }
        for variable in variables { unsafe owned.append(strdup("\(variable.name)=\(variable.value)")) }
        unsafe pointers = unsafe Self.table(owned)
    }

    private static func table(
        _ strings: [UnsafeMutablePointer<CChar>?]
    ) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> {
        let table = unsafe UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: strings.count + 1)
        for unsafe (index, string) in unsafe strings.enumerated() { unsafe table[index] = unsafe string }
        unsafe table[strings.count] = nil
        return unsafe table
    }

    deinit {
        for unsafe string in unsafe owned { unsafe free(string) }
        unsafe pointers.deallocate()
    }
}
