import CGate

/// What this binary is and what it runs with.
public enum BuildVersions {
    public static let stoplog = "0.1.0"
    /// The commit it was built from; `dev` where the build did not say.
    public static let commit = "dev"
    /// `libcurl/7.88.1 OpenSSL/3.0.22 …` as the library names itself and its parts.
    public static var libcurl: String { unsafe curl_version().map { unsafe String(cString: $0) } ?? "unknown" }
    public static var openSSL: String {
        unsafe OpenSSL_version(OPENSSL_VERSION).map { unsafe String(cString: $0) } ?? "unknown"
    }
}
