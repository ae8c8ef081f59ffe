/// What becomes of a request's fields (RFC 9112 5, RFC 9110 7.6).
extension WireCase {
    static let fields: [WireCase] = [
        .refused("field space", get("/", "X : y\r\n")),
        .refused("field tab", get("/", "X\t: y\r\n")),
        .refused("field fold", get("/", "X: y\r\n z\r\n")),
        .refused("field foldtab", get("/", "X: y\r\n\tz\r\n")),
        .refused("field nul", get("/", "X: a\u{00}b\r\n")),
        .refused("field cr", get("/", "X: a\rb\r\n")),
        .refused("field nocolon", get("/", "Xy\r\n")),
        .refused("field emptyname", get("/", ": y\r\n")),
        .refused("field nametokens", get("/", "X(y): z\r\n")),
        .refused("field nameutf", get("/", "X\u{c3}\u{a9}: z\r\n")),
        .refused("field namespace", get("/", "X Y: z\r\n")),
        .refused("field ctl", get("/", "X: a\u{01}b\r\n")),
        .refused("field del_", get("/", "X: a\u{7f}b\r\n")),
        .refused("field vt", get("/", "X: a\u{0b}b\r\n")),
        .refused("field nameNul", get("/", "X\u{00}: a\r\n")),
        .refused("field nameat", get("/", "X@: a\r\n")),
        .refused("field namequote", get("/", "\"X\": a\r\n")),
        .refused("field lf", get("/", "X: a\nY: b\r\n")),
        .refused("field esc", get("/", "X: \u{1b}[0m\r\n")),
        .refused("first field folded", "GET {A}/ HTTP/1.1\r\n X: y\r\nHost: {H}\r\n\r\n"),
        .refused("fold after the line", "GET {A}/ HTTP/1.1\r\n\tHost: {H}\r\n\r\n"),
        .refused("head too large", get("/", "X: \(many("y", 70_000))\r\n"), status: [431]),
        .refused("too many fields", get("/", "\(many("X: y\r\n", 3_000))"), status: [431]),
        .passes(
            "60 KB cookie passes whole", get("/", "Cookie: \(many("y", 30_000))\r\n"),
            up: ["Cookie: \(many("y", 30_000))\r\n"]),
        .passes(
            "order, case, duplicates stay", get("/", "X-b: 1\r\nx-A: 2\r\nX-B: 3\r\nx-a: 4\r\n"),
            up: ["X-b: 1\r\nx-A: 2\r\nX-B: 3\r\nx-a: 4\r\n"]),
        .passes(
            "empty value stays", get("/", "X-Empty:\r\nX-After: 1\r\n"), up: ["\r\nX-Empty:", "\r\nX-After: 1\r\n"]),
        .passes(
            "high bytes stay", get("/", "X-H: \u{e4}\u{ff}\u{80} \u{c3}\u{a9}\r\n"),
            up: ["X-H: \u{e4}\u{ff}\u{80} \u{c3}\u{a9}\r\n"]),
        .passes("inner white space stays", get("/", "X-W: a  b\tc\r\n"), up: ["X-W: a  b\tc\r\n"]),
        .passes("no space after colon", get("/", "X-N:v\r\n"), up: ["X-N:", "v\r\n"]),
        .passes("all token names", get("/", "!#$%&'*+-.^_`|~09aZ: 1\r\n"), up: ["!#$%&'*+-.^_`|~09aZ: 1\r\n"]),
        .passes(
            "commas, quotes, semicolons", get("/", "X-Q: \"a, b\";c=\"d\\\"e\", f\r\n"),
            up: ["X-Q: \"a, b\";c=\"d\\\"e\", f\r\n"]),
        .passes(
            "dropped Keep-Alive: timeout=5", get("/", "Keep-Alive: timeout=5\r\nX-Keep: 1\r\n"),
            up: ["X-Keep: 1\r\n"],
            notUp: ["\r\nKeep-Alive:"]),
        .passes(
            "dropped Proxy-Connection: keep-alive", get("/", "Proxy-Connection: keep-alive\r\nX-Keep: 1\r\n"),
            up: ["X-Keep: 1\r\n"],
            notUp: ["\r\nProxy-Connection:"]),
        .passes(
            "dropped TE: trailers", get("/", "TE: trailers\r\nX-Keep: 1\r\n"),
            up: ["X-Keep: 1\r\n"],
            notUp: ["\r\nTE:"]),
        .passes("dropped TE: gzip", get("/", "TE: gzip\r\nX-Keep: 1\r\n"), up: ["X-Keep: 1\r\n"], notUp: ["\r\nTE:"]),
        .passes(
            "dropped Upgrade: websocket", get("/", "Upgrade: websocket\r\nX-Keep: 1\r\n"),
            up: ["X-Keep: 1\r\n"],
            notUp: ["\r\nUpgrade:"]),
        .passes(
            "dropped Upgrade: h2c", get("/", "Upgrade: h2c\r\nX-Keep: 1\r\n"),
            up: ["X-Keep: 1\r\n"],
            notUp: ["\r\nUpgrade:"]),
        .passes(
            "dropped Proxy-Authorization: Basic dTp", get("/", "Proxy-Authorization: Basic dTpw\r\nX-Keep: 1\r\n"),
            up: ["X-Keep: 1\r\n"],
            notUp: ["\r\nProxy-Authorization:"]),
        .passes(
            "dropped Connection: HTTP2-Settings\\r\\nHT",
            get("/", "Connection: HTTP2-Settings\r\nHTTP2-Settings: AAA\r\nX-Keep: 1\r\n"),
            up: ["X-Keep: 1\r\n"],
            notUp: ["\r\nHTTP2-Settings:"]),
        .passes(
            "dropped Stoplog-Session: abc", get("/", "Stoplog-Session: abc\r\nX-Keep: 1\r\n"),
            up: ["X-Keep: 1\r\n"],
            notUp: ["\r\nStoplog-Session:"]),
        .passes(
            "Connection and named go",
            get("/", "Connection: X-Hop, x-other\r\nX-Hop: 1\r\nX-Other: 2\r\nX-Keep: 3\r\n"),
            up: ["X-Keep: 3\r\n"],
            notUp: ["X-Hop", "X-Other", "\r\nConnection:"]),
        .passes(
            "two Connections", get("/", "Connection: X-Hop\r\nConnection: X-Hip\r\nX-Hop: 1\r\nX-Hip: 1\r\n"),
            notUp: ["X-Hop", "X-Hip"]),
        .passes(
            "Connection never takes Host", get("/", "Connection: Host, close\r\n"),
            up: ["Host: {H}\r\n"],
            fate: .closed),
        .passes(
            "Connection never takes CL", post("Connection: Content-Length\r\nContent-Length: 5\r\n", "hello"),
            up: ["Content-Length: 5\r\n", "hello"]),
        .passes(
            "Connection never takes TE",
            post("Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"),
            up: ["5\r\nhello\r\n0\r\n\r\n"]),
        .passes(
            "upgrade h2c never",
            get("/", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"),
            notUp: ["Upgrade", "HTTP2-Settings"]),
        .passes("Via is appended", get("/", "Via: 1.0 fred\r\n"), up: ["Via: 1.0 fred\r\n", "Via: 1.1 "]),
        .passes("Via is added", get(), up: ["\r\nVia: 1.1 "], down: ["\r\nVia: 1.1 "]),
        .passes("Via of 1.0 client", "GET {A}/ HTTP/1.0\r\nHost: {H}\r\n\r\n", up: ["\r\nVia: 1.0 "]),
        .passes(
            "nothing invented", get(),
            notUp: [
                "User-Agent", "Accept", "Content-Type", "Accept-Encoding", "Expect", "Proxy-Connection",
                "\r\nConnection", "Content-Length", "Transfer-Encoding",
            ]),
        .passes(
            "POST: nothing invented", post("Content-Length: 5\r\n", "hello"),
            notUp: ["User-Agent", "Accept", "Content-Type", "Expect"]),
        .passes(
            "big POST no Expect invented", post("Content-Length: 2000000\r\n", "\(many("x", 2_000_000))"),
            notUp: ["Expect"]),
        .passes(
            "Accept etc. stay",
            get("/", "User-Agent: a/1\r\nAccept: */*\r\nAccept-Encoding: br;q=1.0\r\nReferer: x\r\n"),
            up: ["User-Agent: a/1\r\nAccept: */*\r\nAccept-Encoding: br;q=1.0\r\nReferer: x\r\n"]),
        .passes("empty user agent", get("/", "User-Agent:\r\nAccept:\r\n"), up: ["User-Agent:", "Accept:"]),
        .passes(
            "credentials stay",
            get(
                "/",
                "Authorization: Bearer x\r\nCookie: a=b; c=d\r\nCookie: e=f\r\nRange: bytes=0-1\r\nIf-None-Match: \"x\"\r\n"
            ),
            up: [
                "Authorization: Bearer x\r\nCookie: a=b; c=d\r\nCookie: e=f\r\nRange: bytes=0-1\r\nIf-None-Match: \"x\"\r\n"
            ]),
        .refused(
            "Max-Forwards 0 TRACE",
            get("/", "Max-Forwards: 0\r\nX-T: 1\r\nCookie: s=1\r\nAuthorization: z\r\n", method: "TRACE"),
            status: [200],
            down: ["message/http", "X-T: 1"],
            notDown: ["Authorization: z"],
            fate: .any),
        .refused(
            "Max-Forwards 0 OPTIONS", get("/", "Max-Forwards: 0\r\n", method: "OPTIONS"),
            status: [200],
            fate: .any),
        .passes(
            "Max-Forwards 5 OPTIONS", get("/", "Max-Forwards: 5\r\n", method: "OPTIONS"),
            up: ["Max-Forwards: 4\r\n"]),
        .passes("Max-Forwards GET untouched", get("/", "Max-Forwards: 0\r\n"), up: ["Max-Forwards: 0\r\n"]),
        .passes(
            "correlation id passes", get("/", "X-Correlation-ID: abc-1\r\n"),
            up: ["X-Correlation-ID: abc-1\r\n"],
            down: ["X-Correlation-ID: abc-1\r\n", "Stoplog-Call: "]),
        .passes(
            "request id becomes correlation", get("/", "X-Request-ID: rq-1\r\n"),
            up: ["X-Correlation-ID: rq-1\r\n", "X-Request-ID: rq-1\r\n"],
            down: ["X-Correlation-ID: rq-1\r\n"]),
        .passes(
            "traceparent", get("/", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"),
            up: ["X-Correlation-ID: 0af7651916cd43dd8448eb211c80319c\r\n"]),
    ]
}
