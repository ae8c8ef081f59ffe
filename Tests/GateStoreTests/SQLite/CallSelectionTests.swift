import Testing

@testable import GateStore

@Suite struct CallSelectionTests {
    private func numbers(_ store: SQLiteStore, _ change: (inout CallQuery) -> Void) throws -> [Int] {
        var query = CallQuery()
        change(&query)
        let ids = try store.calls(query).calls.map(\.record.id)
        return ids.compactMap { id in (1...8).first { call($0).id == id } }
    }

    private func fill(_ store: SQLiteStore) async throws {
        try await store.committed(call(1))
        try await store.committed(
            call(2, class: "irreversible", outcome: .blocked, rule: "stripe/charge", host: "api.stripe.com"))
        try await store.committed(
            call(3, class: "irreversible", outcome: .recorded, rule: "stripe/refund", session: "a"))
        try await store.committed(call(4, rule: "aws/read", host: "s3.eu-west-1.amazonaws.com", session: "b"))
        try await store.committed(call(5, outcome: .failed, host: "stripe.com"))
        try await store.committed(call(6, rule: "strip[e", host: "x?y", session: "a"))
        var payment = call(7, class: "irreversible", outcome: .limited)
        payment.kind = "payment"
        try await store.committed(payment)
    }

    @Test(arguments: Backend.allCases)
    func `Each filter selects its calls, several narrow each other`(_ backend: Backend) async throws {
        try await withStore(backend) { store in
            try await fill(store)
            #expect(try numbers(store) { _ in } == [7, 6, 5, 4, 3, 2, 1])
            #expect(try numbers(store) { $0.outcomes = ["blocked", "recorded"] } == [3, 2])
            #expect(try numbers(store) { $0.outcomes = ["forwarded", "failed"] } == [6, 5, 4, 1])
            #expect(try numbers(store) { $0.classes = ["irreversible"] } == [7, 3, 2])
            #expect(try numbers(store) { $0.classes = ["safe", "irreversible"] } == [7, 6, 5, 4, 3, 2, 1])
            #expect(try numbers(store) { $0.kinds = ["payment"] } == [7])
            #expect(try numbers(store) { $0.rules = ["stripe/*"] } == [3, 2])
            #expect(try numbers(store) { $0.rules = ["stripe/charge", "aws/read"] } == [4, 2])
            #expect(try numbers(store) { $0.rules = ["strip[e*"] } == [6])
            #expect(try numbers(store) { $0.hosts = ["API.stripe.com"] } == [2])
            #expect(try numbers(store) { $0.hosts = ["*.stripe.com"] } == [2])
            #expect(try numbers(store) { $0.hosts = ["**.stripe.com"] } == [5, 2])
            #expect(try numbers(store) { $0.hosts = ["x?*"] } == [6])
            #expect(try numbers(store) { $0.hosts = ["?*"] } == [])
            #expect(try numbers(store) { $0.sessions = ["a"] } == [6, 3])
            #expect(
                try numbers(store) {
                    $0.sessions = ["a"]; $0.classes = ["irreversible"]
                } == [3])
            #expect(
                try numbers(store) {
                    $0.since = call(3).time; $0.until = call(6).time
                } == [5, 4, 3])
            #expect(try numbers(store) { $0.outcomes = ["' OR 1=1 --"] } == [])
        }
    }

    @Test func `A cursor goes on where its page ended, and a foreign one is refused`() async throws {
        try await withStore { store in
            try await fill(store)
            var query = CallQuery()
            query.classes = ["irreversible"]
            query.limit = 2
            let page = try store.calls(query)
            query.cursor = page.nextCursor
            let last = try store.calls(query)
            #expect(last.calls.map(\.record.id) == [call(2).id])
            #expect(last.nextCursor == nil)
            for cursor in ["", "x", "c.", "c.' OR 1", "c.\u{0}", String(repeating: "c.", count: 90)] {
                query.cursor = cursor
                #expect(throws: StoreError.self) { try store.calls(query) }
            }
            query.cursor = nil
            for limit in [0, -1, 1001, .max, .min] {
                query.limit = limit
                #expect(throws: StoreError.self) { try store.calls(query) }
            }
        }
    }

    @Test(arguments: [
        ("calls_irreversible", "SELECT id FROM calls WHERE class = 'irreversible' ORDER BY id DESC LIMIT 9"),
        (
            "calls_not_forwarded",
            "SELECT id FROM calls WHERE outcome IN (?) AND outcome <> 'forwarded' ORDER BY id DESC LIMIT 9"
        ),
        ("calls_session", "SELECT id FROM calls WHERE session IN (?) ORDER BY id DESC LIMIT 9"),
        ("calls_id (id>?)", "SELECT id FROM calls WHERE id >= ? AND time >= ? ORDER BY id DESC LIMIT 9"),
    ])
    func `Filters find their index`(_ index: String, _ sql: String) async throws {
        try await withStore { store in
            let connection = try #require(store.writer.connection)
            let plan = try connection.prepare("EXPLAIN QUERY PLAN " + sql)
            #expect(try plan.step())
            #expect(plan.text(3)?.contains(index) == true, "\(plan.text(3) ?? "")")
        }
    }
}
