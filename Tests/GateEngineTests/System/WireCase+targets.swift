/// Targets, Host and ports (RFC 9112 3, RFC 9110 7).
extension WireCase {
    static let targets: [WireCase] = [
        .passes("target /", get(), up: ["GET / HTTP/1.1\r\n"]),
        .passes("target /a/../b", get("/a/../b"), up: ["GET /a/../b HTTP/1.1\r\n"]),
        .passes("target /a//b///c", get("/a//b///c"), up: ["GET /a//b///c HTTP/1.1\r\n"]),
        .passes("target /%7Euser/%2e%2E/x", get("/%7Euser/%2e%2E/x"), up: ["GET /%7Euser/%2e%2E/x HTTP/1.1\r\n"]),
        .passes("target /a%2fb%5C", get("/a%2fb%5C"), up: ["GET /a%2fb%5C HTTP/1.1\r\n"]),
        .passes("target /?", get("/?"), up: ["GET /? HTTP/1.1\r\n"]),
        .passes("target /?a=b&a=b%20c+d", get("/?a=b&a=b%20c+d"), up: ["GET /?a=b&a=b%20c+d HTTP/1.1\r\n"]),
        .passes("target /x?y?z/../", get("/x?y?z/../"), up: ["GET /x?y?z/../ HTTP/1.1\r\n"]),
        .passes("target /;p=1;q/2;r", get("/;p=1;q/2;r"), up: ["GET /;p=1;q/2;r HTTP/1.1\r\n"]),
        .passes("target /a|b", get("/a|b"), up: ["GET /a|b HTTP/1.1\r\n"]),
        .passes("target /{x}", get("/{x}"), up: ["GET /{x} HTTP/1.1\r\n"]),
        .passes("target /a\\\\b", get("/a\\b"), up: ["GET /a\\b HTTP/1.1\r\n"]),
        .passes("target /\"q\"", get("/\"q\""), up: ["GET /\"q\" HTTP/1.1\r\n"]),
        .passes("target /<a>", get("/<a>"), up: ["GET /<a> HTTP/1.1\r\n"]),
        .passes("target /^`", get("/^`"), up: ["GET /^` HTTP/1.1\r\n"]),
        .passes("target /a'b", get("/a'b"), up: ["GET /a'b HTTP/1.1\r\n"]),
        .passes("target /\\xc3\\xa9", get("/\u{c3}\u{a9}"), up: ["GET /\u{c3}\u{a9} HTTP/1.1\r\n"]),
        .passes("target /\\xff\\xfe", get("/\u{ff}\u{fe}"), up: ["GET /\u{ff}\u{fe} HTTP/1.1\r\n"]),
        .passes("target /%", get("/%"), up: ["GET /% HTTP/1.1\r\n"]),
        .passes("target /%zz", get("/%zz"), up: ["GET /%zz HTTP/1.1\r\n"]),
        .passes("target /%00", get("/%00"), up: ["GET /%00 HTTP/1.1\r\n"]),
        .passes("target /./.", get("/./."), up: ["GET /./. HTTP/1.1\r\n"]),
        .passes("target /..", get("/.."), up: ["GET /.. HTTP/1.1\r\n"]),
        .passes("target /../../etc", get("/../../etc"), up: ["GET /../../etc HTTP/1.1\r\n"]),
        .passes("target //evil.example/x", get("//evil.example/x"), up: ["GET //evil.example/x HTTP/1.1\r\n"]),
        .passes("target /http://x/", get("/http://x/"), up: ["GET /http://x/ HTTP/1.1\r\n"]),
        .passes("target /a:b@c", get("/a:b@c"), up: ["GET /a:b@c HTTP/1.1\r\n"]),
        .passes("target /*", get("/*"), up: ["GET /* HTTP/1.1\r\n"]),
        .passes("target /,", get("/,"), up: ["GET /, HTTP/1.1\r\n"]),
        .passes("target /~", get("/~"), up: ["GET /~ HTTP/1.1\r\n"]),
        .passes("target /a=b", get("/a=b"), up: ["GET /a=b HTTP/1.1\r\n"]),
        .passes(
            "target /xxxxxxxxxxxxxxxxxxxxxxxxxxxxx", get("/\(many("x", 8_000))"),
            up: ["GET /\(many("x", 8_000)) HTTP/1.1\r\n"]),
        .passes("target /[1]", get("/[1]"), up: ["GET /[1] HTTP/1.1\r\n"]),
        .passes("target /?[]={}|\\\\^`\"<>", get("/?[]={}|\\^`\"<>"), up: ["GET /?[]={}|\\^`\"<> HTTP/1.1\r\n"]),
        .passes("empty path becomes /", get(""), up: ["GET / HTTP/1.1\r\n"], route: .plain),
        .passes("empty path with query", get("?a=b"), up: ["GET /?a=b HTTP/1.1\r\n"], route: .plain),
        .passes("OPTIONS without path is *", get("", method: "OPTIONS"), up: ["OPTIONS * HTTP/1.1\r\n"], route: .plain),
        .passes(
            "OPTIONS * in a tunnel", "OPTIONS * HTTP/1.1\r\nHost: {H}\r\n\r\n",
            up: ["OPTIONS * HTTP/1.1\r\n"],
            route: .tunnel),
        .passes("OPTIONS / stays", get(method: "OPTIONS"), up: ["OPTIONS / HTTP/1.1\r\n"]),
        .passes(
            "absolute form in tunnel", "GET https://{H}/x HTTP/1.1\r\nHost: {H}\r\n\r\n",
            up: ["GET /x HTTP/1.1\r\n"],
            route: .tunnel),
        .passes(
            "scheme upper case", "GET HTTP://{H}/x HTTP/1.1\r\nHost: {H}\r\n\r\n",
            up: ["GET /x HTTP/1.1\r\n"],
            route: .plain),
        .passes(
            "Host comes from the URI", "GET {A}/x HTTP/1.1\r\nHost: other.example\r\n\r\n",
            up: ["GET /x HTTP/1.1\r\nHost: {H}\r\n"],
            notUp: ["other.example"],
            route: .plain),
        .refused("missing Host", "GET {A}/ HTTP/1.1\r\n\r\n"),
        .refused("two Hosts", get("/", "Host: {H}\r\n")),
        .refused("two Hosts of different case", get("/", "hOST: b\r\n")),
        .refused("invalid Host a b", "GET {A}/ HTTP/1.1\r\nHost: a b\r\n\r\n"),
        .refused("invalid Host a/b", "GET {A}/ HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        .refused("invalid Host a,b", "GET {A}/ HTTP/1.1\r\nHost: a,b\r\n\r\n"),
        .refused("invalid Host http://x", "GET {A}/ HTTP/1.1\r\nHost: http://x\r\n\r\n"),
        .refused("invalid Host a@b", "GET {A}/ HTTP/1.1\r\nHost: a@b\r\n\r\n"),
        .refused("invalid Host a:b", "GET {A}/ HTTP/1.1\r\nHost: a:b\r\n\r\n"),
        .refused("invalid Host a:99999", "GET {A}/ HTTP/1.1\r\nHost: a:99999\r\n\r\n"),
        .refused("invalid Host a:0", "GET {A}/ HTTP/1.1\r\nHost: a:0\r\n\r\n"),
        .refused("invalid Host a:-1", "GET {A}/ HTTP/1.1\r\nHost: a:-1\r\n\r\n"),
        .refused("invalid Host [::1", "GET {A}/ HTTP/1.1\r\nHost: [::1\r\n\r\n"),
        .refused("invalid Host a%41", "GET {A}/ HTTP/1.1\r\nHost: a%41\r\n\r\n"),
        .refused("invalid Host ", "GET {A}/ HTTP/1.1\r\nHost: \r\n\r\n"),
        .refused("invalid Host a\\tb", "GET {A}/ HTTP/1.1\r\nHost: a\tb\r\n\r\n"),
        .refused("invalid Host a?b", "GET {A}/ HTTP/1.1\r\nHost: a?b\r\n\r\n"),
        .refused("invalid Host a#b", "GET {A}/ HTTP/1.1\r\nHost: a#b\r\n\r\n"),
        .refused("invalid Host \\xe4", "GET {A}/ HTTP/1.1\r\nHost: \u{e4}\r\n\r\n"),
        .refused("invalid Host a..b", "GET {A}/ HTTP/1.1\r\nHost: a..b\r\n\r\n"),
        .refused("invalid Host x:80:80", "GET {A}/ HTTP/1.1\r\nHost: x:80:80\r\n\r\n"),
        .refused("invalid Host \"a\"", "GET {A}/ HTTP/1.1\r\nHost: \"a\"\r\n\r\n"),
        .refused("invalid Host <a>", "GET {A}/ HTTP/1.1\r\nHost: <a>\r\n\r\n"),
        .passes(
            "HTTP/1.0 needs no Host", "GET {A}/x HTTP/1.0\r\n\r\n",
            up: ["Host: {H}\r\n", "GET /x HTTP/1.1\r\n"],
            fate: .closed),
        .refused("port 0", "GET http://127.0.0.1:0/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", route: .plain),
        .refused("port 65536", "GET http://127.0.0.1:65536/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", route: .plain),
        .refused(
            "port 99999999999999999999",
            "GET http://127.0.0.1:99999999999999999999/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
            route: .plain),
        .refused("port abc", "GET http://127.0.0.1:abc/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", route: .plain),
        .refused("port -1", "GET http://127.0.0.1:-1/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", route: .plain),
        .refused("port +80", "GET http://127.0.0.1:+80/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", route: .plain),
        .refused("port 8 0", "GET http://127.0.0.1:8 0/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", route: .plain),
        .refused("port 80x", "GET http://127.0.0.1:80x/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", route: .plain),
        .refused("port 0x50", "GET http://127.0.0.1:0x50/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", route: .plain),
        .refused("port 1e3", "GET http://127.0.0.1:1e3/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", route: .plain),
        .refused(
            "bad target ftp://127.0.0.1:{P}/", "GET ftp://127.0.0.1:{P}/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad target file:///etc/passwd", "GET file:///etc/passwd HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad target gopher://127.0.0.1:{P}/", "GET gopher://127.0.0.1:{P}/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad target ws://127.0.0.1:{P}/", "GET ws://127.0.0.1:{P}/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad target http:/127.0.0.1:{P}/", "GET http:/127.0.0.1:{P}/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad target http:127.0.0.1:{P}", "GET http:127.0.0.1:{P} HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused("bad target http://", "GET http:// HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n", route: .plain),
        .refused("bad target http:///x", "GET http:///x HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n", route: .plain),
        .refused("bad target https://", "GET https:// HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n", route: .plain),
        .refused(
            "bad target //127.0.0.1:{P}/", "GET //127.0.0.1:{P}/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused("bad target /x", "GET /x HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n", route: .plain),
        .refused(
            "bad target 127.0.0.1:{P}", "GET 127.0.0.1:{P} HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n", route: .plain),
        .refused("bad target *", "GET * HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n", route: .plain),
        .refused("bad target http//x", "GET http//x HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n", route: .plain),
        .refused("bad target javascript:1", "GET javascript:1 HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n", route: .plain),
        .refused(
            "bad target http://user@127.0.0.1:{P}/",
            "GET http://user@127.0.0.1:{P}/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad target http://user:pw@127.0.0.1:{P}/",
            "GET http://user:pw@127.0.0.1:{P}/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad target http://@127.0.0.1:{P}/", "GET http://@127.0.0.1:{P}/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad target http://127.0.0.1:{P}@x/", "GET http://127.0.0.1:{P}@x/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad target http://127.0.0.1:{P}/#frag",
            "GET http://127.0.0.1:{P}/#frag HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad target http://127.0.0.1:{P}/a#", "GET http://127.0.0.1:{P}/a# HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad target http://127.0.0.1:{P}?a#b",
            "GET http://127.0.0.1:{P}?a#b HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad target http://ex%61mple.com/", "GET http://ex%61mple.com/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad target http://127.1:{P}/", "GET http://127.1:{P}/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad target http://0x7f000001:{P}/", "GET http://0x7f000001:{P}/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad target http://2130706433:{P}/", "GET http://2130706433:{P}/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad target http://0177.0.0.1:{P}/", "GET http://0177.0.0.1:{P}/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad target http://127.0.0.1.:{P}/", "GET http://127.0.0.1.:{P}/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused("bad target http://[::1/", "GET http://[::1/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n", route: .plain),
        .refused(
            "bad target http://[::1%25lo]:{P}/", "GET http://[::1%25lo]:{P}/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad target http://[127.0.0.1]:{P}/", "GET http://[127.0.0.1]:{P}/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad target http://[]:{P}/", "GET http://[]:{P}/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused("bad target http://a..b/", "GET http://a..b/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n", route: .plain),
        .refused("bad target http://.a/", "GET http://.a/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n", route: .plain),
        .refused(
            "bad target http://\\xc3\\xa9.example/",
            "GET http://\u{c3}\u{a9}.example/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad target http://a\\x00b/", "GET http://a\u{00}b/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad target http://a\\x01/", "GET http://a\u{01}/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad target http://127.0.0.1:{P}/\\x00",
            "GET http://127.0.0.1:{P}/\u{00} HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad target http://127.0.0.1:{P}/\\x1f",
            "GET http://127.0.0.1:{P}/\u{1f} HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad target http://127.0.0.1:{P}/\\x7f",
            "GET http://127.0.0.1:{P}/\u{7f} HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad target http://127.0.0.1:{P}/a\\tb",
            "GET http://127.0.0.1:{P}/a\tb HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad target http://127.0.0.1:{P}/a\\x0bb",
            "GET http://127.0.0.1:{P}/a\u{0b}b HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused("bad target http://a_b!/", "GET http://a_b!/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n", route: .plain),
        .refused("bad target http://a b/", "GET http://a b/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n", route: .plain),
        .refused(
            "bad target http://127.0.0.1:{P}\\\\@x/",
            "GET http://127.0.0.1:{P}\\@x/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad target http://127.0.0.1\\\\x:{P}/",
            "GET http://127.0.0.1\\x:{P}/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused("bad target http://a;b/", "GET http://a;b/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n", route: .plain),
        .refused("bad target http://a,b/", "GET http://a,b/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n", route: .plain),
        .refused("bad target http://(a)/", "GET http://(a)/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n", route: .plain),
        .refused(
            "bad target http://127.0.0.1:{P}:80/",
            "GET http://127.0.0.1:{P}:80/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad target http://127.0.0.1 :{P}/", "GET http://127.0.0.1 :{P}/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad target http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "GET http://\(many("a", 300))/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused("fragment in tunnel", "GET /a#b HTTP/1.1\r\nHost: {H}\r\n\r\n", route: .tunnel),
        .refused("no slash in tunnel", "GET a HTTP/1.1\r\nHost: {H}\r\n\r\n", route: .tunnel),
        .refused("GET * in tunnel", "GET * HTTP/1.1\r\nHost: {H}\r\n\r\n", route: .tunnel),
        .refused(
            "bad CONNECT 127.0.0.1 HTTP/1.1", "CONNECT 127.0.0.1 HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad CONNECT 127.0.0.1: HTTP/1.1", "CONNECT 127.0.0.1: HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad CONNECT 127.0.0.1:0 HTTP/1.1", "CONNECT 127.0.0.1:0 HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad CONNECT 127.0.0.1:65536 HTTP/1.1", "CONNECT 127.0.0.1:65536 HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad CONNECT http://127.0.0.1:{P} HTTP/1.1",
            "CONNECT http://127.0.0.1:{P} HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad CONNECT 127.0.0.1:{P}/ HTTP/1.1", "CONNECT 127.0.0.1:{P}/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused("bad CONNECT /x HTTP/1.1", "CONNECT /x HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n", route: .plain),
        .refused("bad CONNECT :443 HTTP/1.1", "CONNECT :443 HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n", route: .plain),
        .refused(
            "bad CONNECT u@127.0.0.1:{P} HTTP/1.1", "CONNECT u@127.0.0.1:{P} HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused("bad CONNECT * HTTP/1.1", "CONNECT * HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n", route: .plain),
        .refused(
            "bad CONNECT 127.0.0.1:{P}?x HTTP/1.1", "CONNECT 127.0.0.1:{P}?x HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad CONNECT 127.0.0.1:44x HTTP/1.1", "CONNECT 127.0.0.1:44x HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
        .refused(
            "bad CONNECT [::1:443 HTTP/1.1", "CONNECT [::1:443 HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n",
            route: .plain),
    ]
}
