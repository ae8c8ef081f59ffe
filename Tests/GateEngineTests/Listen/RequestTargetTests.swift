import GatePolicy
import Testing

@testable import GateEngine

@Suite struct RequestTargetTests {
    private static func request(_ target: String, method: String = "GET", host: String = "x") -> String {
        "\(method) \(target) HTTP/1.1\r\nHost: \(host)\r\n\r\n"
    }

    struct Reading: Equatable {
        var place: String
        var path: String
        var query: String?
        var origin: String
        var hostField: String
    }

    private static func reading(_ text: String, in context: RequestTarget.Context = .plain) throws -> Reading {
        let head = try Wire.head(text)
        let target = try RequestTarget.parse(head, in: context).get()
        var origin: [UInt8] = []
        target.appendOriginForm(of: head, to: &origin)
        return Reading(
            place: "\(target.scheme)|\(target.host)|\(target.port)|\(target.isIPLiteral)",
            path: head.text(target.path), query: target.query.map { head.text($0) },
            origin: Wire.text(origin), hostField: Wire.text(target.authority))
    }

    @Test(
        arguments: [
            ("http://h/", "http|h|80|false", "/", nil, "/", "h"),
            ("http://h", "http|h|80|false", "/", nil, "/", "h"),
            ("http://h?a=b?c", "http|h|80|false", "/", "a=b?c", "/?a=b?c", "h"),
            ("http://h/?", "http|h|80|false", "/", "", "/?", "h"),
            ("HTTP://ExAmple.COM:8080/a", "http|example.com|8080|false", "/a", nil, "/a", "ExAmple.COM:8080"),
            ("https://h/x", "https|h|443|false", "/x", nil, "/x", "h"),
            ("http://h.:80/", "http|h|80|false", "/", nil, "/", "h.:80"),
            ("http://h:00080/", "http|h|80|false", "/", nil, "/", "h:00080"),
            (
                "http://h/a/../b//c/./%2e%2E/;p?x=%00", "http|h|80|false",
                "/a/../b//c/./%2e%2E/;p", "x=%00", "/a/../b//c/./%2e%2E/;p?x=%00", "h"
            ),
            ("http://h//evil.example/p", "http|h|80|false", "//evil.example/p", nil, "//evil.example/p", "h"),
            ("http://h/@u:p@x", "http|h|80|false", "/@u:p@x", nil, "/@u:p@x", "h"),
            ("http://h?@x", "http|h|80|false", "/", "@x", "/?@x", "h"),
            ("http://h/é\\\"<>{}|^`", "http|h|80|false", "/é\\\"<>{}|^`", nil, "/é\\\"<>{}|^`", "h"),
            ("http://127.0.0.1/", "http|127.0.0.1|80|true", "/", nil, "/", "127.0.0.1"),
            ("http://[::1]:81/", "http|::1|81|true", "/", nil, "/", "[::1]:81"),
            ("http://[2001:DB8:0:0:0:0:0:1]/", "http|2001:db8::1|80|true", "/", nil, "/", "[2001:DB8:0:0:0:0:0:1]"),
            ("http://[::ffff:1.2.3.4]/", "http|::ffff:102:304|80|true", "/", nil, "/", "[::ffff:1.2.3.4]"),
            (
                "http://a_b.c-d.xn--nxasmq6b:65535/", "http|a_b.c-d.xn--nxasmq6b|65535|false", "/", nil, "/",
                "a_b.c-d.xn--nxasmq6b:65535"
            ),
            ("http://1.2.3.4.example/", "http|1.2.3.4.example|80|false", "/", nil, "/", "1.2.3.4.example"),
            ("http://0x.example/", "http|0x.example|80|false", "/", nil, "/", "0x.example"),
        ] as [(String, String, String, String?, String, String)])
    func `an absolute target is read once and passed on byte for byte`(
        _ target: String, _ place: String, _ path: String, _ query: String?, _ origin: String, _ host: String
    ) throws {
        let expected = Reading(place: place, path: path, query: query, origin: origin, hostField: host)
        #expect(try Self.reading(Self.request(target)) == expected)
    }

    @Test(arguments: [
        "/", "/path", "//h/", "*", "h", "h:80", "h/path", "http:", "http:/", "http://", "http:///", "http:///path",
        "http:/h", "http:/h/", "http:h", "http:\\\\h/", "http:/\\h/", "http://?q", "http://:80/", "http://@/",
        "ftp://h/", "ws://h/", "wss://h/", "file:///etc/passwd", "gopher://h/", "urn:x", "javascript:1", "httpx://h/",
        "htt://h/", "://h/", "http//h/", "unix:/run/x", "http+unix://h/",
        "http://u@h/", "http://u:p@h/", "http://u:p@h:80/", "http://@h/", "http://h@/", "http://a@b@c/",
        "http://u%40@h/",
        "http://h:0/", "http://h:00/", "http://h:65536/", "http://h:99999/", "http://h:999999/", "http://h:-1/",
        "http://h:+80/", "http://h:8o/", "http://h:/", "http://h:80:80/", "http://h:0x50/", "http://h:80a/",
        "http://h::80/",
        "http://ex%61mple/", "http://%/", "http://h%00/", "http://h%2f/", "http://exämple/", "http://h\\x/",
        "http://h\\@x/",
        "http://h,i/", "http://h;i/", "http://h|i/", "http://h'i/", "http://h\"/", "http://h<i/", "http://h^i/",
        "http://h`i/",
        "http://h{}/", "http://h!i/", "http://h$i/", "http://h&i/", "http://(h)/", "http://h*/", "http://*/",
        "http://h+i/",
        "http://h=i/", "http://h~i/", "http://./", "http://../", "http://.h/", "http://h../", "http://a..b/",
        "http://127.1/", "http://127.0.1/", "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://127.0.0.01/", "http://127.0.0.1./", "http://127.0.0.256/", "http://1.2.3.4.5/", "http://1.2.3/",
        "http://0/",
        "http://00/", "http://0x/", "http://0X7F.0.0.1/", "http://a.1/", "http://a.0x1/", "http://127.0.0.1.:80/",
        "http://999.1.1.1/", "http://1.1.1.1111/", "http://127.0.0.0x1/",
        "http://[/", "http://[]/", "http://[::1/", "http://::1/", "http://[::1]x/", "http://[::1]]/",
        "http://[::1%25lo]/",
        "http://[::1%lo]/", "http://[1::2::3]/", "http://[:1]/", "http://[1:]/", "http://[1:2:3:4:5:6:7]/",
        "http://[1:2:3:4:5:6:7:8:9]/", "http://[1:2:3:4:5:6:7:8::]/", "http://[12345::]/", "http://[g::]/",
        "http://[:::]/",
        "http://[::1.2.3]/", "http://[::1.2.3.4.5]/", "http://[::256.1.1.1]/", "http://[1.2.3.4::]/",
        "http://[::01.2.3.4]/",
        "http://[v1.x]/", "http://[127.0.0.1]/", "http://[h]/", "http://[::1]:/", "http://[::1]:0/", "http://[::1]80/",
        "http://[1:2:3:4:5:6:7:1.2.3.4]/", "http://[::1.2.3.4:1]/", "http://[:]/", "http://[::1]:x/",
        "http://h/#", "http://h/#frag", "http://h#frag", "http://h/p?q#f", "#",
        "http://\(String(repeating: "a", count: 64)).b/",
        "http://\(Array(repeating: "abcdefgh", count: 29).joined(separator: "."))/",
    ])
    func `a target with more than one reading, or none, is refused`(_ target: String) throws {
        let result = try Wire.target(Self.request(target))
        guard case .failure(let fault) = result else {
            Issue.record("\(target) was read as \(result)")
            return
        }
        #expect(fault.status == 400)
    }

    @Test(arguments: [
        "", "a\tb", "h:0", "h:65536", "h:", ":80", "u@h", "h/p", "http://h", "h,i", "h%41", "127.1",
        "é", "[::1", "[::1%lo]", "h h", "h?q", "h#f", "..", "0x7f000001",
    ])
    func `an invalid Host is refused even where the URI names the host`(_ host: String) throws {
        let result = try Wire.target(Self.request("http://h/", host: host))
        #expect(throws: RequestFault.self) { try result.get() }
        let connect = try Wire.target(Self.request("h:443", method: "CONNECT", host: host))
        #expect(throws: RequestFault.self) { try connect.get() }
    }

    @Test func `the URI wins over another Host`() throws {
        let reading = try Self.reading(Self.request("http://h:81/p", host: "other:9"))
        #expect(reading.hostField == "h:81")
        #expect(reading.place == "http|h|81|false")
    }

    @Test func `OPTIONS without a path asks for the server itself`() throws {
        #expect(try Self.reading(Self.request("http://h", method: "OPTIONS")).origin == "*")
        #expect(try Self.reading(Self.request("http://h/", method: "OPTIONS")).origin == "/")
        #expect(try Self.reading(Self.request("http://h?q", method: "OPTIONS")).origin == "/?q")
        let tunnel = RequestTarget.Context.tunnel(host: "x", port: 443)
        let inside = try Self.reading(Self.request("*", method: "OPTIONS"), in: tunnel)
        #expect(inside.origin == "*" && inside.path.isEmpty)
        #expect(throws: RequestFault.self) { try Wire.target(Self.request("*"), in: tunnel).get() }
    }

    @Test func `an absolute form for an upstream proxy keeps the authority as written`() throws {
        for (target, method, expected) in [
            ("HTTP://H:80/p?q", "GET", "http://H:80/p?q"), ("http://h?q", "GET", "http://h/?q"),
            ("http://h", "OPTIONS", "http://h"), ("http://h", "GET", "http://h/"),
        ] {
            let head = try Wire.head(Self.request(target, method: method))
            var bytes: [UInt8] = []
            try RequestTarget.parse(head, in: .plain).get().appendAbsoluteForm(of: head, to: &bytes)
            #expect(Wire.text(bytes) == expected)
        }
    }

    @Test(arguments: [
        ("h:443", "connect|h|443|false"), ("H.Example.:8443", "connect|h.example|8443|false"),
        ("[::1]:443", "connect|::1|443|true"), ("10.0.0.1:1", "connect|10.0.0.1|1|true"),
    ])
    func `CONNECT takes host and port`(_ target: String, _ place: String) throws {
        let reading = try Self.reading(Self.request(target, method: "CONNECT"))
        #expect(reading.place == place && reading.path.isEmpty)
    }

    @Test(arguments: [
        "h", "h:", "h:0", "h:65536", ":443", "/", "*", "http://h:443/", "https://h:443", "u@h:443", "h:443/", "h:443?q",
        "h:443#f", "[::1]", "::1:443", "127.1:443", "h%2e:443", "h:443,i:443", "h:https",
    ])
    func `CONNECT refuses everything else`(_ target: String) throws {
        #expect(throws: RequestFault.self) { try Wire.target(Self.request(target, method: "CONNECT")).get() }
    }

    @Test(arguments: [
        ("/p", "h.example", 200), ("/p", "H.EXAMPLE", 200), ("/p", "h.example:443", 200), ("/p", "h.example.", 200),
        ("/p", "h.example:444", 421), ("/p", "other", 421), ("/p", "h.example:80", 421),
        ("https://h.example/p", "h.example", 200), ("https://H.example:443/p", "h.example", 200),
        ("http://h.example/p", "h.example", 421), ("http://h.example:443/p", "h.example", 421),
        ("https://other/p", "h.example", 421), ("https://h.example:444/p", "h.example", 421),
        ("h.example", "h.example", 400), ("ftp://h.example/", "h.example", 400), ("*", "h.example", 400),
        ("/p#f", "h.example", 400), ("https://u@h.example/", "h.example", 400),
    ])
    func `inside a tunnel the request is for the tunnel's host`(_ target: String, _ host: String, _ status: Int) throws
    {
        let result = try Wire.target(
            Self.request(target, host: host), in: .tunnel(host: "h.example", port: 443))
        switch result {
        case .success(let read):
            #expect(status == 200)
            #expect(read.scheme == .https && read.host == "h.example" && read.port == 443)
        case .failure(let fault): #expect(fault.status == status)
        }
    }

    @Test func `a tunnel to another port is met by a Host with that port`() throws {
        let context = RequestTarget.Context.tunnel(host: "::1", port: 8443)
        let reading = try Self.reading(Self.request("/", host: "[0:0::1]:8443"), in: context)
        #expect(
            reading
                == .init(place: "https|::1|8443|true", path: "/", query: nil, origin: "/", hostField: "[0:0::1]:8443"))
        let old = try Self.reading("GET / HTTP/1.0\r\n\r\n", in: context)
        #expect(old.hostField == "[::1]:8443")
        let nested = Self.request("a:1", method: "CONNECT", host: "[::1]:8443")
        #expect(throws: RequestFault.self) { try Wire.target(nested, in: context).get() }
    }

    @Test func `facts leave out what Connection takes away`() throws {
        let head = try Wire.head(Wire.get("X-A: 1", "Connection: X-a, host", "X-B: 2"))
        let target = try RequestTarget.parse(head, in: .plain).get()
        let facts = target.facts(of: head, hops: HopByHop(head.block))
        #expect(facts.fields.map { head.text($0.name) } == ["Host", "X-B"])
        #expect(facts.bytes == head.bytes && facts.host == "h" && facts.port == 80)
    }
}
