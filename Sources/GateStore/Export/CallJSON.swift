/// A stored call as one line of JSON, with the field names of the contract.
///
/// Headers are an array of `{"name","value"}`, so that order and repetition stay. A body that is not UTF-8 is base 64
/// with `"body_encoding":"base64"` beside it. `time` and each attempt's `at` are RFC 3339 in UTC with microseconds.
public enum CallJSON {
    public static func encode(_ call: StoredCall) -> [UInt8] {
        var json = JSONText()
        write(call, into: &json)
        return json.bytes
    }

    /// `{"calls":[…],"next_cursor":…}`.
    public static func encode(_ page: CallPage) -> [UInt8] {
        var json = JSONText()
        json.raw("{\"calls\":[")
        for (index, call) in page.calls.enumerated() {
            if index > 0 { json.byte(0x2c) }
            write(call, into: &json)
        }
        json.raw("],\"next_cursor\":")
        json.optional(page.nextCursor)
        json.byte(0x7d)
        return json.bytes
    }

    static func write(_ call: StoredCall, into json: inout JSONText) {
        let record = call.record
        json.raw("{\"id\":")
        json.string(record.id)
        json.raw(",\"time\":\"")
        Timestamp.append(record.time, to: &json.bytes)
        json.raw("\",\"environment\":")
        json.string(record.environment)
        json.raw(",\"session\":")
        json.optional(record.session)
        json.raw(",\"correlation_id\":")
        json.string(record.correlationID)
        json.raw(",\"mode\":")
        json.string(record.mode)
        verdict(record, into: &json)
        exchange(record, into: &json)
        json.raw(",\"client\":")
        json.string(record.client)
        json.raw(",\"duration_ms\":")
        json.milliseconds(record.durationMilliseconds)
        json.raw(",\"releasable\":")
        json.boolean(call.isReleasable)
        json.raw(",\"prev_hash\":")
        json.string(call.previousHash)
        json.raw(",\"hash\":")
        json.string(call.hash)
        json.byte(0x7d)
    }

    private static func verdict(_ record: CallRecord, into json: inout JSONText) {
        json.raw(",\"class\":")
        json.string(record.class)
        json.raw(",\"kind\":")
        json.optional(record.kind)
        json.raw(",\"rule\":")
        json.optional(record.rule)
        json.raw(",\"outcome\":")
        json.string(record.outcome.rawValue)
        json.raw(",\"would\":")
        json.optional(record.would)
        json.raw(",\"refusal\":")
        json.optional(record.refusal)
    }

    private static func exchange(_ record: CallRecord, into json: inout JSONText) {
        json.raw(",\"method\":")
        json.string(record.method)
        json.raw(",\"url\":")
        json.string(record.url)
        json.raw(",\"request\":")
        CallColumns.message(record.request, into: &json)
        json.raw(",\"response\":")
        if let response = record.response { CallColumns.message(response, into: &json) } else { json.raw("null") }
        json.raw(",\"attempts\":")
        CallColumns.attempts(record.attempts, into: &json)
        json.raw(",\"idempotency\":")
        if let key = record.idempotencyKey {
            CallColumns.idempotency(key: key, state: record.idempotencyState, into: &json)
        } else {
            json.raw("null")
        }
        json.raw(",\"limits\":")
        CallColumns.limits(record.limits, into: &json)
    }
}
