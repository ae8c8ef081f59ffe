import CGate

/// One running gate, as `gates/PID.json` tells the command line.
public struct GateRegistration: Sendable, Equatable {
    public var pid: Int32
    /// `http://127.0.0.1:4780`
    public var proxy: String
    /// `http://127.0.0.1:4781`
    public var admin: String
    public var environment: String
    public var mode: String
    /// The path of the authority's certificate.
    public var ca: String
    /// RFC 3339.
    public var started: String

    public init(
        pid: Int32, proxy: String, admin: String, environment: String, mode: String, ca: String, started: String
    ) {
        self.pid = pid
        self.proxy = proxy
        self.admin = admin
        self.environment = environment
        self.mode = mode
        self.ca = ca
        self.started = started
    }

    var json: String {
        let fields = [
            ("proxy", proxy), ("admin", admin), ("environment", environment), ("mode", mode), ("ca", ca),
            ("started", started),
        ]
        return "{\"pid\":\(pid)," + fields.map { "\"\($0)\":\(JSONText.quoted($1))" }.joined(separator: ",") + "}\n"
    }

    init?(_ bytes: [UInt8]) {
        guard let object = JSONObject(bytes), let pid = object.integer("pid").flatMap(Int32.init(exactly:)),
            let proxy = object.string("proxy"), let admin = object.string("admin"),
            let environment = object.string("environment"), let mode = object.string("mode"),
            let ca = object.string("ca"), let started = object.string("started")
        else { return nil }
        self.init(
            pid: pid, proxy: proxy, admin: admin, environment: environment, mode: mode, ca: ca, started: started)
    }
}

/// A gate's entry in `gates/`, held by a lock that dies with the process: no recycled PID can revive it.
public final class GateEntry: Sendable {
    private let file: String
    private let descriptor: Int32

    fileprivate init(file: String, descriptor: Int32) {
        self.file = file
        self.descriptor = descriptor
    }

    /// Removes the entry. The lock goes with the object.
    public func remove() { unsafe unlink(file) }

    deinit { close(descriptor) }
}

extension StateDirectory {
    private var gates: String { path + "/gates" }

    /// Writes `gates/PID.json` (`PID-N.json` for a second gate of one process); stays valid while the entry lives.
    public func register(_ registration: GateRegistration) throws(StateError) -> GateEntry {
        do {
            try FileAccess.makeDirectory(gates, mode: 0o700)
            for number in 1...1000 {
                let name = number == 1 ? "\(registration.pid)" : "\(registration.pid)-\(number)"
                let file = "\(gates)/\(name).json"
                if isHeld(file) { continue }
                return try write(registration, file)
            }
        } catch {
            throw StateError(.unusable, "the registration of this gate: \(error)")
        }
        throw StateError(.unusable, "\(gates) holds a thousand gates of this process")
    }

    private func write(_ registration: GateRegistration, _ file: String) throws(FileAccess.Fault) -> GateEntry {
        let temporary = file + ".\(UInt32.random(in: .min ... .max)).tmp"
        let descriptor = unsafe gate_open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .last("create", temporary) }
        let entry = GateEntry(file: file, descriptor: descriptor)
        guard gate_flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw .last("lock", temporary) }
        try FileAccess.write(Array(registration.json.utf8), to: descriptor, path: temporary)
        guard unsafe rename(temporary, file) == 0 else { throw .last("write", file) }
        return entry
    }

    /// The gates that live, oldest PID first by name; entries of dead ones are removed.
    public func runningGates() -> [GateRegistration] {
        FileAccess.names(in: gates).compactMap { name in
            guard name.hasSuffix(".json") else { return nil }
            let file = "\(gates)/\(name)"
            guard isHeld(file) else { return nil }
            return (try? FileAccess.read(file, limit: .kibibytes(64))).flatMap(GateRegistration.init)
        }
    }

    /// True while a living process holds the entry's lock; a dead one's entry is removed on the way.
    private func isHeld(_ file: String) -> Bool {
        let descriptor = unsafe gate_open(file, O_RDONLY | O_CLOEXEC, 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        guard gate_flock(descriptor, LOCK_SH | LOCK_NB) == 0 else { return gate_errno() == EWOULDBLOCK }
        var opened = stat()
        var standing = stat()
        let isSame = unsafe fstat(descriptor, &opened) == 0 && stat(file, &standing) == 0
        if isSame, opened.st_ino == standing.st_ino { unsafe unlink(file) }
        return false
    }
}
