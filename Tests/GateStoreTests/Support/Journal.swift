import Foundation
import Testing

@testable import GateStore

/// A fresh state directory that is gone after `body`.
func withStateDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let path = NSTemporaryDirectory() + "stoplog-store-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}

/// Where the contract suite keeps its journal.
enum Backend: String, CaseIterable, CustomTestStringConvertible {
    case file, memory
    var testDescription: String { rawValue }
}

/// A journal that is closed and gone after `body`.
func withStore<Result>(
    _ backend: Backend = .file, _ body: (SQLiteStore) async throws -> Result
) async throws -> Result {
    try await withStateDirectory { directory in
        let store = try SQLiteStore.open(
            path: backend == .memory ? "memory" : nil, stateDirectory: directory, environment: "test")
        defer { store.close() }
        return try await body(store)
    }
}

extension SQLiteStore {
    func committed(_ record: CallRecord, sealed: SealedRequest? = nil) async throws {
        try await withCheckedContinuation { waiting in
            commit(record, sealed: sealed) { waiting.resume(returning: $0) }
        }.get()
    }

    func flushed() async throws {
        try await withCheckedContinuation { waiting in flush { waiting.resume(returning: $0) } }.get()
    }

    func noted(_ note: JournalNote) async throws {
        try await withCheckedContinuation { waiting in self.note(note) { waiting.resume(returning: $0) } }.get()
    }
}

/// The `number`th call of a test: a safe one, forwarded, a second after the one before.
func call(
    _ number: Int, class: String = "safe", outcome: CallRecord.Outcome = .forwarded, rule: String? = nil,
    host: String = "api.example.com", session: String? = nil
) -> CallRecord {
    let time = 1_700_000_000_000_000 + Int64(number) * 1_000_000
    return CallRecord(
        id: ULID(high: UInt64(time / 1000) << 16, low: UInt64(number)).description, time: time, environment: "test",
        session: session, correlationID: "correlation-\(number)", mode: "live", class: `class`, kind: nil, rule: rule,
        outcome: outcome, method: "GET", url: "https://\(host)/v1/items/\(number)?page=2", host: host,
        request: .init(headers: [
            .init(name: "Accept", value: "*/*"), .init(name: "User-Agent", value: "curl/7.88.1"),
            .init(name: "Authorization", value: "[redacted]"),
        ]),
        response: .init(
            status: 200,
            headers: [
                .init(name: "Content-Type", value: "application/json"), .init(name: "Content-Length", value: "1024"),
                .init(name: "Date", value: "Tue, 24 Nov 2026 13:46:39 GMT"), .init(name: "Server", value: "nginx"),
            ], bodyLength: 1024),
        attempts: [.init(at: time + 1500, status: 200, error: nil, ms: 12.25)], client: "127.0.0.1:50312",
        durationMilliseconds: 13.5)
}

/// A call that uses every field.
func fullCall(_ number: Int) -> CallRecord {
    var record = call(number, class: "irreversible", outcome: .recorded, rule: "stripe/charge", session: "s \"1\"")
    record.kind = "payment"
    record.would = "blocked"
    record.refusal = "blocked"
    record.idempotencyKey = String(repeating: "ab", count: 32)
    record.idempotencyState = "claimed"
    record.limits = ["payment", "spend \u{1}"]
    record.request.body = Array("{\"amount\":1,\n\"note\":\"é\\u0000\"}".utf8)
    record.request.bodySHA256 = String(repeating: "0f", count: 32)
    record.request.bodyLength = 99
    record.request.isTruncated = true
    record.response?.body = [0xff, 0x00, 0xfe, 0x0a]
    record.attempts.append(.init(at: record.time, status: nil, error: "upstream-timeout", ms: 0.125))
    return record
}
