/// One reading of every request's end, or refusal (RFC 9112 6, 7).
extension WireCase {
    static let framing: [WireCase] = [
        .refused("TE and CL", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")),
        .refused("CL and TE", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
        .refused("TE identity", post("Transfer-Encoding: identity\r\n", "0\r\n\r\n"), status: [400, 501]),
        .refused("TE gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), status: [400, 501]),
        .refused("TE chunked, gzip", post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"), status: [400, 501]),
        .refused("TE gzip", post("Transfer-Encoding: gzip\r\n", "0\r\n\r\n"), status: [400, 501]),
        .refused(
            "TE chunked, chunked", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"),
            status: [400, 501]),
        .refused("TE xchunked", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), status: [400, 501]),
        .refused("TE chunked x", post("Transfer-Encoding: chunked x\r\n", "0\r\n\r\n"), status: [400, 501]),
        .refused("TE \"chunked\"", post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"), status: [400, 501]),
        .refused("TE chunked;q=1", post("Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n"), status: [400, 501]),
        .refused("TE chunked,", post("Transfer-Encoding: chunked,\r\n", "0\r\n\r\n"), status: [400, 501]),
        .refused("TE ,chunked", post("Transfer-Encoding: ,chunked\r\n", "0\r\n\r\n"), status: [400, 501]),
        .refused("TE ", post("Transfer-Encoding: \r\n", "0\r\n\r\n"), status: [400, 501]),
        .refused("TE chun ked", post("Transfer-Encoding: chun ked\r\n", "0\r\n\r\n"), status: [400, 501]),
        .refused("TE \\x0bchunked", post("Transfer-Encoding: \u{0b}chunked\r\n", "0\r\n\r\n"), status: [400, 501]),
        .refused("TE chunked\\x0c", post("Transfer-Encoding: chunked\u{0c}\r\n", "0\r\n\r\n"), status: [400, 501]),
        .refused("TE chunked\\xa0", post("Transfer-Encoding: chunked\u{a0}\r\n", "0\r\n\r\n"), status: [400, 501]),
        .refused("TE cow", post("Transfer-Encoding: cow\r\n", "0\r\n\r\n"), status: [400, 501]),
        .refused("TE chunk", post("Transfer-Encoding: chunk\r\n", "0\r\n\r\n"), status: [400, 501]),
        .refused(
            "TE identity, chunked", post("Transfer-Encoding: identity, chunked\r\n", "0\r\n\r\n"),
            status: [400, 501]),
        .refused("TE 'chunked'", post("Transfer-Encoding: 'chunked'\r\n", "0\r\n\r\n"), status: [400, 501]),
        .refused("TE chunke\\xc4", post("Transfer-Encoding: chunke\u{c4}\r\n", "0\r\n\r\n"), status: [400, 501]),
        .refused("TE CHUNKE", post("Transfer-Encoding: CHUNKE\r\n", "0\r\n\r\n"), status: [400, 501]),
        .refused("two TE", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
        .refused("TE space colon", post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n")),
        .refused("TE folded", post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n")),
        .refused("TE in 1.0", "POST {A}/ HTTP/1.0\r\nHost: {H}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        .passes(
            "TE upper case", post("transfer-encoding: CHUNKED\r\n", "3\r\nabc\r\n0\r\n\r\n"),
            up: ["3\r\nabc\r\n0\r\n\r\n"]),
        .passes(
            "TE padded", post("Transfer-Encoding:  chunked \t\r\n", "3\r\nabc\r\n0\r\n\r\n"),
            up: ["3\r\nabc\r\n0\r\n\r\n"]),
        .refused("CL +5", post("Content-Length: +5\r\n", "hello")),
        .refused("CL -5", post("Content-Length: -5\r\n", "hello")),
        .refused("CL 0x5", post("Content-Length: 0x5\r\n", "hello")),
        .refused("CL 5 5", post("Content-Length: 5 5\r\n", "hello")),
        .refused("CL 5,5", post("Content-Length: 5,5\r\n", "hello")),
        .refused("CL 5, 5", post("Content-Length: 5, 5\r\n", "hello")),
        .refused("CL 5,6", post("Content-Length: 5,6\r\n", "hello")),
        .refused("CL 5.0", post("Content-Length: 5.0\r\n", "hello")),
        .refused("CL ", post("Content-Length: \r\n", "hello")),
        .refused("CL abc", post("Content-Length: abc\r\n", "hello")),
        .refused("CL 5a", post("Content-Length: 5a\r\n", "hello")),
        .refused("CL 18446744073709551616", post("Content-Length: 18446744073709551616\r\n", "hello")),
        .refused("CL 18446744073709551621", post("Content-Length: 18446744073709551621\r\n", "hello")),
        .refused("CL 9223372036854775808", post("Content-Length: 9223372036854775808\r\n", "hello")),
        .refused("CL 99999999999999999999999999", post("Content-Length: 99999999999999999999999999\r\n", "hello")),
        .refused("CL \"5\"", post("Content-Length: \"5\"\r\n", "hello")),
        .refused("CL 5;", post("Content-Length: 5;\r\n", "hello")),
        .refused("CL \\xb5", post("Content-Length: \u{b5}\r\n", "hello")),
        .refused("CL 1e1", post("Content-Length: 1e1\r\n", "hello")),
        .refused("CL 5\\x0b", post("Content-Length: 5\u{0b}\r\n", "hello")),
        .refused("CL 0b101", post("Content-Length: 0b101\r\n", "hello")),
        .refused("CL \\xd9\\xa5", post("Content-Length: \u{d9}\u{a5}\r\n", "hello")),
        .refused("CL 1_0", post("Content-Length: 1_0\r\n", "hello")),
        .refused("CL -0", post("Content-Length: -0\r\n", "hello")),
        .refused("CL +0", post("Content-Length: +0\r\n", "hello")),
        .refused("two different CLs", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello!")),
        .passes("two same CLs", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), status: [400, 200]),
        .refused("CL space colon", post("Content-Length : 5\r\n", "hello")),
        .passes(
            "CL padded", post("Content-Length: \t5  \r\n", "hello"), up: ["Content-Length: 5\r\n", "\r\n\r\nhello"]),
        .passes("CL leading zeros", post("Content-Length: 005\r\n", "hello"), up: ["\r\n\r\nhello"]),
        .passes("CL 0 stays", post("Content-Length: 0\r\n", ""), up: ["Content-Length: 0\r\n"], notUp: ["chunked"]),
        .passes("POST without length", post("", ""), notUp: ["chunked"]),
        .passes("GET with body", post("Content-Length: 5\r\n", "hello", method: "GET"), up: ["\r\n\r\nhello"]),
        .passes("DELETE with body", post("Content-Length: 5\r\n", "hello", method: "DELETE"), up: ["\r\n\r\nhello"]),
        .passes(
            "GET with chunked body", post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n", method: "GET"),
            up: ["5\r\nhello\r\n0\r\n\r\n"]),
        .passes(
            "binary body",
            post(
                "Content-Length: 256\r\n",
                "\u{00}\u{01}\u{02}\u{03}\u{04}\u{05}\u{06}\u{07}\u{08}\t\n\u{0b}\u{0c}\r\u{0e}\u{0f}\u{10}\u{11}\u{12}\u{13}\u{14}\u{15}\u{16}\u{17}\u{18}\u{19}\u{1a}\u{1b}\u{1c}\u{1d}\u{1e}\u{1f} !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~\u{7f}\u{80}\u{81}\u{82}\u{83}\u{84}\u{85}\u{86}\u{87}\u{88}\u{89}\u{8a}\u{8b}\u{8c}\u{8d}\u{8e}\u{8f}\u{90}\u{91}\u{92}\u{93}\u{94}\u{95}\u{96}\u{97}\u{98}\u{99}\u{9a}\u{9b}\u{9c}\u{9d}\u{9e}\u{9f}\u{a0}\u{a1}\u{a2}\u{a3}\u{a4}\u{a5}\u{a6}\u{a7}\u{a8}\u{a9}\u{aa}\u{ab}\u{ac}\u{ad}\u{ae}\u{af}\u{b0}\u{b1}\u{b2}\u{b3}\u{b4}\u{b5}\u{b6}\u{b7}\u{b8}\u{b9}\u{ba}\u{bb}\u{bc}\u{bd}\u{be}\u{bf}\u{c0}\u{c1}\u{c2}\u{c3}\u{c4}\u{c5}\u{c6}\u{c7}\u{c8}\u{c9}\u{ca}\u{cb}\u{cc}\u{cd}\u{ce}\u{cf}\u{d0}\u{d1}\u{d2}\u{d3}\u{d4}\u{d5}\u{d6}\u{d7}\u{d8}\u{d9}\u{da}\u{db}\u{dc}\u{dd}\u{de}\u{df}\u{e0}\u{e1}\u{e2}\u{e3}\u{e4}\u{e5}\u{e6}\u{e7}\u{e8}\u{e9}\u{ea}\u{eb}\u{ec}\u{ed}\u{ee}\u{ef}\u{f0}\u{f1}\u{f2}\u{f3}\u{f4}\u{f5}\u{f6}\u{f7}\u{f8}\u{f9}\u{fa}\u{fb}\u{fc}\u{fd}\u{fe}\u{ff}"
            ),
            up: [
                "\u{00}\u{01}\u{02}\u{03}\u{04}\u{05}\u{06}\u{07}\u{08}\t\n\u{0b}\u{0c}\r\u{0e}\u{0f}\u{10}\u{11}\u{12}\u{13}\u{14}\u{15}\u{16}\u{17}\u{18}\u{19}\u{1a}\u{1b}\u{1c}\u{1d}\u{1e}\u{1f} !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~\u{7f}\u{80}\u{81}\u{82}\u{83}\u{84}\u{85}\u{86}\u{87}\u{88}\u{89}\u{8a}\u{8b}\u{8c}\u{8d}\u{8e}\u{8f}\u{90}\u{91}\u{92}\u{93}\u{94}\u{95}\u{96}\u{97}\u{98}\u{99}\u{9a}\u{9b}\u{9c}\u{9d}\u{9e}\u{9f}\u{a0}\u{a1}\u{a2}\u{a3}\u{a4}\u{a5}\u{a6}\u{a7}\u{a8}\u{a9}\u{aa}\u{ab}\u{ac}\u{ad}\u{ae}\u{af}\u{b0}\u{b1}\u{b2}\u{b3}\u{b4}\u{b5}\u{b6}\u{b7}\u{b8}\u{b9}\u{ba}\u{bb}\u{bc}\u{bd}\u{be}\u{bf}\u{c0}\u{c1}\u{c2}\u{c3}\u{c4}\u{c5}\u{c6}\u{c7}\u{c8}\u{c9}\u{ca}\u{cb}\u{cc}\u{cd}\u{ce}\u{cf}\u{d0}\u{d1}\u{d2}\u{d3}\u{d4}\u{d5}\u{d6}\u{d7}\u{d8}\u{d9}\u{da}\u{db}\u{dc}\u{dd}\u{de}\u{df}\u{e0}\u{e1}\u{e2}\u{e3}\u{e4}\u{e5}\u{e6}\u{e7}\u{e8}\u{e9}\u{ea}\u{eb}\u{ec}\u{ed}\u{ee}\u{ef}\u{f0}\u{f1}\u{f2}\u{f3}\u{f4}\u{f5}\u{f6}\u{f7}\u{f8}\u{f9}\u{fa}\u{fb}\u{fc}\u{fd}\u{fe}\u{ff}"
            ]),
        .passes(
            "chunk extension is not relayed",
            post("Transfer-Encoding: chunked\r\n", "5;ext=1;x=\"y\"\r\nhello\r\n0;last\r\n\r\n"),
            up: ["hello", "0\r\n\r\n"],
            notUp: ["ext", "last"]),
        .passes(
            "chunk hex case", post("Transfer-Encoding: chunked\r\n", "A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n"),
            up: ["0123456789"]),
        .passes(
            "chunk leading zeros", post("Transfer-Encoding: chunked\r\n", "0005\r\nhello\r\n000\r\n\r\n"),
            up: ["hello", "0\r\n\r\n"]),
        .passes(
            "chunk fault neg", post("Transfer-Encoding: chunked\r\n", "-5\r\nhello\r\n0\r\n\r\n"),
            status: [400, 413, 431],
            notUp: ["\r\n0\r\n\r\n"],
            fate: .closed),
        .passes(
            "chunk fault plus", post("Transfer-Encoding: chunked\r\n", "+5\r\nhello\r\n0\r\n\r\n"),
            status: [400, 413, 431],
            notUp: ["\r\n0\r\n\r\n"],
            fate: .closed),
        .passes(
            "chunk fault hexp", post("Transfer-Encoding: chunked\r\n", "0x5\r\nhello\r\n0\r\n\r\n"),
            status: [400, 413, 431],
            notUp: ["\r\n0\r\n\r\n"],
            fate: .closed),
        .passes(
            "chunk fault spacebefore", post("Transfer-Encoding: chunked\r\n", " 5\r\nhello\r\n0\r\n\r\n"),
            status: [400, 413, 431],
            notUp: ["\r\n0\r\n\r\n"],
            fate: .closed),
        .passes(
            "chunk fault notHex", post("Transfer-Encoding: chunked\r\n", "g\r\nhello\r\n0\r\n\r\n"),
            status: [400, 413, 431],
            notUp: ["\r\n0\r\n\r\n"],
            fate: .closed),
        .passes(
            "chunk fault empty", post("Transfer-Encoding: chunked\r\n", "\r\nhello\r\n0\r\n\r\n"),
            status: [400, 413, 431],
            notUp: ["\r\n0\r\n\r\n"],
            fate: .closed),
        .passes(
            "chunk fault over", post("Transfer-Encoding: chunked\r\n", "10000000000000005\r\nhello\r\n0\r\n\r\n"),
            status: [400, 413, 431],
            notUp: ["\r\n0\r\n\r\n"],
            fate: .closed),
        .passes(
            "chunk fault over2", post("Transfer-Encoding: chunked\r\n", "FFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n"),
            status: [400, 413, 431],
            notUp: ["\r\n0\r\n\r\n"],
            fate: .closed),
        .passes(
            "chunk fault over3", post("Transfer-Encoding: chunked\r\n", "8000000000000000\r\nhello\r\n"),
            status: [400, 413, 431],
            notUp: ["\r\n0\r\n\r\n"],
            fate: .closed),
        .passes(
            "chunk fault lf", post("Transfer-Encoding: chunked\r\n", "5\nhello\n0\n\n"),
            status: [400, 413, 431],
            notUp: ["\r\n0\r\n\r\n"],
            fate: .closed),
        .passes(
            "chunk fault lf2", post("Transfer-Encoding: chunked\r\n", "5\r\nhello\n0\r\n\r\n"),
            status: [400, 413, 431],
            notUp: ["\r\n0\r\n\r\n"],
            fate: .closed),
        .passes(
            "chunk fault nocrlf", post("Transfer-Encoding: chunked\r\n", "5\r\nhello0\r\n\r\n"),
            status: [400, 413, 431],
            notUp: ["\r\n0\r\n\r\n"],
            fate: .closed),
        .passes(
            "chunk fault longdata", post("Transfer-Encoding: chunked\r\n", "5\r\nhelloworld\r\n0\r\n\r\n"),
            status: [400, 413, 431],
            notUp: ["\r\n0\r\n\r\n"],
            fate: .closed),
        .passes(
            "chunk fault crx", post("Transfer-Encoding: chunked\r\n", "5\rx\nhello\r\n0\r\n\r\n"),
            status: [400, 413, 431],
            notUp: ["\r\n0\r\n\r\n"],
            fate: .closed),
        .passes(
            "chunk fault extnul", post("Transfer-Encoding: chunked\r\n", "5;a=\u{00}\r\nhello\r\n0\r\n\r\n"),
            status: [400, 413, 431],
            notUp: ["\r\n0\r\n\r\n"],
            fate: .closed),
        .passes(
            "chunk fault extlf", post("Transfer-Encoding: chunked\r\n", "5;a\nhello\r\n0\r\n\r\n"),
            status: [400, 413, 431],
            notUp: ["\r\n0\r\n\r\n"],
            fate: .closed),
        .passes(
            "chunk fault extcr", post("Transfer-Encoding: chunked\r\n", "5;a\rb\r\nhello\r\n0\r\n\r\n"),
            status: [400, 413, 431],
            notUp: ["\r\n0\r\n\r\n"],
            fate: .closed),
        .passes(
            "chunk fault lastlf", post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\n\n"),
            status: [400, 413, 431],
            notUp: ["\r\n0\r\n\r\n"],
            fate: .closed),
        .passes(
            "chunk fault comma", post("Transfer-Encoding: chunked\r\n", "5,5\r\nhello\r\n0\r\n\r\n"),
            status: [400, 413, 431],
            notUp: ["\r\n0\r\n\r\n"],
            fate: .closed),
        .passes(
            "chunk fault longext",
            post("Transfer-Encoding: chunked\r\n", "5;\(many("a", 70_000))\r\nhello\r\n0\r\n\r\n"),
            status: [400, 413, 431],
            notUp: ["\r\n0\r\n\r\n"],
            fate: .closed),
        .passes(
            "chunk fault trailbad", post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\nbad trailer\r\n\r\n"),
            status: [400, 413, 431],
            notUp: ["\r\n0\r\n\r\n"],
            fate: .closed),
        .passes(
            "chunk fault trailfold", post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\nA: b\r\n c\r\n\r\n"),
            status: [400, 413, 431],
            notUp: ["\r\n0\r\n\r\n"],
            fate: .closed),
        .passes(
            "chunk fault traillf", post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\nA: b\n\r\n"),
            status: [400, 413, 431],
            notUp: ["\r\n0\r\n\r\n"],
            fate: .closed),
        .passes(
            "chunk fault trailnul", post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\nA: b\u{00}\r\n\r\n"),
            status: [400, 413, 431],
            notUp: ["\r\n0\r\n\r\n"],
            fate: .closed),
        .passes(
            "chunk fault trailspace", post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\nA : b\r\n\r\n"),
            status: [400, 413, 431],
            notUp: ["\r\n0\r\n\r\n"],
            fate: .closed),
        .passes(
            "chunk fault under", post("Transfer-Encoding: chunked\r\n", "1_0\r\nhello\r\n"),
            status: [400, 413, 431],
            notUp: ["\r\n0\r\n\r\n"],
            fate: .closed),
        .passes(
            "chunk fault dot", post("Transfer-Encoding: chunked\r\n", "5.\r\nhello\r\n0\r\n\r\n"),
            status: [400, 413, 431],
            notUp: ["\r\n0\r\n\r\n"],
            fate: .closed),
        .passes(
            "chunk fault lead0", post("Transfer-Encoding: chunked\r\n", "\(many("0", 70_000))5\r\nhello\r\n0\r\n\r\n"),
            status: [400, 413, 431],
            notUp: ["\r\n0\r\n\r\n"],
            fate: .closed),
        .passes(
            "trailers pass",
            post("Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n", "5\r\nhello\r\n0\r\nX-Sum: abc\r\n\r\n"),
            up: ["0\r\nX-Sum: abc\r\n\r\n"]),
        .passes(
            "forbidden trailers go",
            post(
                "Transfer-Encoding: chunked\r\n",
                "5\r\nhello\r\n0\r\nContent-Length: 9\r\nHost: evil\r\nTransfer-Encoding: x\r\nAuthorization: a\r\n\r\n"
            ),
            status: [200, 400],
            notUp: ["evil", "Content-Length: 9"]),
        .refused("HEAD with body", post("Content-Length: 5\r\n", "hello", method: "HEAD"), fate: .any),
        .passes("pipelined smuggle after body", post("Content-Length: 3\r\n", "abc"), up: ["\r\n\r\nabc"]),
    ]
}
