import Testing

@testable import GateStore

@Suite struct ULIDTests {
    @Test func `Ids rise as numbers and as text, even when the clock stands or steps back`() {
        var generator = ULIDGenerator()
        var last = ULID(high: 0, low: 0)
        for time: UInt64 in [5, 5, 5, 4, 6, 1_700_000_000_000, 1_699_999_999_999, 1_700_000_000_000] {
            for _ in 0..<100 {
                let id = generator.next(milliseconds: time)
                #expect(last < id)
                #expect(last.description < id.description)
                last = id
            }
        }
    }

    @Test func `The text is Crockford's base 32`() {
        #expect(ULID(high: 0, low: 0).description == "00000000000000000000000000")
        #expect(ULID(high: .max, low: .max).description == "7ZZZZZZZZZZZZZZZZZZZZZZZZZ")
        #expect(ULID(high: 1_469_922_850_259 << 16, low: 0).description.hasPrefix("01ARZ3NDEK"))
        let digits = (0..<32).map { ULID(high: 0, low: UInt64($0)).description.last.map { String($0) } ?? "" }
        #expect(digits.joined() == "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    }

    @Test func `Threads share one rising sequence`() async {
        let ids = await withTaskGroup(of: [ULID].self) { group in
            for _ in 0..<4 { group.addTask { (0..<1000).map { _ in ULID.next(milliseconds: 1) } } }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(ids).count == 4000)
    }
}
