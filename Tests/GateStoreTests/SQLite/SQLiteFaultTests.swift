import Foundation
import Testing

@testable import GateStore

/// What a journal does when its disk, file or directory is not as it should be.
@Suite struct SQLiteFaultTests {
    private func code(_ body: () throws -> Void) -> StoreError.Code? {
        do { try body(); return nil } catch { return (error as? StoreError)?.code }
    }

    private func failure(_ store: SQLiteStore, _ record: CallRecord) async -> StoreError? {
        do { try await store.committed(record); return nil } catch { return error as? StoreError }
    }

    @Test func `A full disk fails commits, keeps lazy calls waiting, and heals`() async throws {
        try await withStore { store in
            try await store.committed(call(1))
            try store.writer.adjust("PRAGMA max_page_count=1")
            var big = call(2)
            big.request.body = [UInt8](repeating: 0x61, count: 1 << 20)
            let error = await failure(store, big)
            #expect(error?.code == .unavailable)
            #expect(error?.message.contains("disk is full") == true, "\(error?.message ?? "")")
            big.id = call(3).id
            #expect(store.append(big))
            await #expect(throws: StoreError.self) { try await store.flushed() }
            #expect(store.waitingCount == 1)
            try store.writer.adjust("PRAGMA max_page_count=1000000")
            try await store.committed(call(4))
            try await store.flushed()
            #expect(store.fault == nil)
            #expect(store.lostCount == 0)
            #expect(try store.calls(CallQuery()).calls.map(\.record.id) == [4, 3, 1].map { call($0).id })
            #expect(try store.verify() == ChainReport(verified: 3, firstBad: nil))
        }
    }

    @Test func `A journal that turns read-only fails and heals`() async throws {
        try await withStore { store in
            try store.writer.adjust("PRAGMA query_only=1")
            let error = await failure(store, call(1))
            #expect(error?.code == .unavailable)
            #expect(error?.message.contains("cannot be written") == true)
            try await store.committed(call(2))
            #expect(store.fault == nil)
            #expect(try store.verify() == ChainReport(verified: 1, firstBad: nil))
        }
    }

    @Test func `A journal locked by another process fails and heals`() async throws {
        try await withStateDirectory { directory in
            let store = try SQLiteStore.open(stateDirectory: directory, environment: "test")
            defer { store.close() }
            try store.writer.adjust("PRAGMA busy_timeout=1")
            let other = try SQLiteConnection(path: directory + "/test.sqlite", flags: 2)
            try other.run("BEGIN IMMEDIATE")
            #expect(await failure(store, call(1))?.message.contains("locked") == true)
            #expect(code { _ = try store.prune(before: 1, limit: 1) } == .unavailable)
            try other.run("COMMIT")
            try await store.committed(call(2))
            #expect(store.fault == nil)
        }
    }

    @Test func `A full queue refuses and counts what is lost`() async throws {
        try await withStateDirectory { directory in
            var limits = WriteQueue.Limits()
            limits.records = 10
            limits.window_ns = 1 << 60
            let store = try SQLiteStore.open(
                path: nil, stateDirectory: directory, environment: "test", sealKeyFile: nil, limits: limits)
            defer { store.close() }
            let taken = (1...25).map { store.append(call($0)) }
            #expect(taken.filter { $0 }.count == 10)
            #expect(store.lostCount == 15)
            try await store.flushed()
            #expect(store.append(call(30)))
        }
    }

    @Test func `What is no journal, or a later one, is refused`() async throws {
        try await withStateDirectory { directory in
            try SQLiteStore.open(stateDirectory: directory, environment: "test").close()
            let file = directory + "/x.sqlite"
            try Data(repeating: 0x61, count: 5000).write(to: URL(fileURLWithPath: file))
            unsafe chmod(file, 0o600)
            func opened() throws {
                try SQLiteStore.open(path: file, stateDirectory: directory, environment: "test").close()
            }
            #expect(code(opened) == .incompatible)
            try FileManager.default.removeItem(atPath: file)
            try opened()
            for sql in ["PRAGMA user_version=2", "PRAGMA application_id=7"] {
                try SQLiteConnection(path: file, flags: 2).run(sql)
                #expect(code(opened) == .incompatible)
                #expect(
                    code { _ = try SQLiteStore.openReadOnly(path: file, stateDirectory: directory, environment: "t") }
                        == .incompatible)
            }
        }
    }

    @Test func `Files and directories that others may write are refused, and the message says what to do`() async throws
    {
        try await withStateDirectory { directory in
            func opened() throws { try SQLiteStore.open(stateDirectory: directory, environment: "test").close() }
            try opened()
            #expect(mode(directory) == 0o700)
            for name in ["test.sqlite", "test.head", "journal.key", "seal.key"] {
                #expect(mode(directory + "/" + name) == 0o600, "\(name)")
            }
            for (path, open, closed) in [
                (directory, 0o770, 0o700), (directory + "/test.sqlite", 0o666, 0o600),
                (directory + "/journal.key", 0o640, 0o600),
            ] as [(String, mode_t, mode_t)] {
                unsafe chmod(path, open)
                let error = #expect(throws: StoreError.self) { try opened() }
                #expect(error?.code == .forbidden)
                #expect(error?.message.contains("chmod") == true)
                unsafe chmod(path, closed)
                try opened()
            }
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a directory away"))
    func `A state directory of another user is refused`() async throws {
        try await withStateDirectory { directory in
            try SQLiteStore.open(stateDirectory: directory, environment: "test").close()
            unsafe chown(directory, 12345, 12345)
            #expect(code { try SQLiteStore.open(stateDirectory: directory, environment: "test").close() } == .forbidden)
            #expect(
                code { _ = try SQLiteStore.openReadOnly(stateDirectory: directory, environment: "test") } == .forbidden)
        }
    }

    private func mode(_ path: String) -> Int? {
        (try? FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber)?.intValue
    }

    @Test(arguments: ["../x", "", ".x", "a/b"])
    func `An environment's name cannot leave the directory`(_ name: String) async throws {
        try await withStateDirectory { directory in
            #expect(code { _ = try SQLiteStore.open(stateDirectory: directory, environment: name) } == .incompatible)
        }
    }

    @Test func `A journal that is not there cannot be read`() async throws {
        try await withStateDirectory { directory in
            #expect(
                code { _ = try SQLiteStore.openReadOnly(stateDirectory: directory, environment: "test") }
                    == .unavailable)
            _ = try StateDirectory(path: directory)
            #expect(
                code { _ = try SQLiteStore.openReadOnly(stateDirectory: directory, environment: "test") }
                    == .unavailable)
        }
    }

    @Test func `A lost seal key stops opening, not the journal; a bad key file stops sealing only`() async throws {
        try await withStateDirectory { directory in
            let record = call(1, outcome: .recorded)
            do {
                let store = try SQLiteStore.open(stateDirectory: directory, environment: "test")
                defer { store.close() }
                try await store.committed(record, sealed: SealedRequest(plaintext: [1]))
                let reader = try SQLiteStore.openReadOnly(stateDirectory: directory, environment: "test")
                #expect(try reader.sealedRequest(id: record.id)?.plaintext == [1])
            }
            try FileManager.default.removeItem(atPath: directory + "/seal.key")
            let bad = directory + "/bad.key"
            try Data("short".utf8).write(to: URL(fileURLWithPath: bad))
            unsafe chmod(bad, 0o600)
            for file in [nil, bad] {
                let store = try SQLiteStore.open(stateDirectory: directory, environment: "test", sealKeyFile: file)
                defer { store.close() }
                #expect(try store.sealedRequest(id: record.id) == nil)
                #expect((store.sealFault != nil) == (file != nil))
                let next = call(file == nil ? 2 : 3, outcome: .recorded)
                try await store.committed(next, sealed: SealedRequest(plaintext: [2]))
                #expect(try store.call(id: next.id)?.isReleasable == (file == nil))
                #expect(try store.verify().firstBad == nil)
            }
        }
    }
}
