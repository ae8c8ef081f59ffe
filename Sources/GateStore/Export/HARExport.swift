/// Calls as an HTTP Archive 1.2, written piece by piece: `head`, entries with a comma between, `tail`.
///
/// What HAR has no field for stands in each entry's `_stoplog`: id, verdict and hash.
public enum HARExport {
    /// - Parameter version: of the program that writes the archive.
    public static func head(version: String) -> [UInt8] {
        var json = JSONText()
        json.raw("{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"stoplog\",\"version\":")
        json.string(version)
        json.raw("},\"entries\":[")
        return json.bytes
    }

    public static var tail: [UInt8] { Array("]}}".utf8) }

    /// The whole archive at once.
    public static func encode(_ calls: [StoredCall], version: String) -> [UInt8] {
        var bytes = head(version: version)
        for (index, call) in calls.enumerated() {
            if index > 0 { bytes.append(0x2c) }
            bytes += entry(call)
        }
        return bytes + tail
    }

    public static func entry(_ call: StoredCall) -> [UInt8] {
        let record = call.record
        var json = JSONText()
        json.raw("{\"startedDateTime\":\"")
        Timestamp.append(record.time, to: &json.bytes)
        json.raw("\",\"time\":")
        json.milliseconds(max(0, record.durationMilliseconds))
        json.raw(",\"request\":")
        request(record, into: &json)
        json.raw(",\"response\":")
        response(record.response, into: &json)
        json.raw(",\"cache\":{},\"timings\":{\"send\":0,\"wait\":")
        json.milliseconds(max(0, record.durationMilliseconds))
        json.raw(",\"receive\":0},\"comment\":")
        json.string("\(record.outcome.rawValue), \(record.rule ?? "no rule")")
        json.raw(",\"_stoplog\":{\"id\":")
        json.string(record.id)
        json.raw(",\"outcome\":")
        json.string(record.outcome.rawValue)
        json.raw(",\"class\":")
        json.string(record.class)
        json.raw(",\"kind\":")
        json.optional(record.kind)
        json.raw(",\"rule\":")
        json.optional(record.rule)
        json.raw(",\"mode\":")
        json.string(record.mode)
        json.raw(",\"hash\":")
        json.string(call.hash)
        json.raw("}}")
        return json.bytes
    }

    private static func request(_ record: CallRecord, into json: inout JSONText) {
        json.raw("{\"method\":")
        json.string(record.method)
        json.raw(",\"url\":")
        json.string(record.url)
        json.raw(",\"httpVersion\":\"HTTP/1.1\",\"cookies\":[],\"headers\":")
        CallColumns.fields(record.request.headers, into: &json)
        json.raw(",\"queryString\":")
        CallColumns.fields(query(record.url), into: &json)
        if let body = record.request.body, !body.isEmpty {
            json.raw(",\"postData\":{\"mimeType\":")
            json.string(contentType(record.request))
            if CallColumns.isUTF8(body) {
                json.raw(",\"text\":")
                json.string(utf8: body)
            } else {
                json.raw(",\"text\":")
                json.string(utf8: Base64.encode(body))
                json.raw(",\"_encoding\":\"base64\"")
            }
            if record.request.isTruncated { json.raw(",\"comment\":\"truncated\"") }
            json.byte(0x7d)
        }
        json.raw(",\"headersSize\":-1,\"bodySize\":")
        json.integer(Int64(record.request.bodyLength))
        json.byte(0x7d)
    }

    private static func response(_ response: CallRecord.Message?, into json: inout JSONText) {
        json.raw("{\"status\":")
        json.integer(Int64(response?.status ?? 0))
        json.raw(",\"statusText\":\"\",\"httpVersion\":\"HTTP/1.1\",\"cookies\":[],\"headers\":")
        CallColumns.fields(response?.headers ?? [], into: &json)
        json.raw(",\"content\":{\"size\":")
        json.integer(Int64(response?.bodyLength ?? 0))
        json.raw(",\"mimeType\":")
        json.string(response.map(contentType) ?? "")
        if let body = response?.body {
            json.raw(",\"text\":")
            if CallColumns.isUTF8(body) {
                json.string(utf8: body)
            } else {
                json.string(utf8: Base64.encode(body))
                json.raw(",\"encoding\":\"base64\"")
            }
        }
        json.raw("},\"redirectURL\":")
        json.string(response.flatMap { header("location", $0) } ?? "")
        json.raw(",\"headersSize\":-1,\"bodySize\":")
        json.integer(Int64(response?.bodyLength ?? -1))
        json.byte(0x7d)
    }

    private static func contentType(_ message: CallRecord.Message) -> String { header("content-type", message) ?? "" }

    private static func header(_ name: String, _ message: CallRecord.Message) -> String? {
        message.headers.first { $0.name.lowercased() == name }?.value
    }

    /// Names and values as they stand in the URL, decoded where they decode to text.
    private static func query(_ url: String) -> [CallRecord.Field] {
        let bytes = Array(url.utf8)
        guard let mark = bytes.firstIndex(of: 0x3f) else { return [] }
        let end = bytes[mark...].firstIndex(of: 0x23) ?? bytes.count
        return bytes[(mark + 1)..<end].split(separator: 0x26).map { part in
            let pair = part.split(separator: 0x3d, maxSplits: 1, omittingEmptySubsequences: false)
            return CallRecord.Field(
                name: text(pair.first ?? []), value: pair.count > 1 ? text(pair[1]) : "")
        }
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: PercentCoding.decode(bytes, plusIsSpace: true), as: UTF8.self)
    }
}
