/// The PEM bundle for programs behind the gate: the system's roots, the user's own, and the gate's authority.
package struct TrustBundle {
    /// Writes `bundle.pem` (0644) in `stateDirectory`, atomically; returns its path.
    package static func write(stateDirectory: String, authority: Authority, extraFiles: [String] = [])
        throws(AuthorityError) -> String { throw AuthorityError(file: "", message: "") }
    /// The file with the system's roots.
    package static func systemRoots(environment: [String: String]) -> String? { nil }
}
