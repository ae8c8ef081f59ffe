/// The local certificate authority that signs the leaves of intercepted hosts.
package final class Authority: Sendable {
    /// Loads the authority of a state directory, and makes it at first start; safe among gates that start at once.
    package static func open(stateDirectory: String) throws(AuthorityError) -> Authority { throw AuthorityError(file: "", message: "") }
    /// Loads an authority of the user's own (`tls.ca_cert`, `tls.ca_key`).
    package static func load(certificate: String, key: String) throws(AuthorityError) -> Authority { throw AuthorityError(file: "", message: "") }
    /// Makes a new authority in the state directory; the old certificate stays as `ca-old.pem`.
    package static func rotate(stateDirectory: String) throws(AuthorityError) -> Authority { throw AuthorityError(file: "", message: "") }

    /// The file with the certificate, absolute where the directory was.
    package let certificateFile: String = ""
    /// SHA-256 of the certificate, upper-case hex with colons.
    package var fingerprint: String { "" }
    /// `CN=Stoplog local CA (host)`.
    package var subject: String { "" }
    /// Seconds since 1970.
    package var notAfter: Int64 { 0 }
}

/// The authority or a certificate cannot be used: where, and what to do.
package struct AuthorityError: Error, CustomStringConvertible, Equatable {
    package var file: String
    package var message: String
    package var description: String { "\(file): \(message)" }
}
