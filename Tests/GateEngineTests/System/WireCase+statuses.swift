/// Status codes pass, known or not.
extension WireCase {
    static let statuses: [WireCase] = [
        .passes(
            "status 200", get(),
            answer:
                "HTTP/1.1 200 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            down: ["HTTP/1.1 200 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 201", get(),
            answer:
                "HTTP/1.1 201 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [201],
            down: ["HTTP/1.1 201 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 202", get(),
            answer:
                "HTTP/1.1 202 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [202],
            down: ["HTTP/1.1 202 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 203", get(),
            answer:
                "HTTP/1.1 203 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [203],
            down: ["HTTP/1.1 203 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 206", get(),
            answer:
                "HTTP/1.1 206 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [206],
            down: ["HTTP/1.1 206 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 207", get(),
            answer:
                "HTTP/1.1 207 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [207],
            down: ["HTTP/1.1 207 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 226", get(),
            answer:
                "HTTP/1.1 226 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [226],
            down: ["HTTP/1.1 226 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 299", get(),
            answer:
                "HTTP/1.1 299 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [299],
            down: ["HTTP/1.1 299 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 300", get(),
            answer:
                "HTTP/1.1 300 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [300],
            down: ["HTTP/1.1 300 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 301", get(),
            answer:
                "HTTP/1.1 301 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [301],
            down: ["HTTP/1.1 301 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 302", get(),
            answer:
                "HTTP/1.1 302 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [302],
            down: ["HTTP/1.1 302 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 303", get(),
            answer:
                "HTTP/1.1 303 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [303],
            down: ["HTTP/1.1 303 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 307", get(),
            answer:
                "HTTP/1.1 307 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [307],
            down: ["HTTP/1.1 307 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 308", get(),
            answer:
                "HTTP/1.1 308 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [308],
            down: ["HTTP/1.1 308 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 400", get(),
            answer:
                "HTTP/1.1 400 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [400],
            down: ["HTTP/1.1 400 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 401", get(),
            answer:
                "HTTP/1.1 401 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [401],
            down: ["HTTP/1.1 401 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 402", get(),
            answer:
                "HTTP/1.1 402 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [402],
            down: ["HTTP/1.1 402 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 403", get(),
            answer:
                "HTTP/1.1 403 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [403],
            down: ["HTTP/1.1 403 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 404", get(),
            answer:
                "HTTP/1.1 404 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [404],
            down: ["HTTP/1.1 404 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 405", get(),
            answer:
                "HTTP/1.1 405 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [405],
            down: ["HTTP/1.1 405 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 407", get(),
            answer:
                "HTTP/1.1 407 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [407],
            down: ["HTTP/1.1 407 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 409", get(),
            answer:
                "HTTP/1.1 409 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [409],
            down: ["HTTP/1.1 409 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 410", get(),
            answer:
                "HTTP/1.1 410 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [410],
            down: ["HTTP/1.1 410 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 416", get(),
            answer:
                "HTTP/1.1 416 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [416],
            down: ["HTTP/1.1 416 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 417", get(),
            answer:
                "HTTP/1.1 417 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [417],
            down: ["HTTP/1.1 417 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 418", get(),
            answer:
                "HTTP/1.1 418 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [418],
            down: ["HTTP/1.1 418 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 421", get(),
            answer:
                "HTTP/1.1 421 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [421],
            down: ["HTTP/1.1 421 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 422", get(),
            answer:
                "HTTP/1.1 422 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [422],
            down: ["HTTP/1.1 422 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 425", get(),
            answer:
                "HTTP/1.1 425 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [425],
            down: ["HTTP/1.1 425 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 426", get(),
            answer:
                "HTTP/1.1 426 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [426],
            down: ["HTTP/1.1 426 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 429", get(),
            answer:
                "HTTP/1.1 429 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [429],
            down: ["HTTP/1.1 429 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 431", get(),
            answer:
                "HTTP/1.1 431 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [431],
            down: ["HTTP/1.1 431 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 451", get(),
            answer:
                "HTTP/1.1 451 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [451],
            down: ["HTTP/1.1 451 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 499", get(),
            answer:
                "HTTP/1.1 499 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [499],
            down: ["HTTP/1.1 499 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 500", get(),
            answer:
                "HTTP/1.1 500 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [500],
            down: ["HTTP/1.1 500 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 501", get(),
            answer:
                "HTTP/1.1 501 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [501],
            down: ["HTTP/1.1 501 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 502", get(),
            answer:
                "HTTP/1.1 502 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [502],
            down: ["HTTP/1.1 502 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 503", get(),
            answer:
                "HTTP/1.1 503 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [503],
            down: ["HTTP/1.1 503 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 504", get(),
            answer:
                "HTTP/1.1 504 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [504],
            down: ["HTTP/1.1 504 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 505", get(),
            answer:
                "HTTP/1.1 505 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [505],
            down: ["HTTP/1.1 505 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 511", get(),
            answer:
                "HTTP/1.1 511 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [511],
            down: ["HTTP/1.1 511 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 599", get(),
            answer:
                "HTTP/1.1 599 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [599],
            down: ["HTTP/1.1 599 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 600", get(),
            answer:
                "HTTP/1.1 600 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [600],
            down: ["HTTP/1.1 600 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 799", get(),
            answer:
                "HTTP/1.1 799 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [799],
            down: ["HTTP/1.1 799 Some Reason\r\n", "ok"],
            fate: .open),
        .passes(
            "status 999", get(),
            answer:
                "HTTP/1.1 999 Some Reason\r\nContent-Length: 2\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic realm=\"x\"\r\nRetry-After: 1\r\n\r\nok",
            status: [999],
            down: ["HTTP/1.1 999 Some Reason\r\n", "ok"],
            fate: .open),
    ]
}
