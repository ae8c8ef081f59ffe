/// Methods are case-sensitive tokens and pass (RFC 9110 9).
extension WireCase {
    static let methods: [WireCase] = [
        .passes("method GET", get(), up: ["GET / HTTP/1.1\r\n"]),
        .passes("method PUT", get(method: "PUT"), up: ["PUT / HTTP/1.1\r\n"]),
        .passes("method PATCH", get(method: "PATCH"), up: ["PATCH / HTTP/1.1\r\n"]),
        .passes("method DELETE", get(method: "DELETE"), up: ["DELETE / HTTP/1.1\r\n"]),
        .passes("method OPTIONS", get(method: "OPTIONS"), up: ["OPTIONS / HTTP/1.1\r\n"]),
        .passes("method TRACE", get(method: "TRACE"), up: ["TRACE / HTTP/1.1\r\n"]),
        .passes("method PROPFIND", get(method: "PROPFIND"), up: ["PROPFIND / HTTP/1.1\r\n"]),
        .passes("method MKCOL", get(method: "MKCOL"), up: ["MKCOL / HTTP/1.1\r\n"]),
        .passes("method REPORT", get(method: "REPORT"), up: ["REPORT / HTTP/1.1\r\n"]),
        .passes("method M-SEARCH", get(method: "M-SEARCH"), up: ["M-SEARCH / HTTP/1.1\r\n"]),
        .passes("method get", get(method: "get"), up: ["get / HTTP/1.1\r\n"]),
        .passes("method Get", get(method: "Get"), up: ["Get / HTTP/1.1\r\n"]),
        .passes("method FOO", get(method: "FOO"), up: ["FOO / HTTP/1.1\r\n"]),
        .passes("method X-Y_Z!", get(method: "X-Y_Z!"), up: ["X-Y_Z! / HTTP/1.1\r\n"]),
        .passes("method PURGE", get(method: "PURGE"), up: ["PURGE / HTTP/1.1\r\n"]),
        .passes("method LINK", get(method: "LINK"), up: ["LINK / HTTP/1.1\r\n"]),
        .passes("method A", get(method: "A"), up: ["A / HTTP/1.1\r\n"]),
        .passes("method QUERY", get(method: "QUERY"), up: ["QUERY / HTTP/1.1\r\n"]),
        .passes("method head", get(method: "head"), up: ["head / HTTP/1.1\r\n"]),
        .passes("method connect", get(method: "connect"), up: ["connect / HTTP/1.1\r\n"]),
        .passes("method LOCK", get(method: "LOCK"), up: ["LOCK / HTTP/1.1\r\n"]),
        .passes("lower head has a body", get(method: "head"), down: ["ok"]),
        .passes("Expect other", get("/", "Expect: magic\r\n"), status: [200, 417]),
        .passes(
            "Expect passes with body sent at once", post("Expect: 100-continue\r\nContent-Length: 5\r\n", "hello"),
            up: ["Expect: 100-continue\r\n", "hello"]),
        .passes(
            "Expect 417 is not resent", post("Expect: 100-continue\r\nContent-Length: 5\r\n", "hello"),
            answer: "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\nno",
            status: [417]),
    ]
}
