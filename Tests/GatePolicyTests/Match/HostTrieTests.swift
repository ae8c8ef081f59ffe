import Testing

@testable import GatePolicy

@Suite struct HostTrieTests {
    @Test func `each matching insertion is visited once`() throws {
        let globs = [
            "api.stripe.com", "*.stripe.com", "**.stripe.com", "**", "{api.stripe.com,**.com}", "stripe.com", "a.*.com",
        ]
        var trie = HostTrie<String>()
        for glob in globs { trie.insert(try GlobPattern(glob, domain: .host), glob) }
        for host in ["api.stripe.com", "stripe.com", "com", "x.org", "a.b.com", "a.b.c.stripe.com", "", "."] {
            var found: [String] = []
            trie.forEachMatch(host) { found.append($0) }
            let expected = try globs.filter { try GlobPattern($0, domain: .host).matches(host) }
            #expect(found.sorted() == expected.sorted(), "\(host)")
        }
    }

    @Test func `a look-up finds what testing every pattern finds`() throws {
        var random = SeededGenerator(41)
        let parts = ["a", "b", "ab", "*", "**", "a*", "{a,b}", "{a,*b}"]
        let labels = ["a", "b", "ab", "c"]
        for _ in 0..<300 {
            let globs = (0..<30).map { _ in
                (0..<Int.random(in: 1...4, using: &random)).map { _ in parts.randomElement(using: &random) ?? "a" }
                    .joined(separator: ".")
            }
            let patterns = try globs.map { try GlobPattern($0, domain: .host) }
            var trie = HostTrie<Int>()
            for (index, pattern) in patterns.enumerated() { trie.insert(pattern, index) }
            for _ in 0..<20 {
                let host = (0..<Int.random(in: 1...5, using: &random))
                    .map { _ in labels.randomElement(using: &random) ?? "a" }.joined(separator: ".")
                var found: [Int] = []
                trie.forEachMatch(host) { found.append($0) }
                #expect(found.sorted() == patterns.indices.filter { patterns[$0].matches(host) }, "\(host) \(globs)")
            }
        }
    }
}
