import Testing

@testable import GatePolicy

@Suite struct GlobPatternTests {
    @Test(arguments: [
        ("/v1/refunds", "/v1/refunds", true), ("/v1/refunds", "/v1/refunds/", true),
        ("/v1/refunds", "/v1/refundsx", false), ("/v1/refunds", "/v1/xrefunds", false),
        ("/v1/refunds", "/api/v1/refunds", false), ("/v1/refunds", "/v1/Refunds", false),
        ("/v1/refunds/**", "/v1/refunds", true), ("/v1/refunds/**", "/v1/refunds/re_1/cancel", true),
        ("/v1/*/cancel", "/v1/x/cancel", true), ("/v1/*/cancel", "/v1/x/y/cancel", false),
        ("/v1/{charges,refunds}/**", "/v1/charges/ch_1", true), ("/v1/{charges,refunds}/**", "/v1/customers", false),
        ("/**/delete", "/delete", true), ("/**/delete", "/a/b/delete", true), ("**/delete", "/a/delete", true),
        ("/**", "/", true), ("/", "/", true), ("/", "/a", false), ("/*", "/", false),
        ("/a{/b,}", "/a", true), ("/a{/b,}", "/a/b", true), ("/a{/b,}", "/a/c", false),
        ("/v{1,2{,beta}}/x", "/v2beta/x", true), ("/v{1,2{,beta}}/x", "/v1beta/x", false),
        ("/a**z", "/abz", true), ("/a**z", "/ab/c/yz", true), ("/a**z", "/ab/c/y", false),
        ("/f/*.json", "/f/a.json", true), ("/f/*.json", "/f/a.jsonx", false), ("/f/a*b*c", "/f/a--b-bc", true),
        ("/my%20file", "/my file", true), ("/a\\*b", "/a*b", true), ("/a\\*b", "/axb", false),
        ("/**/a/**/b/**", "/x/a/y/a/z/b", true), ("/**/a/**/b/**", "/x/b/a", false),
    ])
    func `a path glob matches what it says`(pattern: String, path: String, matches: Bool) throws {
        #expect(try GlobPattern(pattern, domain: .path).matches(path) == matches)
    }

    @Test(arguments: [
        ("api.stripe.com", "api.stripe.com", true), ("API.Stripe.com", "api.stripe.com", true),
        ("*.stripe.com", "api.stripe.com", true), ("*.stripe.com", "stripe.com", false),
        ("*.stripe.com", "a.b.stripe.com", false), ("**.stripe.com", "stripe.com", true),
        ("**.stripe.com", "a.b.stripe.com", true), ("**.stripe.com", "xstripe.com", false),
        ("**", "anything.at.all", true), ("{a,b}.c", "b.c", true),
        ("s3.*.amazonaws.com", "s3.eu-west-1.amazonaws.com", true),
        ("s3-*.amazonaws.com", "s3-eu.amazonaws.com", true), ("127.0.0.1", "127.0.0.1", true), ("[::1]", "::1", true),
        ("a.**.z", "a.z", true), ("a.**.z", "a.b.c.z", true), ("a.com.", "a.com", true),
    ])
    func `a host glob matches whole labels`(pattern: String, host: String, matches: Bool) throws {
        #expect(try GlobPattern(pattern, domain: .host).matches(host) == matches)
    }

    @Test func `in text a star matches any run and methods ignore case`() throws {
        #expect(try GlobPattern("acct_*", domain: .text).matches("acct_1/2.3"))
        #expect(try GlobPattern("a**b", domain: .text).matches("a/x/b"))
        #expect(try !GlobPattern("acct_*", domain: .text).matches("Acct_1"))
        #expect(try GlobPattern("{post,Put}", domain: .method).matches("PUT"))
    }

    @Test(arguments: ["", "/a{b", "/a}b", "/a\\", "v1/refunds", "/{a,b}{a,b}/x{y"])
    func `a faulty glob is refused`(pattern: String) {
        #expect(throws: PatternError.self) { try GlobPattern(pattern, domain: .path) }
    }

    @Test func `expansion is bounded`() {
        let bomb = "/" + String(repeating: "{a,b}", count: 30)
        #expect(throws: PatternError.self) { try GlobPattern(bomb, domain: .path) }
        #expect(throws: PatternError.self) { try GlobPattern("/" + String(repeating: "x**", count: 40), domain: .path) }
        #expect(throws: PatternError.self) {
            try GlobPattern(String(repeating: "{", count: 20) + String(repeating: "}", count: 20), domain: .text)
        }
    }

    @Test func `many stars stay polynomial`() throws {
        let pattern = try GlobPattern("/" + String(repeating: "*a", count: 100) + "b", domain: .path)
        #expect(!pattern.matches("/" + String(repeating: "a", count: 4000)))
        let runs = try GlobPattern("/" + String(repeating: "**/a/", count: 50) + "b", domain: .path)
        #expect(!runs.matches(String(repeating: "/a", count: 2000)))
    }

    @Test(arguments: [
        ("/**", "/v1/x", true), ("/v1/**", "/v1/*/y", true), ("/v1/*", "/v1/**", false), ("/v1/{a,b}", "/v1/a", true),
        ("/v1/a", "/v1/{a,b}", false), ("/v1/a*", "/v1/ab*c", true), ("/v1/a*c", "/v1/a*", false), ("/a", "/a", true),
        ("/**/x", "/**/y/x", true), ("/v1/x/**", "/v1/x", true), ("/*", "/**", false), ("/**", "/**", true),
    ])
    func `covers is true where certain`(outer: String, inner: String, covers: Bool) throws {
        #expect(try GlobPattern(outer, domain: .path).covers(GlobPattern(inner, domain: .path)) == covers)
    }

    @Test func `whatever a covered pattern matches its cover matches too`() throws {
        var random = SeededGenerator(7)
        let parts = ["a", "b", "*", "**", "a*", "*b", "{a,b}", "{a,ab}*"]
        let segments = ["a", "b", "ab", "", "aab"]
        for _ in 0..<3000 {
            let texts = (0..<2).map { _ in
                "/"
                    + (0..<Int.random(in: 1...4, using: &random)).map { _ in parts.randomElement(using: &random) ?? "a"
                    }
                    .joined(separator: "/")
            }
            let outer = try GlobPattern(texts[0], domain: .path), inner = try GlobPattern(texts[1], domain: .path)
            guard outer.covers(inner) else { continue }
            for _ in 0..<20 {
                let path =
                    "/"
                    + (0..<Int.random(in: 0...5, using: &random))
                    .map { _ in segments.randomElement(using: &random) ?? "" }.joined(separator: "/")
                if inner.matches(path) { #expect(outer.matches(path), "\(texts) \(path)") }
            }
        }
    }

    @Test func `hints name what every match holds`() throws {
        let pattern = try GlobPattern("/V1/{charges,refunds}/*/capture", domain: .path)
        #expect(pattern.literalPrefixSegments == [bytes("v1")])
        #expect(pattern.requiredWords == [[bytes("v1")], [bytes("charges"), bytes("refunds")], [bytes("capture")]])
        #expect(pattern.hasUppercase)
        #expect(try GlobPattern("/a{/b,}", domain: .path).requiredWords == [[bytes("a")]])
        #expect(try GlobPattern("/a/b", domain: .path).literal == bytes("/a/b"))
        #expect(try GlobPattern("/**", domain: .path).requiredWords == [])
    }

    @Test func `random patterns never trap`() {
        var random = SeededGenerator(11)
        let alphabet = Array("/.*{},\\%2fab".utf8)
        for round in 0..<20_000 {
            let text = String(
                decoding: (0..<Int.random(in: 0...24, using: &random)).map { _ in
                    alphabet.randomElement(using: &random) ?? 0
                }, as: UTF8.self)
            let domain: GlobPattern.Domain = [.path, .host, .text, .method][round % 4]
            if let pattern = try? GlobPattern(text, domain: domain) {
                _ = pattern.matches(text)
                _ = pattern.requiredWords
                _ = pattern.literal
                #expect(pattern.covers(pattern), "\(text)")
            }
        }
    }
}
