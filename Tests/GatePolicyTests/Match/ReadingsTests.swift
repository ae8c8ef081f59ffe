import Testing

@testable import GatePolicy

@Suite struct ReadingsTests {
    private func readings(_ path: String, foldAlways: Bool = false) -> Readings {
        let facts = SampleCall.facts(method: bytes("POST"), host: "api.example", target: bytes(path))
        return Readings(facts, body: .none, foldAlways: foldAlways)
    }

    private func meets(_ path: [UInt8], _ rule: GlobPattern) -> Bool {
        let facts = SampleCall.facts(method: bytes("POST"), host: "api.example", target: path)
        let readings = Readings(facts, body: .none, foldAlways: rule.hasUppercase)
        return readings.isExceeded || readings.paths.contains { rule.matches($0) }
    }

    @Test(arguments: [
        "/v1/refunds", "/v1/refunds/", "//v1/refunds", "/v1//refunds", "/v1/./refunds", "/v1/x/../refunds",
        "/V1/Refunds", "/v1/%72efunds", "/v1/%2572efunds", "/v1/%25%37%32efunds", "/v1%2frefunds", "/v1%252frefunds",
        "/v1/refunds;a=b", "/v1;x/refunds", "/v1/;x/refunds", "/v1/refunds;x=%2fy", "/v1\\refunds", "/v1%5crefunds",
        "/v1%c0%afrefunds", "/v1%c0%2frefunds", "/v1/%c1%b2efunds", "/v1/%ef%bd%92efunds", "/v1/%e0%80%af/refunds",
        "/v1%u002frefunds",
        "/v1/x/%2e%2e/refunds", "/v1/x/%c0%ae%c0%ae/refunds", "/v1/x/..%2frefunds", "/v1/refunds%00",
        "/v1/refunds%00.json",
        "/v1/refunds%20", "/v1/refunds%0a", "/v1/ref%09unds", "/v1/refunds%3fx=1", "/v1/refunds%23x", "/v1/refunds/.",
        "/v1/x/..;/refunds", "/%76%31/%72%65%66%75%6e%64%73", "/v1/%EF%BC%8F/refunds", "/v1/refund%C5%BF",
        "/..%2f..%2fv1/refunds", "/v1/refunds/%2e", "/x/..//v1/refunds", "/v1/refunds/x/..",
    ])
    func `a hostile spelling meets the rule of its plain spelling`(path: String) throws {
        #expect(meets(bytes(path), try GlobPattern("/v1/refunds", domain: .path)))
    }

    @Test(arguments: [
        "/v1/refundsx", "/v1/xrefunds", "/api/v1/refunds", "/v1/refund", "/v1/refunds-report", "/v1/refunds.json",
        "/v1/refunds/re_1", "/v1/re/funds", "/v1/refunds%78", "/v1/search%3fq=/v1/refunds", "/v1/refunds_list",
        "/v1", "/v1refunds", "/v1/x%2frefunds", "/v1/refunds%25", "/v1/refund%20s", "/",
    ])
    func `a look-alike is another path`(path: String) throws {
        #expect(!meets(bytes(path), try GlobPattern("/v1/refunds", domain: .path)))
    }

    @Test func `random compositions of encodings meet the rule`() throws {
        var random = SeededGenerator(2026)
        let rule = try GlobPattern("/v1/{charges,refunds}/*/capture", domain: .path)
        for _ in 0..<3000 {
            let path = HostileSpelling.of("/v1/refunds/re_1/capture", using: &random)
            #expect(meets(path, rule), "\(String(decoding: path, as: UTF8.self))")
        }
    }

    @Test func `the plain spelling has one reading`() {
        #expect(readings("/v1/refunds/re_1:cancel").isPlain)
        #expect(readings("/v1/refunds", foldAlways: true).paths.count == 2)
        #expect(readings("/v1/Refunds").paths.count == 2)
        #expect(readings("/v1/%72efunds").paths.map(\.text) == ["/v1/refunds"])
        #expect(!readings("/v1/%2572efunds").isPlain)
    }

    @Test func `an encoded slash stays within its segment in one reading`() throws {
        #expect(meets(bytes("/%76%31/files/a%2fb"), try GlobPattern("/v1/files/*", domain: .path)))
        #expect(meets(bytes("/%76%31/files/a%2fb"), try GlobPattern("/v1/files/a/b", domain: .path)))
    }

    @Test(arguments: ["/my%20file/x", "/a%3Ab", "/Ä", "/%E6%97%A5", "/100%25", "/a%2fb"])
    func `a rule written as the call is sent holds for the first reading`(path: String) throws {
        let rule = try GlobPattern(path, domain: .path)
        let paths = readings(path, foldAlways: rule.hasUppercase).paths
        #expect(rule.matches(paths[0]))
        if !path.contains("%2f"), !path.contains("%25") {
            #expect(paths.allSatisfy { rule.matches($0) })
        }
    }

    @Test func `too many readings are flagged`() {
        let bomb = "/a" + String(repeating: "%25", count: 1) + String(repeating: "25", count: 400) + "41"
        #expect(readings(bomb).isExceeded)
        #expect(!readings("/a%20b/c%2Fd;x=y//e/../f").isExceeded)
    }

    @Test func `methods have readings by override and by case`() {
        let facts = SampleCall(
            "get https://a.example/x?_method=put&a=1",
            [
                ("X-HTTP-Method-Override", "Delete"), ("x_http_method", "PATCH"), ("X-Method-Override", " post "),
            ]
        ).facts
        let methods = Readings(facts, body: .none, foldAlways: false).methods.map {
            String(decoding: $0, as: UTF8.self)
        }
        #expect(methods == ["get", "GET", "DELETE", "PATCH", "POST", "PUT"])
    }

    @Test(arguments: [
        "?a=1&_method=DELETE", "?%5Fmethod=delete", "?_METHOD=Delete", "?a;_method=%44ELETE",
        "?X-HTTP-Method-Override=DELETE",
        "?$httpMethod=DELETE",
    ])
    func `a query may override the method`(query: String) {
        let methods = Readings(SampleCall("GET https://a.example/x\(query)").facts, body: .none, foldAlways: false)
            .methods
        #expect(methods == [bytes("GET"), bytes("DELETE")])
    }

    @Test func `joined overrides are all read and what is no token is none`() {
        let call = SampleCall("GET https://a.example/x?_method=a%20b", [("X-HTTP-Method-Override", "PUT, DELETE")])
        #expect(
            Readings(call.facts, body: .none, foldAlways: false).methods == ["GET", "PUT", "DELETE"].map { bytes($0) })
    }

    @Test func `a form body may override the method`() {
        let call = SampleCall("POST https://a.example/x", [("Content-Type", "application/x-www-form-urlencoded")])
        #expect(Readings(call.facts, body: .unread, foldAlways: false).bodyMayOverrideMethod)
        let read = Readings(call.facts, body: .decoded(bytes("a=1&_method=DELETE")), foldAlways: false)
        #expect(read.methods == [bytes("POST"), bytes("DELETE")] && !read.bodyMayOverrideMethod)
        let json = SampleCall("POST https://a.example/x", [("Content-Type", "application/json")])
        #expect(!Readings(json.facts, body: .unread, foldAlways: false).bodyMayOverrideMethod)
    }

    @Test(arguments: [
        ("api.example.", "api.example"), ("127.0.0.1", "127.0.0.1"), ("127.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f.0.0.1", "127.0.0.1"), ("0177.0.0.1", "127.0.0.1"), ("::1", "::1"), ("0:0:0:0:0:0:0:1", "::1"),
        ("::ffff:127.0.0.1", "127.0.0.1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("fe80::1%eth0", "fe80::1%eth0"),
        ("1.2.3.4.5", "1.2.3.4.5"), ("3com.example", "3com.example"), ("256.1.1.1", "256.1.1.1"), ("::", "::"),
        ("1::", "1::"), ("12345::", "12345::"), ("4294967296", "4294967296"), (".", "."), ("1:2", "1:2"),
    ])
    func `hosts have one form`(host: String, canonical: String) {
        #expect(CanonicalHost.of(host) == canonical)
    }

    @Test func `random paths and hosts never trap`() {
        var random = SeededGenerator(3)
        let alphabet = Array("/%25cC0aAfF.;\\u?#\u{FF0F} \n".utf8)
        for _ in 0..<6000 {
            let path = (0..<Int.random(in: 0...30, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            let facts = SampleCall.facts(method: random.bytes(upTo: 5), host: "h", target: [0x2F] + path)
            let read = Readings(facts, body: .none, foldAlways: true)
            #expect(!read.paths.isEmpty && !read.methods.isEmpty)
            let digits = Array("0123456789abcdefx.:%".utf8)
            let host = (0..<Int.random(in: 0...20, using: &random)).map { _ in digits.randomElement(using: &random) ?? 0
            }
            let canonical = CanonicalHost.of(String(decoding: host, as: UTF8.self))
            #expect(CanonicalHost.of(canonical) == canonical || canonical.hasSuffix("."))
        }
    }
}

/// Spells a path as a hostile client would: one to three disguises, one on top of the other.
enum HostileSpelling {
    static func of(_ plain: String, using random: inout SeededGenerator) -> [UInt8] {
        var path = Array(plain.utf8)
        path = structural(path, using: &random)
        for _ in 0..<Int.random(in: 0...2, using: &random) { path = encoded(path, using: &random) }
        return path
    }

    private static func structural(_ path: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
        let which = Int.random(in: 0..<9, using: &random)
        let slashes = path.indices.filter { path[$0] == UInt8(ascii: "/") }
        let slash = slashes.randomElement(using: &random) ?? 0
        var path = path
        switch which {
        case 0: path.insert(contentsOf: Array("/".utf8), at: slash)
        case 1: path.insert(contentsOf: Array("/.".utf8), at: slash)
        case 2: path.insert(contentsOf: Array("/x/..".utf8), at: slash)
        case 3: path += Array(";a=b".utf8)
        case 4: path += Array("/".utf8)
        case 5: if slash > 0 { path[slash] = UInt8(ascii: "\\") }
        case 6: path = path.map { Bool.random(using: &random) ? ASCII.upper($0) : $0 }
        case 7: if slash > 0 { path.insert(contentsOf: Array(";v=1".utf8), at: slash) }
        default: break
        }
        return path
    }

    private static func encoded(_ path: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
        var result: [UInt8] = [UInt8(ascii: "/")]
        let overlong = Int.random(in: 0..<4, using: &random) == 0
        for byte in path.dropFirst() {
            guard Int.random(in: 0..<3, using: &random) == 0, byte < 0x80 else {
                result.append(byte)
                continue
            }
            if overlong {
                result += hex(0xC0 | byte >> 6) + hex(0x80 | byte & 0x3F)
            } else {
                result += hex(byte)
            }
        }
        return result
    }

    private static func hex(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
}
