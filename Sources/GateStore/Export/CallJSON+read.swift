extension CallJSON {
    /// Reads `{"calls":[…],"next_cursor":…}` as `encode` writes it; nil for anything else.
    public static func readPage(_ bytes: [UInt8]) -> CallPage? {
        guard let page = JSONValue(bytes), case .array(let values)? = page["calls"] else { return nil }
        let calls = values.compactMap(call)
        guard calls.count == values.count else { return nil }
        return CallPage(calls: calls, nextCursor: page["next_cursor"]?.string)
    }

    /// Reads one call as `encode` writes it; nil for anything else. `host` is taken from the URL.
    public static func read(_ bytes: [UInt8]) -> StoredCall? { JSONValue(bytes).flatMap(call) }

    private static func call(_ json: JSONValue) -> StoredCall? {
        guard let id = json["id"]?.string, let time = json["time"]?.string.flatMap(Timestamp.parse),
            let outcome = json["outcome"]?.string.flatMap(CallRecord.Outcome.init(rawValue:)),
            let method = json["method"]?.string, let url = json["url"]?.string, let request = json["request"]
        else { return nil }
        var record = CallRecord(
            id: id, time: time, environment: json["environment"]?.string ?? "", session: json["session"]?.string,
            correlationID: json["correlation_id"]?.string ?? "", mode: json["mode"]?.string ?? "",
            class: json["class"]?.string ?? "", outcome: outcome, method: method, url: url, host: host(of: url),
            request: CallColumns.message(request), client: json["client"]?.string ?? "")
        record.kind = json["kind"]?.string
        record.rule = json["rule"]?.string
        record.would = json["would"]?.string
        record.refusal = json["refusal"]?.string
        if case .object? = json["response"] { record.response = json["response"].map { CallColumns.message($0) } }
        record.attempts = json["attempts"].map { CallColumns.attempts($0) } ?? []
        record.idempotencyKey = json["idempotency"]?["key"]?.string
        record.idempotencyState = json["idempotency"]?["state"]?.string
        record.limits = (json["limits"]?.array ?? []).compactMap(\.string)
        record.durationMilliseconds = json["duration_ms"]?.number ?? 0
        return StoredCall(
            record: record, previousHash: json["prev_hash"]?.string ?? "", hash: json["hash"]?.string ?? "",
            isReleasable: json["releasable"]?.boolean ?? false)
    }

    private static func host(of url: String) -> String {
        let bytes = Array(url.utf8)
        guard let slashes = bytes.indices.dropLast(2).first(where: { bytes[$0...].starts(with: Array("://".utf8)) })
        else {
            return ""
        }
        let authority = bytes[(slashes + 3)...].prefix { $0 != 0x2F && $0 != 0x3F }
        let host =
            authority.first == 0x5B ? authority.dropFirst().prefix { $0 != 0x5D } : authority.prefix { $0 != 0x3A }
        return String(decoding: host, as: UTF8.self)
    }
}
