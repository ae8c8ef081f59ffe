import CGate
public import GatePolicy

/// The directory that a gate's secrets, journals and registrations live in: one user's, shared by several gates.
public struct StateDirectory: Sendable {
    /// Absolute.
    public let path: String

    /// `$XDG_STATE_HOME/stoplog`, else `~/.local/state/stoplog`; nil when neither variable is an absolute path.
    public static func defaultPath(variables: [String: String]) -> String? {
        if let state = variables["XDG_STATE_HOME"], state.hasPrefix("/") { return state + "/stoplog" }
        if let home = variables["HOME"], home.hasPrefix("/") { return home + "/.local/state/stoplog" }
        return nil
    }

    /// Makes the directory (mode 0700) where there is none.
    ///
    /// - Throws: `forbidden` when it is another user's or others may write to it, `unusable` when it cannot be made.
    public static func open(_ path: String) throws(StateError) -> StateDirectory {
        do {
            try FileAccess.makeDirectory(path, mode: 0o700)
        } catch {
            throw StateError(.unusable, "the state directory: \(error)")
        }
        return try existing(path)
    }

    /// The directory as it stands, without making it: what a reader wants.
    public static func existing(_ path: String) throws(StateError) -> StateDirectory {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            let code: StateError.Code = gate_errno() == ENOENT ? .absent : .unusable
            throw StateError(code, "the state directory: \(FileAccess.Fault.last("open", path))")
        }
        guard gate_file_type(status.st_mode) == S_IFDIR else {
            throw StateError(.unusable, "the state directory \(path) is not a directory")
        }
        guard status.st_uid == geteuid() else {
            throw StateError(
                .forbidden,
                "the state directory \(path) belongs to user \(status.st_uid), this gate runs as user \(geteuid()): "
                    + "name another one with --state")
        }
        guard status.st_mode & 0o022 == 0 else {
            throw StateError(.forbidden, "others may write to the state directory \(path): run `chmod 700 \(path)`")
        }
        return StateDirectory(path: path)
    }

    /// The journal of an environment whose store is plain `sqlite`.
    public func journalPath(environment: String) -> String { "\(path)/\(environment).sqlite" }

    // MARK: The token

    /// False before the first gate of this directory started.
    public var hasAdminToken: Bool { FileAccess.exists(path + "/admin.token") }

    /// The bearer token of the admin servers: 64 hex digits, made (mode 0600) by whichever gate comes first.
    public func adminToken() throws(StateError) -> String {
        let file = path + "/admin.token"
        do {
            if !FileAccess.exists(file) {
                _ = try FileAccess.create(file, with: Array((Self.randomHex(bytes: 32) + "\n").utf8), mode: 0o600)
            }
            return try Self.secret(file)
        } catch let error as FileAccess.Fault {
            throw StateError(.unusable, "the admin token: \(error)")
        } catch let error as StateError {
            throw error
        } catch {
            throw StateError(.unusable, "the admin token: \(error)")
        }
    }

    private static func secret(_ file: String) throws -> String {
        var status = stat()
        guard unsafe stat(file, &status) == 0 else { throw FileAccess.Fault.last("read", file) }
        guard status.st_uid == geteuid(), status.st_mode & 0o077 == 0 else {
            throw StateError(.forbidden, "others may read \(file): remove it, restart the gates, and a new one is made")
        }
        let text = try FileAccess.readText(file, limit: .kibibytes(4))
        let token = String(text.prefix { $0 != "\n" && $0 != "\r" })
        guard token.utf8.count >= 32, token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw StateError(.unusable, "\(file) holds no token: remove it, restart the gates, and a new one is made")
        }
        return token
    }

    /// `bytes` random bytes of the system's as lower-case hex.
    static func randomHex(bytes: Int) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var random = SystemRandomNumberGenerator()
        var text: [UInt8] = []
        for _ in 0..<bytes {
            let byte = UInt8.random(in: .min ... .max, using: &random)
            text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        return String(decoding: text, as: UTF8.self)
    }

    // MARK: Flips that survive a restart

    private func modePath(_ environment: String) -> String { "\(path)/mode-\(environment).json" }

    /// Keeps a flip to a mode stricter than the configured one; a flip to any other forgets what was kept.
    public func keepFlip(to mode: Mode, configured: Mode, environment: String, at: String, by: String)
        throws(StateError)
    {
        let file = modePath(environment)
        guard mode > configured else {
            if unsafe unlink(file) == 0 || gate_errno() == ENOENT { return }
            throw StateError(.unusable, "the kept mode: \(FileAccess.Fault.last("remove", file))")
        }
        let text =
            "{\"mode\":\(JSONText.quoted(mode.rawValue)),\"at\":\(JSONText.quoted(at)),\"by\":\(JSONText.quoted(by))}\n"
        do {
            try FileAccess.replace(file, with: Array(text.utf8), mode: 0o600)
        } catch {
            throw StateError(.unusable, "the kept mode: \(error)")
        }
    }

    /// The mode an environment starts in: the configured one or a kept stricter one.
    ///
    /// - Throws: `unusable` when a kept flip cannot be read: starting looser than a person asked for is no option.
    public func startMode(configured: Mode, environment: String) throws(StateError) -> Mode {
        let file = modePath(environment)
        guard FileAccess.exists(file) else { return configured }
        do {
            let bytes = try FileAccess.read(file, limit: .kibibytes(4))
            guard let kept = JSONObject(bytes)?.string("mode").flatMap(Mode.init(rawValue:)) else {
                throw StateError(.unusable, "\(file) names no mode: correct or remove it")
            }
            return max(kept, configured)
        } catch let error as StateError {
            throw error
        } catch {
            throw StateError(.unusable, "the kept mode: \(error)")
        }
    }
}

/// Why the state directory cannot be used.
public struct StateError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: Sendable {
        /// It is another user's, or too open.
        case forbidden
        /// It cannot be made, read or written.
        case unusable
        /// Nothing has made it yet.
        case absent
    }
    public var code: Code
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
    public var description: String { message }
}
