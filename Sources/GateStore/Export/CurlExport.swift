/// A call as a `curl` command for a POSIX shell; what was redacted stays redacted, so it is to be completed by hand.
public enum CurlExport {
    /// One line.
    ///
    /// A body that was not kept, is cut, or holds NUL bytes is named in a comment above the command.
    public static func encode(_ call: StoredCall) -> String {
        let record = call.record
        var comment = ""
        // Brackets in URLs and dot segments go out as they are.
        var words = ["curl", "--globoff", "--path-as-is"]
        if record.method == "HEAD" {
            words.append("--head")
        } else {
            words += ["-X", quoted(record.method)]
        }
        words.append(quoted(record.url))
        for field in record.request.headers where !isCurlsOwn(field.name) {
            // curl sends an empty field only when its name ends with a semicolon.
            words += ["-H", quoted(field.value.isEmpty ? field.name + ";" : "\(field.name): \(field.value)")]
        }
        if let body = record.request.body, !body.isEmpty {
            if body.contains(0) || !CallColumns.isUTF8(body) {
                comment = "# the body is binary: \(record.request.bodyLength) bytes\n"
            } else {
                words += ["--data-raw", quoted(String(decoding: body, as: UTF8.self))]
                if record.request.isTruncated {
                    comment = "# the body is cut: \(record.request.bodyLength) bytes in all\n"
                }
            }
        } else if record.request.bodyLength > 0 {
            comment = "# the body was not kept: \(record.request.bodyLength) bytes\n"
        }
        return comment + words.joined(separator: " ")
    }

    /// Always single-quoted; a single quote ends the quotation, stands escaped, starts it anew.
    static func quoted(_ word: String) -> String {
        // A NUL cannot stand in a word of a shell.
        var result = "'"
        for scalar in word.unicodeScalars {
            switch scalar {
            case "'": result += "'\\''"
            case "\0": result += ""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "'"
    }

    private static func isCurlsOwn(_ name: String) -> Bool {
        ["content-length", "connection", "proxy-connection", "transfer-encoding", "expect"].contains(name.lowercased())
    }
}
