import GRDBSQLite

/// A call's columns as one buffer: what the chain hashes is what the statement binds.
///
/// The payload of a call's event is `1`, then each column of `columns` in order: `0` for NULL, `1` and eight bytes
/// (little-endian) for an integer, `2` and eight bytes for a real, `3`, four bytes of length and the bytes for text.
/// It is made from a record before the insert, and again from the stored row when the chain is verified.
struct CallRow {
    /// Columns that the chain covers, in the order of the table and of the payload.
    static let columns = [
        "id", "time", "environment", "session", "correlation_id", "mode", "class", "kind", "rule", "outcome", "would",
        "refusal", "method", "url", "host", "request", "response", "attempts", "idempotency", "limits", "client",
        "duration_ms", "sealed",
    ]
    /// After them the event's place in the chain.
    static let chainColumns = ["seq", "prev_hash", "hash"]
    static let names = (columns + chainColumns).joined(separator: ", ")

    private var json = JSONText()
    /// Where each column's tag lies.
    private var starts: [Int] = []

    var payload: [UInt8] { json.bytes }

    init() {
        json.bytes.reserveCapacity(2048)
        starts.reserveCapacity(CallRow.columns.count)
    }

    /// - Parameter sealedHash: the SHA-256 of the sealed copy in hex; nil when there is none.
    mutating func encode(_ record: CallRecord, sealedHash: String?) {
        clear()
        text(record.id)
        integer(record.time)
        text(record.environment)
        text(record.session)
        text(record.correlationID)
        text(record.mode)
        text(record.class)
        text(record.kind)
        text(record.rule)
        text(record.outcome.rawValue)
        text(record.would)
        text(record.refusal)
        text(record.method)
        text(record.url)
        text(record.host)
        nested { CallColumns.message(record.request, into: &$0) }
        if let response = record.response {
            nested { CallColumns.message(response, into: &$0) }
        } else {
            text(nil)
        }
        nested { CallColumns.attempts(record.attempts, into: &$0) }
        if let key = record.idempotencyKey {
            nested { CallColumns.idempotency(key: key, state: record.idempotencyState, into: &$0) }
        } else {
            text(nil)
        }
        nested { CallColumns.limits(record.limits, into: &$0) }
        text(record.client)
        // NaN would be stored as NULL, minus zero as zero.
        real(record.durationMilliseconds.isFinite && record.durationMilliseconds != 0 ? record.durationMilliseconds : 0)
        text(sealedHash)
    }

    /// Takes the columns from a row that begins with `names`, whatever types they have now.
    mutating func encode(_ row: SQLiteStatement, from first: Int32) {
        clear()
        for column in first..<first + Int32(CallRow.columns.count) {
            switch row.type(column) {
            case SQLITE_NULL: text(nil)
            case SQLITE_INTEGER: integer(row.integer(column))
            case SQLITE_FLOAT: real(row.real(column))
            default:
                begin(3)
                let bytes = row.bytes(column)
                fixed(UInt32(truncatingIfNeeded: bytes.count))
                json.bytes.append(contentsOf: bytes)
            }
        }
    }

    /// Binds every column to the parameters from 1 on; the payload must not change until the statement has run.
    func bind(to statement: SQLiteStatement, _ body: () throws(SQLiteFailure) -> Void) throws(SQLiteFailure) {
        try unsafe json.bytes.withUnsafeBufferPointer { (bytes) throws(SQLiteFailure) in
            for (index, start) in starts.enumerated() {
                let parameter = Int32(index + 1)
                switch unsafe bytes[start] {
                case 0: statement.bindNull(parameter)
                case 1: statement.bind(parameter, Int64(bitPattern: unsafe CallRow.word(bytes, start + 1, 8)))
                case 2: statement.bind(parameter, Double(bitPattern: unsafe CallRow.word(bytes, start + 1, 8)))
                default:
                    let count = Int(truncatingIfNeeded: unsafe CallRow.word(bytes, start + 1, 4))
                    unsafe statement.bind(
                        parameter, borrowing: UnsafeBufferPointer(rebasing: bytes[start + 5..<start + 5 + count]))
                }
            }
            try body()
        }
    }

    private static func word(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ count: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<count { value |= UInt64(unsafe bytes[start + index]) << UInt64(8 * index) }
        return value
    }

    private mutating func clear() {
        json.bytes.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        json.byte(1)
    }

    private mutating func begin(_ tag: UInt8) {
        starts.append(json.bytes.count)
        json.byte(tag)
    }

    private mutating func fixed(_ value: some FixedWidthInteger) {
        var rest = UInt64(truncatingIfNeeded: value)
        for _ in 0..<type(of: value).bitWidth / 8 {
            json.byte(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    private mutating func integer(_ value: Int64) {
        begin(1)
        fixed(UInt64(bitPattern: value))
    }

    private mutating func real(_ value: Double) {
        begin(2)
        fixed(value.bitPattern)
    }

    private mutating func text(_ value: String?) {
        guard var value else { return begin(0) }
        begin(3)
        value.withUTF8 { utf8 in
            fixed(UInt32(truncatingIfNeeded: utf8.count))
            unsafe json.bytes.append(contentsOf: utf8)
        }
    }

    /// Text that is written in place, its length afterwards.
    private mutating func nested(_ write: (inout JSONText) -> Void) {
        begin(3)
        let place = json.bytes.count
        fixed(UInt32(0))
        write(&json)
        var rest = UInt32(truncatingIfNeeded: json.bytes.count - place - 4)
        for index in place..<place + 4 {
            json.bytes[index] = UInt8(truncatingIfNeeded: rest)
            rest >>= 8
        }
    }

    /// The stored call of a row that begins with `names`; nil when its outcome is none of ours.
    static func call(_ row: SQLiteStatement) -> StoredCall? {
        func text(_ column: Int32) -> String { row.text(column) ?? "" }
        func json(_ column: Int32) -> JSONValue? {
            row.type(column) == SQLITE_NULL ? nil : JSONValue(row.bytes(column))
        }
        guard let outcome = CallRecord.Outcome(rawValue: text(9)) else { return nil }
        let idempotency = json(18)
        let record = CallRecord(
            id: text(0), time: row.integer(1), environment: text(2), session: row.text(3), correlationID: text(4),
            mode: text(5), class: text(6), kind: row.text(7), rule: row.text(8), outcome: outcome, would: row.text(10),
            method: text(12), url: text(13), host: text(14),
            request: CallColumns.message(json(15) ?? .null), response: json(16).map(CallColumns.message),
            attempts: CallColumns.attempts(json(17) ?? .null), idempotencyKey: idempotency?["key"]?.string,
            idempotencyState: idempotency?["state"]?.string, limits: json(19)?.array.compactMap(\.string) ?? [],
            client: text(20), durationMilliseconds: row.real(21), refusal: row.text(11))
        let isReleasable = row.type(22) != SQLITE_NULL && [.recorded, .blocked, .held].contains(outcome)
        return StoredCall(record: record, previousHash: text(24), hash: text(25), isReleasable: isReleasable)
    }
}
