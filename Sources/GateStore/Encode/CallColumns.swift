/// The nested columns of a call as JSON text, and read back from it.
///
/// A message is `{"status","headers":[{"name","value"}],"body","body_encoding","body_sha256","body_length",
/// "truncated"}`: `status` in responses only, `body_encoding` is `base64` where the body is not UTF-8 and is
/// absent otherwise; `body` is null where none was kept.
enum CallColumns {
    static func message(_ message: CallRecord.Message, into json: inout JSONText) {
        json.byte(0x7b)
        if let status = message.status {
            json.raw("\"status\":")
            json.integer(Int64(status))
            json.byte(0x2c)
        }
        json.raw("\"headers\":")
        json.byte(0x5b)
        json.bytes += message.headerList.members.bytes
        json.byte(0x5d)
        json.raw(",\"body\":")
        body(message.body, into: &json)
        json.raw(",\"body_sha256\":")
        json.optional(message.bodySHA256)
        json.raw(",\"body_length\":")
        json.integer(Int64(message.bodyLength))
        json.raw(",\"truncated\":")
        json.boolean(message.isTruncated)
        json.byte(0x7d)
    }

    static func fields(_ fields: [CallRecord.Field], into json: inout JSONText) {
        json.byte(0x5b)
        var isFirst = true
        for field in fields {
            if !isFirst { json.byte(0x2c) }
            isFirst = false
            // Most of a row's bytes pass here: few appends, each longer.
            json.raw("{\"name\":\"")
            json.content(field.name)
            json.raw("\",\"value\":\"")
            json.content(field.value)
            json.raw("\"}")
        }
        json.byte(0x5d)
    }

    private static func body(_ body: [UInt8]?, into json: inout JSONText) {
        guard let body else { return json.raw("null") }
        if isUTF8(body) { return json.string(utf8: body) }
        json.string(utf8: Base64.encode(body))
        json.raw(",\"body_encoding\":\"base64\"")
    }

    static func isUTF8(_ bytes: [UInt8]) -> Bool {
        String(validating: bytes, as: UTF8.self) != nil
    }

    /// `at` is RFC 3339, as in the contract's JSON.
    static func attempts(_ attempts: [CallRecord.Attempt], into json: inout JSONText) {
        json.byte(0x5b)
        var isFirst = true
        for attempt in attempts {
            if !isFirst { json.byte(0x2c) }
            isFirst = false
            json.raw("{\"at\":\"")
            Timestamp.append(attempt.at, to: &json.bytes)
            json.raw("\",\"status\":")
            if let status = attempt.status { json.integer(Int64(status)) } else { json.raw("null") }
            json.raw(",\"error\":")
            json.optional(attempt.error)
            json.raw(",\"ms\":")
            json.milliseconds(attempt.ms)
            json.byte(0x7d)
        }
        json.byte(0x5d)
    }

    static func limits(_ limits: [String], into json: inout JSONText) {
        json.byte(0x5b)
        var isFirst = true
        for limit in limits {
            if !isFirst { json.byte(0x2c) }
            isFirst = false
            json.string(limit)
        }
        json.byte(0x5d)
    }

    static func idempotency(key: String, state: String?, into json: inout JSONText) {
        json.raw("{\"key\":")
        json.string(key)
        json.raw(",\"state\":")
        json.optional(state)
        json.byte(0x7d)
    }

    // Reading

    static func message(_ json: JSONValue) -> CallRecord.Message {
        let text = json["body"]?.string
        let body: [UInt8]? =
            if json["body_encoding"]?.string == "base64" {
                text.flatMap { Base64.decode(Array($0.utf8)) }
            } else {
                text.map { Array($0.utf8) }
            }
        return CallRecord.Message(
            status: json["status"]?.integer.flatMap { Int(exactly: $0) },
            headers: fields(json["headers"]), body: body, bodySHA256: json["body_sha256"]?.string,
            bodyLength: json["body_length"]?.integer.flatMap { Int(exactly: $0) } ?? 0,
            isTruncated: json["truncated"]?.boolean ?? false)
    }

    static func fields(_ json: JSONValue?) -> [CallRecord.Field] {
        (json?.array ?? []).compactMap { field in
            guard let name = field["name"]?.string, let value = field["value"]?.string else { return nil }
            return CallRecord.Field(name: name, value: value)
        }
    }

    static func attempts(_ json: JSONValue) -> [CallRecord.Attempt] {
        json.array.map { attempt in
            CallRecord.Attempt(
                at: attempt["at"]?.string.flatMap(Timestamp.parse) ?? 0,
                status: attempt["status"]?.integer.flatMap { Int(exactly: $0) },
                error: attempt["error"]?.string, ms: attempt["ms"]?.number ?? 0)
        }
    }
}
