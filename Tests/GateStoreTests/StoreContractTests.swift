import Testing

@testable import GateStore

/// What every backend of `Store` owes.
@Suite struct StoreContractTests {
    @Test(arguments: Backend.allCases)
    func `A committed call is read back field by field`(_ backend: Backend) async throws {
        try await withStore(backend) { store in
            let record = fullCall(1)
            try await store.committed(record)
            let stored = try #require(try store.call(id: record.id))
            #expect(stored.record == record)
            #expect(stored.previousHash == String(repeating: "0", count: 64))
            #expect(stored.hash.utf8.count == 64)
            #expect(!stored.isReleasable)
            #expect(try store.call(id: "none") == nil)
        }
    }

    @Test(arguments: Backend.allCases)
    func `Appended calls are visible after a flush, newest first`(_ backend: Backend) async throws {
        try await withStore(backend) { store in
            for number in 1...1200 { #expect(store.append(call(number))) }
            try await store.flushed()
            var query = CallQuery()
            query.limit = 500
            var seen: [String] = []
            var pages = 0
            repeat {
                let page = try store.calls(query)
                seen += page.calls.map(\.record.id)
                query.cursor = page.nextCursor
                pages += 1
            } while query.cursor != nil
            #expect(pages == 3)
            #expect(seen == (1...1200).reversed().map { call($0).id })
            #expect(try store.verify() == ChainReport(verified: 1200, firstBad: nil))
            #expect(store.waitingCount == 0)
        }
    }

    @Test(arguments: Backend.allCases)
    func `A later record with the same id changes the call and extends the chain`(_ backend: Backend) async throws {
        try await withStore(backend) { store in
            var record = call(1, class: "irreversible", outcome: .held)
            record.response = nil
            try await store.committed(record, sealed: SealedRequest(plaintext: Array("POST /x".utf8)))
            record.outcome = .approved
            record.response = .init(status: 201)
            try await store.committed(record)
            record.outcome = .released
            #expect(store.append(record))
            try await store.flushed()
            let stored = try #require(try store.call(id: record.id))
            #expect(stored.record == record)
            #expect(try store.calls(CallQuery()).calls.count == 1)
            #expect(try store.verify() == ChainReport(verified: 3, firstBad: nil))
            #expect(try store.sealedRequest(id: record.id)?.plaintext == Array("POST /x".utf8))
        }
    }

    @Test(arguments: Backend.allCases)
    func `Recorded, blocked and held calls with a sealed request are releasable`(_ backend: Backend) async throws {
        try await withStore(backend) { store in
            let outcomes: [CallRecord.Outcome] = [.recorded, .blocked, .held, .forwarded, .rejected, .released]
            for (number, outcome) in outcomes.enumerated() {
                try await store.committed(
                    call(number, outcome: outcome), sealed: SealedRequest(plaintext: [UInt8(number)]))
            }
            let releasable = try store.calls(CallQuery()).calls.filter(\.isReleasable).map(\.record.outcome)
            #expect(Set(releasable) == [.recorded, .blocked, .held])
        }
    }

    @Test(arguments: Backend.allCases)
    func `Many commits at once each hear of their own end`(_ backend: Backend) async throws {
        try await withStore(backend) { store in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<300 { group.addTask { try await store.committed(fullCall(number)) } }
                try await group.waitForAll()
            }
            #expect(try store.verify() == ChainReport(verified: 300, firstBad: nil))
        }
    }

    @Test(arguments: Backend.allCases)
    func `Notes stand in the chain beside the calls`(_ backend: Backend) async throws {
        try await withStore(backend) { store in
            let note = JournalNote(
                time: 1, kind: "mode", actor: "admin \"x\"", facts: [.init(name: "to", value: "block\n")])
            try await store.noted(note)
            try await store.committed(call(1))
            #expect(try store.reader.notes() == [note])
            #expect(try store.verify() == ChainReport(verified: 2, firstBad: nil))
        }
    }

    @Test(arguments: Backend.allCases)
    func `Retention deletes old calls, keeps what is still open, and leaves a chain that holds`(
        _ backend: Backend
    ) async throws {
        try await withStore(backend) { store in
            for number in 1...10 {
                let outcome: CallRecord.Outcome = number == 3 ? .held : number == 4 ? .inDoubt : .forwarded
                try await store.committed(call(number, outcome: outcome), sealed: SealedRequest(plaintext: [1]))
            }
            #expect(try store.prune(before: call(6).time, limit: 1000) == 3)
            let left = try store.calls(CallQuery()).calls.map(\.record.id)
            #expect(left == [10, 9, 8, 7, 6, 4, 3].map { call($0).id })
            #expect(try store.verify().firstBad == nil)
            #expect(try store.prune(before: call(9).time, limit: 2) == 2)
            #expect(try store.verify().firstBad == nil)
            #expect(try store.prune(before: call(100).time, limit: 1000) == 3)
            #expect(try store.verify().firstBad == nil)
            try await store.committed(call(11))
            #expect(try store.verify().firstBad == nil)
            #expect(try store.sealedRequest(id: call(3).id) != nil)
            #expect(try store.sealedRequest(id: call(1).id) == nil)
        }
    }

    @Test(arguments: Backend.allCases)
    func `Changes are followed in the chain's order`(_ backend: Backend) async throws {
        try await withStore(backend) { store in
            let start = try store.reader.lastSequence()
            for number in [2, 1, 3] { try await store.committed(call(number)) }
            try await store.noted(JournalNote(time: 1, kind: "start", actor: "", facts: []))
            let first = try store.reader.changes(after: start, limit: 2)
            #expect(first.calls.map(\.record.id) == [call(2).id, call(1).id])
            let second = try store.reader.changes(after: first.next)
            #expect(second.calls.map(\.record.id) == [call(3).id])
            #expect(try store.reader.changes(after: second.next).next == second.next)
        }
    }

    @Test(arguments: Backend.allCases)
    func `After closing, work is refused and nothing that was queued is lost`(_ backend: Backend) async throws {
        try await withStateDirectory { directory in
            let path = backend == .memory ? "memory" : nil
            let store = try SQLiteStore.open(path: path, stateDirectory: directory, environment: "test")
            for number in 1...50 { store.append(call(number)) }
            store.close()
            store.close()
            #expect(!store.append(call(51)))
            #expect(store.lostCount == 1)
            await #expect(throws: StoreError.self) { try await store.committed(call(52)) }
            guard backend == .file else { return }
            let again = try SQLiteStore.open(path: path, stateDirectory: directory, environment: "test")
            defer { again.close() }
            #expect(try again.verify() == ChainReport(verified: 50, firstBad: nil))
        }
    }
}
