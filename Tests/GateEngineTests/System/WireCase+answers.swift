/// Answers that pass, and how (RFC 9112 4 to 7, RFC 9110 15).
extension WireCase {
    static let responsesThatPass: [WireCase] = [
        .passes(
            "204", get(),
            answer: "HTTP/1.1 204 No Content\r\nX: y\r\n\r\n",
            status: [204],
            notDown: ["Content-Length", "Transfer-Encoding"],
            fate: .open),
        .passes(
            "204 with CL 0", get(),
            answer: "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
            status: [204],
            notDown: ["Transfer-Encoding"],
            fate: .open),
        .passes(
            "304 with CL", get(),
            answer: "HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\nETag: \"x\"\r\n\r\n",
            status: [304],
            down: ["ETag: \"x\""],
            fate: .open),
        .passes(
            "304 without CL", get(),
            answer: "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n",
            status: [304],
            notDown: ["Transfer-Encoding"],
            fate: .open),
        .passes(
            "HEAD with CL", get(method: "HEAD"),
            answer: "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n",
            down: ["Content-Length: 500\r\n"],
            fate: .open),
        .passes(
            "HEAD with TE", get(method: "HEAD"),
            answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            fate: .open),
        .passes("HEAD without", get(method: "HEAD"), answer: "HTTP/1.1 200 OK\r\n\r\n", fate: .open),
        .passes(
            "HEAD 404", get(method: "HEAD"),
            answer: "HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\n",
            status: [404],
            fate: .open),
        .passes(
            "chunked passes", get(),
            answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
            down: ["abc", "de", "0\r\n\r\n"],
            fate: .open),
        .passes(
            "chunk extensions are dropped", get(),
            answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;secret=1\r\nabc\r\n0;x\r\n\r\n",
            notDown: ["secret", "0;x"],
            fate: .open),
        .passes(
            "response trailers", get(),
            answer:
                "HTTP/1.1 200 OK\r\nTrailer: X-T\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-T: v\r\n\r\n",
            down: ["0\r\nX-T: v\r\n\r\n"],
            fate: .open),
        .passes("until close", get(), answer: "HTTP/1.1 200 OK\r\n\r\nhello", closes: true, down: ["hello"]),
        .passes(
            "until close of 1.0 origin", get(),
            answer: "HTTP/1.0 200 OK\r\n\r\nhello",
            closes: true,
            down: ["hello", "HTTP/1.1 200"]),
        .passes(
            "1.0 with CL", get(),
            answer: "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
            closes: true,
            down: ["ok"],
            fate: .open),
        .passes(
            "empty body CL 0", get(),
            answer: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            down: ["Content-Length: 0\r\n"],
            fate: .open),
        .passes("no reason", get(), answer: "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", down: ["HTTP/1.1 200 "]),
        .passes("no reason, one space", get(), answer: "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok"),
        .passes(
            "reason high bytes", get(),
            answer: "HTTP/1.1 200 \u{c3}\u{a4}\u{ff}\r\nContent-Length: 2\r\n\r\nok",
            down: ["HTTP/1.1 200 \u{c3}\u{a4}\u{ff}\r\n"]),
        .passes(
            "Set-Cookie lines", get(),
            answer:
                "HTTP/1.1 200 OK\r\nSet-Cookie: a=b, c\r\nX: 1\r\nSet-Cookie: d=e\r\nset-cookie: f=g\r\nContent-Length: 2\r\n\r\nok",
            down: ["Set-Cookie: a=b, c\r\nX: 1\r\nSet-Cookie: d=e\r\nset-cookie: f=g\r\n"]),
        .passes(
            "order, case, duplicates", get(),
            answer: "HTTP/1.1 200 OK\r\nX-b: 1\r\nx-A: 2\r\nX-B: 3\r\nX-Empty:\r\nContent-Length: 2\r\n\r\nok",
            down: ["X-b: 1\r\nx-A: 2\r\nX-B: 3\r\nX-Empty:"]),
        .passes(
            "high bytes", get(),
            answer: "HTTP/1.1 200 OK\r\nX-H: \u{e4}\u{ff}\u{80}\r\nContent-Length: 2\r\n\r\nok",
            down: ["X-H: \u{e4}\u{ff}\u{80}\r\n"]),
        .passes(
            "hop by hop go", get(),
            answer:
                "HTTP/1.1 200 OK\r\nConnection: X-Hop, keep-alive\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nProxy-Connection: x\r\nUpgrade: h2c\r\nTE: x\r\nProxy-Authorization: y\r\nContent-Length: 2\r\n\r\nok",
            notDown: ["X-Hop", "Keep-Alive", "Proxy-Connection", "Upgrade", "\r\nTE:", "Proxy-Authorization"]),
        .passes(
            "Proxy-Authenticate", get(),
            answer: "HTTP/1.1 407 P\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 2\r\n\r\nok",
            status: [407]),
        .passes(
            "Connection never takes CL", get(),
            answer: "HTTP/1.1 200 OK\r\nConnection: Content-Length\r\nContent-Length: 2\r\n\r\nok",
            down: ["Content-Length: 2\r\n"],
            fate: .open),
        .passes(
            "space before colon", get(),
            answer: "HTTP/1.1 200 OK\r\nX-S : v\r\nContent-Length: 2\r\n\r\nok",
            down: ["X-S: v\r\n"]),
        .passes(
            "folded line", get(),
            answer: "HTTP/1.1 200 OK\r\nX-F: a\r\n b\r\nContent-Length: 2\r\n\r\nok",
            down: ["X-F: a b\r\n"],
            notDown: ["a\r\n b"]),
        .passes(
            "content coding stays", get(),
            answer: "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\u{1f}\u{8b}\u{08}\u{00}",
            down: ["Content-Encoding: gzip\r\n", "\u{1f}\u{8b}\u{08}\u{00}"]),
        .passes(
            "Date stays", get(),
            answer: "HTTP/1.1 200 OK\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nContent-Length: 2\r\n\r\nok",
            down: ["Date: Mon, 01 Jan 2024 00:00:00 GMT\r\n"]),
        .passes("Date is added", get(), answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", down: ["\r\nDate: "]),
        .passes(
            "Via is appended", get(),
            answer: "HTTP/1.1 200 OK\r\nVia: 1.0 origin\r\nContent-Length: 2\r\n\r\nok",
            down: ["Via: 1.0 origin\r\n", "Via: 1.1 "]),
        .passes(
            "Server stays, none invented", get(),
            answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            notDown: ["Server:", "Content-Type"]),
        .passes(
            "Alt-Svc stays", get(),
            answer: "HTTP/1.1 200 OK\r\nAlt-Svc: h3=\":443\"\r\nContent-Length: 2\r\n\r\nok",
            down: ["Alt-Svc: "]),
        .passes(
            "100 interim passes", get(),
            answer: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            down: ["HTTP/1.1 100 Continue\r\n"]),
        .passes(
            "103 passes", get(),
            answer:
                "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            down: ["HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n"]),
        .passes(
            "102 passes", get(),
            answer:
                "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            down: ["HTTP/1.1 102 Processing\r\n"]),
        .passes(
            "unknown 1xx passes", get(),
            answer: "HTTP/1.1 199 Hm\r\nX: y\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            down: ["HTTP/1.1 199 Hm\r\nX: y\r\n"]),
        .passes(
            "no 1xx to a 1.0 client", "GET {A}/ HTTP/1.0\r\nHost: {H}\r\n\r\n",
            answer: "HTTP/1.1 103 E\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            notDown: ["HTTP/1.1 103"],
            fate: .closed),
        .passes(
            "chunked to a 1.0 client", "GET {A}/ HTTP/1.0\r\nHost: {H}\r\n\r\n",
            answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            down: ["\r\n\r\nabc"],
            notDown: ["chunked", "3\r\nabc"]),
        .passes(
            "1.0 keep-alive", "GET {A}/ HTTP/1.0\r\nHost: {H}\r\nConnection: keep-alive\r\n\r\n",
            down: ["Connection: keep-alive\r\n"],
            fate: .open),
        .passes(
            "1.0 keep-alive, chunked", "GET {A}/ HTTP/1.0\r\nHost: {H}\r\nConnection: keep-alive\r\n\r\n",
            answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            down: ["\r\n\r\nabc"],
            notDown: ["chunked", "Connection: keep-alive"]),
        .passes("close is honoured", get("/", "Connection: close\r\n"), down: ["Connection: close\r\n"], fate: .closed),
        .passes("CLOSE case", get("/", "Connection: CLOSE\r\n"), fate: .closed),
        .passes("Proxy-Connection close", get("/", "Proxy-Connection: close\r\n")),
        .passes("keep-alive is the default", get(), fate: .open),
        .passes(
            "resp cl_list", get(),
            answer: "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok",
            closes: true,
            status: [502, 200]),
        .passes(
            "resp te_cl", get(),
            answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            closes: true,
            status: [502, 200]),
        .passes(
            "resp cl_te", get(),
            answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            closes: true,
            status: [502, 200]),
        .passes(
            "two same CL", get(),
            answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
            closes: true,
            status: [200, 502]),
        .passes(
            "stray bytes after CL", get(),
            answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokSTRAY",
            down: ["ok"],
            notDown: ["STRAY"]),
        .passes(
            "stray response after 204", get(),
            answer: "HTTP/1.1 204 N\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond",
            status: [204],
            notDown: ["second"]),
        .passes(
            "stray body after HEAD", get(method: "HEAD"),
            answer: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            notDown: ["hello"]),
        .passes(
            "stray body after 304", get(),
            answer: "HTTP/1.1 304 N\r\nContent-Length: 5\r\n\r\nhello",
            status: [304],
            notDown: ["hello"]),
        .passes(
            "stray after chunked", get(),
            answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nSTRAY",
            notDown: ["STRAY"]),
    ]
}
