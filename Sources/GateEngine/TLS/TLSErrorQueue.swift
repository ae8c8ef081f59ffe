internal import CGate

/// OpenSSL's error queue of this thread: emptied before a call that reports through it, and at once after it failed.
enum TLSErrorQueue {
    /// The first error, which names the cause; those after it only say who passed it on.
    struct Entry {
        var library: Int32
        var reason: Int32
        var text: String
    }

    /// libcurl uses the same queue on the same thread.
    static func clear() { ERR_clear_error() }

    /// Takes the first error and drops the rest; nil where the queue was empty.
    static func drain() -> Entry? {
        let code = ERR_get_error()
        guard code != 0 else { return nil }
        ERR_clear_error()
        let words = unsafe ERR_reason_error_string(code)
        let text = unsafe words.map { unsafe String(cString: $0) } ?? "OpenSSL error \(code)"
        return Entry(library: gate_err_lib(code), reason: gate_err_reason(code), text: text)
    }

    /// The words of the first error, for messages.
    static func words() -> String { drain()?.text ?? "no reason given by OpenSSL" }
}
