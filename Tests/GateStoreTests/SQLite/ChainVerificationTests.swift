import Foundation
import Testing

@testable import GateStore

/// Whoever alters a journal without its key is found, and the first bad record is named.
@Suite struct ChainVerificationTests {
    /// Two safe calls, a call with two events and a sealed request, a note, a safe call: six events.
    private func fill(_ directory: String) async throws {
        let store = try SQLiteStore.open(stateDirectory: directory, environment: "test")
        defer { store.close() }
        try await store.committed(call(1))
        try await store.committed(call(2, session: "s"))
        var record = fullCall(3)
        try await store.committed(record, sealed: SealedRequest(plaintext: [1, 2, 3]))
        record.outcome = .released
        try await store.committed(record)
        try await store.noted(JournalNote(time: 5, kind: "mode", actor: "a", facts: []))
        try await store.committed(call(6))
    }

    private func tampered(_ sql: String) async throws -> ChainReport {
        try await withStateDirectory { directory in
            try await fill(directory)
            let connection = try SQLiteConnection(path: directory + "/test.sqlite", flags: 2)
            try connection.run(sql)
            return try SQLiteStore.openReadOnly(stateDirectory: directory, environment: "test").verify()
        }
    }

    @Test func `An untouched journal holds`() async throws {
        #expect(try await tampered("SELECT 1") == ChainReport(verified: 6, firstBad: nil))
    }

    @Test(arguments: CallRow.columns + CallRow.chainColumns)
    func `A changed column is found`(_ column: String) async throws {
        let value = ["time": "time + 1", "duration_ms": "duration_ms + 0.001", "seq": "seq + 100"][column] ?? "'x'"
        let id = call(2).id
        let report = try await tampered("UPDATE calls SET \(column) = \(value) WHERE id = '\(id)'")
        #expect(report.verified == 1)
        #expect(report.firstBad?.contains(id) == true)
    }

    @Test(arguments: [
        ("DELETE FROM events WHERE seq = 2", 1, "event 2 was deleted"),
        ("DELETE FROM events WHERE seq <= 2", 0, "the events before it were deleted"),
        ("DELETE FROM events WHERE seq = 6; DELETE FROM calls WHERE seq = 6", 5, "tail was cut"),
        ("DELETE FROM events WHERE seq > 0; DELETE FROM calls", 0, "tail was cut"),
        ("DELETE FROM calls WHERE seq = 2", 1, "row in calls was deleted"),
        (
            "UPDATE events SET seq = 100 WHERE seq = 1; UPDATE events SET seq = 1 WHERE seq = 2; UPDATE events SET seq = 2 WHERE seq = 100",
            0, "event 1"
        ),
        ("UPDATE events SET hash = zeroblob(32) WHERE seq = 2", 1, "event 2"),
        ("UPDATE events SET time = 1 WHERE seq = 2", 1, "event's time"),
        ("UPDATE events SET payload = replace(payload, 'mode', 'mood') WHERE seq = 5", 4, "event 5 (note)"),
        ("UPDATE events SET call = NULL, payload = '{}' WHERE seq = 2", 1, "event 2 (note)"),
        ("UPDATE history SET payload = zeroblob(9) WHERE seq = 3", 2, "event 3"),
        ("DELETE FROM history", 2, "event 3"),
        ("UPDATE sealed SET copy = zeroblob(40)", 3, "sealed request was altered"),
        ("DELETE FROM sealed", 3, "sealed request was deleted"),
        ("UPDATE calls SET outcome = 'recorded' WHERE seq = 4", 3, "event 4"),
        (
            "INSERT INTO calls SELECT 'STRAY', time, environment, session, correlation_id, mode, class, kind, rule, outcome, would, refusal, method, url, host, request, response, attempts, idempotency, limits, client, duration_ms, sealed, 77, prev_hash, hash FROM calls WHERE seq = 6",
            6, "call STRAY"
        ),
    ])
    func `A change of the tables is found and named`(_ sql: String, _ verified: Int, _ words: String) async throws {
        let report = try await tampered(sql)
        #expect(report.verified == verified)
        #expect(report.firstBad?.contains(words) == true, "\(report.firstBad ?? "nothing found")")
    }

    @Test func `A cut tail stays known after the journal was written on`() async throws {
        try await withStateDirectory { directory in
            try await fill(directory)
            do {
                let connection = try SQLiteConnection(path: directory + "/test.sqlite", flags: 2)
                try connection.run("DELETE FROM events WHERE seq = 6; DELETE FROM calls WHERE seq = 6")
            }
            let store = try SQLiteStore.open(stateDirectory: directory, environment: "test")
            defer { store.close() }
            for number in 10...20 { try await store.committed(call(number)) }
            #expect(try store.verify().firstBad?.contains("tail was cut") == true)
        }
    }

    @Test(arguments: ["", "x", "6 00 00\n"])
    func `A head that is gone or forged is found`(_ text: String) async throws {
        try await withStateDirectory { directory in
            try await fill(directory)
            let head = directory + "/test.head"
            if text.isEmpty {
                try FileManager.default.removeItem(atPath: head)
            } else {
                try Data(text.utf8).write(to: URL(fileURLWithPath: head))
            }
            let report = try SQLiteStore.openReadOnly(stateDirectory: directory, environment: "test").verify()
            #expect(report.firstBad?.contains("head of the chain") == true)
        }
    }

    @Test func `Another key does not verify`() async throws {
        try await withStateDirectory { directory in
            try await fill(directory)
            let key = directory + "/journal.key"
            try FileManager.default.removeItem(atPath: key)
            let store = try SQLiteStore.open(stateDirectory: directory, environment: "test")
            defer { store.close() }
            #expect(try store.verify().firstBad?.contains("event 1 ") == true)
        }
    }

    @Test func `After retention a cut beyond the anchor is found`() async throws {
        try await withStateDirectory { directory in
            do {
                let store = try SQLiteStore.open(stateDirectory: directory, environment: "test")
                defer { store.close() }
                for number in 1...9 { try await store.committed(call(number)) }
                #expect(try store.prune(before: call(4).time, limit: 100) == 3)
                #expect(try store.verify().firstBad == nil)
            }
            let connection = try SQLiteConnection(path: directory + "/test.sqlite", flags: 2)
            try connection.run("DELETE FROM events WHERE seq <= 5; DELETE FROM calls WHERE seq <= 5")
            let report = try SQLiteStore.openReadOnly(stateDirectory: directory, environment: "test").verify()
            #expect(report.firstBad?.contains("event 6: the events before it were deleted") == true)
        }
    }
}
