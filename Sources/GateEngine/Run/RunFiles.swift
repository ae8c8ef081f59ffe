/// The files that a program behind the gate is pointed to, written below the state directory.
public struct RunFiles: Sendable {
    /// Where they are.
    public struct Paths: Sendable, Equatable {
        public var bundle: String
        public var nodeRoots: String
        public var wgetrc: String
        public var phpDirectory: String
        public var javaTrustStore: String?
        public var pythonDirectory: String?
        public var nodeShim: String?

        init(directory: String, preload: Bool) {
            bundle = directory + "/ca-bundle.pem"
            nodeRoots = directory + "/node-extra-ca.pem"
            wgetrc = directory + "/wgetrc"
            phpDirectory = directory + "/php"
            javaTrustStore = directory + "/cacerts.jks"
            pythonDirectory = preload ? directory + "/python" : nil
            nodeShim = preload ? directory + "/stoplog-preload.cjs" : nil
        }
    }

    public let paths: Paths
    /// Removed at the end of a run.
    public let directory: String
    /// Above the directories of all runs.
    public let runtimeDirectory: String

    /// Writes the files for one run or, with the same name again, writes them anew.
    ///
    /// - Parameters:
    ///   - name: the directory's name below `runtime/`: `run-…` or `env-…`.
    ///   - authorityFile: the gate's certificate in PEM.
    ///   - inherited: the environment that the user's own roots are taken from.
    public static func write(
        in state: StateDirectory, name: String, authorityFile: String, inherited: [String: String], preload: Bool
    ) throws(StateError) -> RunFiles {
        let runtime = state.path + "/runtime"
        let files = RunFiles(
            paths: Paths(directory: "\(runtime)/\(name)", preload: preload), directory: "\(runtime)/\(name)",
            runtimeDirectory: runtime)
        do {
            try files.write(authorityFile: authorityFile, inherited: inherited)
        } catch {
            throw StateError(.unusable, "the files for the program: \(error)")
        }
        return files
    }

    private func write(authorityFile: String, inherited: [String: String]) throws(FileAccess.Fault) {
        try FileAccess.makeDirectory(directory, mode: 0o700)
        let authority = try FileAccess.readText(authorityFile, limit: .mebibytes(1))
        try writeRoots(authority: authority, inherited: inherited)
        try FileAccess.replace(paths.wgetrc, with: wgetrc(inherited), mode: 0o600)
        try FileAccess.makeDirectory(paths.phpDirectory, mode: 0o700)
        let ini = "curl.cainfo=\"\(paths.bundle)\"\nopenssl.cafile=\"\(paths.bundle)\"\n"
        try FileAccess.replace(paths.phpDirectory + "/stoplog.ini", with: Array(ini.utf8), mode: 0o600)
        if let python = paths.pythonDirectory {
            try FileAccess.makeDirectory(python, mode: 0o700)
            try FileAccess.replace(
                python + "/sitecustomize.py", with: Array(PythonPreload.source.utf8), mode: 0o600)
        }
        if let shim = paths.nodeShim { try FileAccess.replace(shim, with: Array(NodePreload.source.utf8), mode: 0o600) }
    }

    private func writeRoots(authority: String, inherited: [String: String]) throws(FileAccess.Fault) {
        var all = PEMBundle()
        for file in PEMBundle.systemFiles where all.add(file: file) { break }
        for name in RunEnvironment.bundleVariables + ["AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"] {
            if let file = own(inherited[name]) { all.add(file: file) }
        }
        all.add(authority)
        try FileAccess.replace(paths.bundle, with: all.text, mode: 0o600)
        if let store = paths.javaTrustStore {
            try FileAccess.replace(store, with: JavaTrustStore.encode(all.certificates), mode: 0o600)
        }
        var node = PEMBundle()
        if let file = own(inherited["NODE_EXTRA_CA_CERTS"]) { node.add(file: file) }
        node.add(authority)
        try FileAccess.replace(paths.nodeRoots, with: node.text, mode: 0o600)
    }

    /// A path of the user's own: neither empty nor one that an earlier run of ours set.
    private func own(_ path: String?) -> String? {
        guard let path, !path.isEmpty, !path.hasPrefix(runtimeDirectory + "/") else { return nil }
        return path
    }

    /// The user's wgetrc and, after it, the bundle; proxies named there would win over the environment's.
    private func wgetrc(_ inherited: [String: String]) -> [UInt8] {
        let file = own(inherited["WGETRC"]) ?? inherited["HOME"].map { $0 + "/.wgetrc" }
        let users = file.flatMap { try? FileAccess.read($0, limit: .mebibytes(1)) } ?? []
        let kept = String(decoding: users, as: UTF8.self).split(separator: "\n").filter { line in
            let key = line.lowercased().filter { !"_- \t".contains($0) }
            return !["httpproxy=", "httpsproxy=", "noproxy=", "useproxy=", "cacertificate="].contains {
                key.hasPrefix($0)
            }
        }
        return Array((kept + ["use_proxy = on", "ca_certificate = \(paths.bundle)", ""]).joined(separator: "\n").utf8)
    }

    /// Removes what was written.
    public func remove() { Self.removeDirectory(directory) }

    /// Removes what killed runs left: directories `run-PID-…` whose process is gone.
    public static func sweep(_ state: StateDirectory, isAlive: (Int32) -> Bool) {
        let runtime = state.path + "/runtime"
        for name in FileAccess.names(in: runtime) where name.hasPrefix("run-") {
            let pid = name.dropFirst(4).prefix { $0 != "-" }
            if let pid = Int32(pid), !isAlive(pid) { removeDirectory("\(runtime)/\(name)") }
        }
    }

    /// Removes files and directories two levels deep: no more is ever written.
    private static func removeDirectory(_ directory: String) {
        for name in FileAccess.names(in: directory) {
            let path = "\(directory)/\(name)"
            if FileAccess.remove(path) { continue }
            for inner in FileAccess.names(in: path) {
                if FileAccess.remove("\(path)/\(inner)") { continue }
                for deepest in FileAccess.names(in: "\(path)/\(inner)") {
                    _ = FileAccess.remove("\(path)/\(inner)/\(deepest)")
                }
                FileAccess.removeDirectory("\(path)/\(inner)")
            }
            FileAccess.removeDirectory(path)
        }
        FileAccess.removeDirectory(directory)
    }
}
