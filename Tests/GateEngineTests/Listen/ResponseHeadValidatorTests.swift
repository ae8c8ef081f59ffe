import GatePolicy
import Testing

@testable import GateEngine

@Suite struct ResponseHeadValidatorTests {
    /// Feeds lines as libcurl does; the outcomes that are not `.needMore`, until a fault.
    static func outcomes(
        _ lines: [String], isHead: Bool = false, allowsUpgrade: Bool = false
    ) -> (outcomes: [ResponseHeadValidator.Outcome], validator: ResponseHeadValidator) {
        var validator = ResponseHeadValidator(isHead: isHead, allowsUpgrade: allowsUpgrade)
        var outcomes: [ResponseHeadValidator.Outcome] = []
        for line in lines {
            let bytes = [UInt8](line.utf8)
            let outcome = validator.line(bytes.span)
            if case .needMore = outcome { continue }
            outcomes.append(outcome)
            if case .fault = outcome { break }
        }
        return (outcomes, validator)
    }

    static func final(_ lines: [String], isHead: Bool = false, allowsUpgrade: Bool = false) throws -> ResponseHead {
        let all = outcomes(lines, isHead: isHead, allowsUpgrade: allowsUpgrade).outcomes
        guard case .final(let head)? = all.last else {
            Issue.record("no final head: \(all)")
            throw WireError.noHead
        }
        return head
    }

    static func isFault(_ lines: [String], allowsUpgrade: Bool = false) -> Bool {
        if case .fault? = outcomes(lines, allowsUpgrade: allowsUpgrade).outcomes.last { return true }
        return false
    }

    private static func ok(_ lines: String...) -> [String] {
        ["HTTP/1.1 200 OK\r\n"] + lines.map { $0 + "\r\n" } + ["\r\n"]
    }

    @Test func `a head gives its parts`() throws {
        let head = try Self.final(Self.ok("Content-Length: 5", "Set-Cookie: a", "X:", "Set-Cookie: b", "Y:\té "))
        #expect(head.status == 200 && head.minorVersion == 1)
        #expect(head.block.text(head.reason) == "OK")
        #expect(head.framing == .sized(5))
        #expect(
            head.block.texts.map { "\($0.name)=\($0.value)" } == [
                "Content-Length=5", "Set-Cookie=a", "X=", "Set-Cookie=b", "Y=é",
            ])
    }

    @Test(arguments: [
        ("HTTP/1.1 200 \r\n", 200, ""), ("HTTP/1.1 200\r\n", 200, ""), ("HTTP/1.0 299 a b\r\n", 299, "a b"),
        ("HTTP/1.1 999 x\r\n", 999, "x"), ("HTTP/1.1 418 é\n", 418, "é"), ("HTTP/1.9 200 OK\r\n", 200, "OK"),
    ])
    func `status lines that are odd but whole pass`(_ line: String, _ status: Int, _ reason: String) throws {
        let head = try Self.final([line, "\r\n"])
        #expect(head.status == status && head.block.text(head.reason) == reason)
    }

    @Test(arguments: [
        "HTTP/1.1 20 OK\r\n", "HTTP/1.1 2000 OK\r\n", "HTTP/1.1 099 x\r\n", "HTTP/1.1 000 x\r\n", "HTTP/1.1 +20 x\r\n",
        "HTTP/1.1  200 OK\r\n", "HTTP/1.1\t200 OK\r\n", "http/1.1 200 OK\r\n", "HTTP/2 200 OK\r\n", "HTTP/1 200 OK\r\n",
        "HTTP/1.1 200OK\r\n", "ICY 200 OK\r\n", "garbage\r\n", "\r\n", "HTTP/1.1 2x0 OK\r\n",
        "HTTP/1.1 200 a\u{00}b\r\n",
        "HTTP/1.1 200 a\rb\r\n", "HTTP/1.1 200 OK", "HTTP/1.1 -20 OK\r\n", "HTTP/0.9 200 OK\r\n",
        "HTTP/1.1 200\tOK\r\n",
    ])
    func `a malformed status line is a fault`(_ line: String) { #expect(Self.isFault([line, "\r\n"])) }

    @Test(arguments: [
        ["Content-Length: +2"], ["Content-Length: 2, 2"], ["Content-Length: 0x2"], ["Content-Length: -1"],
        ["Content-Length: 2", "Content-Length: 3"], ["Content-Length:"], ["Content-Length: 2 2"],
        ["Content-Length: 2a"],
        ["Content-Length: 9223372036854775808"], ["Content-Length: 99999999999999999999999"],
        ["Content-Length: 1", " 2"], ["Transfer-Encoding: xchunked"], ["Transfer-Encoding: gzip, chunked"],
        ["Transfer-Encoding: identity"], ["Transfer-Encoding: chunked, chunked"], ["Transfer-Encoding: chunked;a"],
        ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], ["Transfer-Encoding:"],
        ["Transfer-Encoding: chunked", "Content-Length: 5"], ["Content-Length: 5", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding:", " chunked,gzip"], ["NoColon"], [": x"], ["X Y: 1"], ["X: a\u{00}"], ["X: a\rb"],
        ["X\u{00}: a"], [" X: first folded"], ["É: 1"], ["X: \u{01}"], ["(: 1"], ["X: 1", " a\u{00}"],
    ])
    func `a field that frames in two ways or is malformed is a fault`(_ lines: [String]) {
        #expect(Self.isFault(["HTTP/1.1 200 OK\r\n"] + lines.map { $0 + "\r\n" } + ["\r\n"]))
    }

    @Test func `chunked in an HTTP 1.0 answer is a fault`() {
        #expect(Self.isFault(["HTTP/1.0 200 OK\r\n", "Transfer-Encoding: chunked\r\n", "\r\n"]))
    }

    @Test func `what may be mended is mended`() throws {
        let head = try Self.final(Self.ok("X : 1", "Y\t: 2", "Long: a ", "  b", "\tc", "Content-Length : 5", "Z:"))
        #expect(
            head.block.texts.map { "\($0.name)=\($0.value)" } == ["X=1", "Y=2", "Long=a b c", "Content-Length=5", "Z="])
        #expect(head.framing == .sized(5))
        let bare = try Self.final(["HTTP/1.1 200 OK\n", "A: 1\n", "\n"])
        #expect(bare.block.texts.map(\.value) == ["1"])
        #expect(!bare.block.bytes.elementsEqual([UInt8]("HTTP/1.1 200 OK\nA: 1\n\n".utf8)))
        let twice = try Self.final(Self.ok("Content-Length: 5", "Content-Length: 05"))
        #expect(twice.framing == .sized(5))
    }

    @Test(
        arguments: [
            (200, false, [], .untilClose), (200, false, ["Content-Length: 0"], .sized(0)),
            (200, false, ["Transfer-Encoding: Chunked"], .chunked), (200, true, ["Content-Length: 9"], .none),
            (204, false, ["Content-Length: 9"], .none), (304, false, ["Content-Length: 9"], .none),
            (204, false, ["Transfer-Encoding: chunked"], .none), (205, false, [], .untilClose),
            (500, false, ["Content-Length: 3"], .sized(3)),
        ] as [(Int, Bool, [String], ResponseHead.Framing)])
    func `status, method and fields frame the content`(
        _ status: Int, _ isHead: Bool, _ lines: [String], _ framing: ResponseHead.Framing
    ) throws {
        let all = ["HTTP/1.1 \(status) x\r\n"] + lines.map { $0 + "\r\n" } + ["\r\n"]
        #expect(try Self.final(all, isHead: isHead).framing == framing)
    }

    @Test func `interim heads come one by one before the final head`() {
        let lines =
            ["HTTP/1.1 100 Continue\r\n", "\r\n", "HTTP/1.1 103 Early Hints\r\n", "Link: a\r\n", "\r\n"]
            + Self.ok("A: 1")
        let (all, validator) = Self.outcomes(lines)
        #expect(all.count == 3)
        if case .interim(let first) = all[0] {
            #expect(first.status == 100 && first.framing == .none)
        } else {
            Issue.record("100")
        }
        if case .interim(let hints) = all[1] {
            #expect(hints.block.texts.map(\.value) == ["a"])
        } else {
            Issue.record("103")
        }
        if case .final(let head) = all[2] {
            #expect(head.block.texts.map(\.value) == ["1"])
        } else {
            Issue.record("200")
        }
        #expect(validator.sawFinalHead)
    }

    @Test func `endless interim heads, fields and bytes are faults`() {
        let interim = Array(repeating: ["HTTP/1.1 102 x\r\n", "\r\n"], count: 65).flatMap { $0 }
        #expect(Self.isFault(interim))
        #expect(Self.isFault(["HTTP/1.1 200 OK\r\n"] + Array(repeating: "a: b\r\n", count: 402)))
        #expect(Self.isFault(["HTTP/1.1 200 OK\r\n", "a: \(String(repeating: "b", count: 66_000))\r\n"]))
        #expect(
            Self.isFault(
                ["HTTP/1.1 200 OK\r\n"] + Array(repeating: "a: \(String(repeating: "b", count: 1000))\r\n", count: 140))
        )
    }

    @Test func `a switch of protocols must have been asked for`() throws {
        let lines = ["HTTP/1.1 101 x\r\n", "Upgrade: websocket\r\n", "Connection: upgrade\r\n", "\r\n"]
        #expect(Self.isFault(lines))
        #expect(try Self.final(lines, allowsUpgrade: true).framing == .none)
        #expect(Self.isFault(["HTTP/1.1 101 x\r\n", "Upgrade: h2c\r\n", "\r\n"], allowsUpgrade: true))
        #expect(Self.isFault(["HTTP/1.1 101 x\r\n", "\r\n"], allowsUpgrade: true))
    }

    @Test func `lines after the final head are trailers and never headers`() {
        let (all, validator) = Self.outcomes(
            Self.ok("Transfer-Encoding: chunked") + ["X-Sum: 1\r\n", "Host: evil\r\n", "Set-Cookie: a\r\n", "\r\n"])
        #expect(all.count == 1)
        #expect(validator.trailers.texts.map(\.name) == ["X-Sum"])
        #expect(Self.isFault(Self.ok() + ["bad\r\n"]))
    }

    @Test func `a head that is not ended is not seen as one`() {
        #expect(!Self.outcomes(["HTTP/1.1 200 OK\r\n", "A: 1\r\n"]).validator.sawFinalHead)
    }

    @Test func `damaged heads never trap`() {
        var random = SeededGenerator(state: 6)
        for _ in 0..<2_000 {
            var lines = Self.ok("Content-Length: 5", "Transfer-Encoding: chunked", "X: y", " z", "Connection: a").map {
                [UInt8]($0.utf8)
            }
            lines.shuffle(using: &random)
            lines.insert([UInt8]("HTTP/1.1 200 OK\r\n".utf8), at: 0)
            var validator = ResponseHeadValidator(isHead: false, allowsUpgrade: true)
            for var line in lines {
                if Bool.random(using: &random), !line.isEmpty {
                    line[Int.random(in: 0..<line.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
                if Bool.random(using: &random), Bool.random(using: &random) { line.removeLast() }
                if case .fault = validator.line(line.span) { break }
            }
        }
    }
}
