internal import CGate
internal import Glibc

/// The installed libcurl: initialised once for the process, and asked whether it has what the gate relies on.
enum CurlLibrary {
    /// Where an SSL keeps the pointer that `CurlHandle.watchClose` sets; -1 when there is none left.
    static let closeIndex: Int32 = gate_tls_close_index()

    /// `curl_global_init`; a static is initialised once, whichever threads ask.
    private static let initialised: CURLcode = {
        // With NOSIGNAL libcurl leaves SIGPIPE to the application (CURLOPT_NOSIGNAL(3)).
        _ = signal(SIGPIPE, SIG_IGN)
        return curl_global_init(Int(CURL_GLOBAL_ALL))
    }()

    /// What is lacking, as sentences.
    static func check() -> [String] {
        guard initialised == CURLE_OK else { return ["libcurl cannot be initialised (\(initialised.rawValue))."] }
        guard let version = unsafe curl_version_info(CURLVERSION_TENTH) else {
            return ["libcurl does not name its version."]
        }
        var lacks: [String] = []
        if unsafe version.pointee.version_num < 0x07_57_00 {
            lacks.append("libcurl is older than 7.87.0: a cancelled name look-up would block the gate.")
        }
        if unsafe version.pointee.features & CURL_VERSION_SSL == 0 { lacks.append("libcurl is built without TLS.") }
        if unsafe version.pointee.features & CURL_VERSION_ASYNCHDNS == 0 {
            lacks.append("libcurl resolves names synchronously: a slow look-up would block the gate.")
        }
        let library = unsafe version.pointee.ssl_version.map { unsafe String(cString: $0) } ?? "none"
        if !library.hasPrefix("OpenSSL/") {
            lacks.append("libcurl's TLS is \(library), not OpenSSL: upstream certificates cannot be checked.")
        }
        for option in CurlHandle.requiredOptions where unsafe curl_easy_option_by_id(option) == nil {
            lacks.append("libcurl lacks option \(option.rawValue).")
        }
        return lacks
    }
}
