import Foundation
import Synchronization
import Testing

@testable import GateEngine

@Suite("The cache of leaves") struct LeafCacheTests {
    let scratch: TLSScratch
    let authority: Authority

    init() throws {
        scratch = try TLSScratch()
        authority = try scratch.authority()
    }

    @Test("keeps the hosts used last, within its bound") func bounded() throws {
        let cache = try LeafCache(authority: authority, capacity: 50)
        let first = try cache.context(host: "h0.example")
        for index in 1..<200 {
            _ = try cache.context(host: "h\(index).example")
            #expect(try cache.context(host: "h0.example") === first)
        }
        #expect(cache.count == 50)
        let last = try cache.context(host: "h199.example")
        #expect(try cache.context(host: "h199.example") === last)
    }

    @Test("holds a thousand hosts by default and forgets the eldest") func thousand() throws {
        let cache = try LeafCache(authority: authority)
        let eldest = try cache.context(host: "eldest.example")
        for index in 0..<1_000 { _ = try cache.context(host: "h\(index).example") }
        #expect(cache.count == 1_000)
        #expect(try cache.context(host: "eldest.example") !== eldest)
    }

    @Test("mints one leaf for a host that many threads ask for at once") func threads() throws {
        let cache = try LeafCache(authority: authority)
        for round in 0..<20 {
            let seen = Mutex<Set<ObjectIdentifier>>([])
            DispatchQueue.concurrentPerform(iterations: 16) { _ in
                guard let context = try? cache.context(host: "r\(round).example") else { return }
                seen.withLock { _ = $0.insert(ObjectIdentifier(context)) }
            }
            #expect(seen.withLock { $0.count } == 1)
        }
    }

    @Test("survives many threads with more hosts than it holds") func churn() throws {
        let cache = try LeafCache(authority: authority, capacity: 8)
        let failures = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            for index in 0..<100 {
                let host = "h\((index * 7 + thread) % 24).example"
                if (try? cache.context(host: host))?.host != host { failures.add(1, ordering: .relaxed) }
            }
        }
        #expect(failures.load(ordering: .relaxed) == 0)
        #expect(cache.count == 8)
    }

    @Test("makes a leaf anew near its end, but not again and again at the authority's own") func renewal() throws {
        let cache = try LeafCache(authority: authority)
        let now = authority.notBefore + 100_000
        let context = try cache.context(host: "a.example", now: now)
        #expect(try cache.context(host: "a.example", now: now + 28 * 86_400) === context)
        #expect(try cache.context(host: "a.example", now: now + 30 * 86_400 - 60) !== context)
        let late = authority.notAfter - 3_600
        let last = try cache.context(host: "a.example", now: late)
        #expect(last.leaf.notAfter == authority.notAfter)
        #expect(try cache.context(host: "a.example", now: late + 60) === last)
        #expect(throws: AuthorityError.self) { try cache.context(host: "a.example", now: authority.notAfter + 1) }
    }

    @Test("serves another authority after it was replaced") func replaced() throws {
        let cache = try LeafCache(authority: authority)
        let before = try cache.context(host: "a.example")
        try cache.replace(authority: try Authority.rotate(stateDirectory: scratch.directory))
        let after = try cache.context(host: "a.example")
        #expect(before !== after)
        #expect(after.server.issuer.authority.fingerprint != authority.fingerprint)
    }

    @Test("refuses names that no certificate can carry, and keeps nothing of them") func refused() throws {
        let cache = try LeafCache(authority: authority)
        #expect(throws: AuthorityError.self) { try cache.context(host: "a b") }
        #expect(cache.count == 0)
    }
}
