import CGate
import Foundation
import Testing

@testable import GateEngine

/// One row of the wire tables: what a client sends, what the origin answers, what must come of it.
///
/// In texts each scalar is one byte; `{A}` stands for the origin's URL where targets are absolute and for nothing in
/// a tunnel, `{H}` for its authority, `{P}` for its port.
struct WireCase: Sendable {
    enum Route: Sendable { case plain, tunnel, both }
    enum Fate: Sendable { case any, open, closed }

    static let okAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    var name: String
    var request: String
    var answer = Self.okAnswer
    /// The origin closes its connection after its answer.
    var originCloses = false
    var status = [200]
    /// False where no request may reach the origin.
    var reaches = true
    /// The answer must not look whole.
    var isCut = false
    var upstream: [String] = []
    var notUpstream: [String] = []
    var client: [String] = []
    var notClient: [String] = []
    var fate = Fate.any
    var route = Route.both

    /// A request that goes on, and how.
    static func passes(
        _ name: String, _ request: String, answer: String = Self.okAnswer, closes: Bool = false, status: [Int] = [200],
        up: [String] = [], notUp: [String] = [], down: [String] = [], notDown: [String] = [], fate: Fate = .any,
        route: Route = .both
    ) -> WireCase {
        WireCase(
            name: name, request: request, answer: answer, originCloses: closes, status: status, upstream: up,
            notUpstream: notUp, client: down, notClient: notDown, fate: fate, route: route)
    }

    /// A request that the gate answers itself.
    static func refused(
        _ name: String, _ request: String, status: [Int] = [400], down: [String] = [], notDown: [String] = [],
        fate: Fate = .closed, route: Route = .both
    ) -> WireCase {
        WireCase(
            name: name, request: request, status: status, reaches: false, client: down, notClient: notDown, fate: fate,
            route: route)
    }

    /// An answer that is cut off: the client must see that.
    static func cut(_ name: String, answer: String) -> WireCase {
        WireCase(
            name: name, request: get(), answer: answer, originCloses: true, isCut: true, notClient: ["\r\n0\r\n\r\n"])
    }

    /// A request without a body; `fields` end in CRLF each.
    static func get(_ path: String = "/", _ fields: String = "", method: String = "GET", version: String = "HTTP/1.1")
        -> String
    {
        "\(method) {A}\(path) \(version)\r\nHost: {H}\r\n\(fields)\r\n"
    }

    static func post(_ fields: String, _ body: String, path: String = "/", method: String = "POST") -> String {
        get(path, fields, method: method) + body
    }

    static func many(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

    var method: String {
        String(request.drop { $0 == "\r\n" }.prefix { $0 != " " })
    }
}

/// Plays rows against a gate.
struct WireRun {
    let gate: GateProcess
    let isTunnelled: Bool

    func play(_ rows: [WireCase]) throws {
        for row in rows where row.route != (isTunnelled ? .plain : .tunnel) {
            do {
                try play(row)
            } catch {
                Issue.record("\(row.name): \(error)")
            }
            guard gate.isRunning else {
                Issue.record("\(row.name): the gate has died")
                return
            }
        }
    }

    private func play(_ row: WireCase) throws {
        let answer = WireText8.bytes(row.answer)
        let origin = try ScriptedOrigin(tls: isTunnelled ? OriginCertificate.good : nil) { connection in
            while connection.request() != nil {
                connection.write(answer)
                if row.originCloses { return connection.closeNotify() }
            }
        }
        defer { origin.stop() }
        let client = try RawClient(port: gate.port)
        if isTunnelled {
            try client.openTunnel(to: "127.0.0.1:\(origin.port)", host: "127.0.0.1", trust: gate.authority)
        }
        client.write(filled(row.request, origin))
        let result = Result { () throws(RawClient.End) in try client.answer(to: row.method) }
        let upstream = origin.received
        switch result {
        case .success(let answer):
            #expect(!row.isCut, "\(row.name): a cut answer looks whole")
            check(row, answer, upstream, origin)
            try checkFate(row, client, origin)
        case .failure(let end):
            #expect(row.isCut && end != .late, "\(row.name): no whole answer but \(end)")
            check(row.notClient, absentFrom: client.input, row, origin)
        }
    }

    private func check(_ row: WireCase, _ answer: RawClient.Answer, _ upstream: [UInt8], _ origin: ScriptedOrigin) {
        #expect(row.status.contains(answer.status), "\(row.name): \(WireText8.text(answer.heads))")
        if !row.reaches { #expect(origin.heads.isEmpty, "\(row.name): reached its upstream") }
        for text in row.upstream {
            #expect(upstream.contains(filled(text, origin)), "\(row.name): \(text) not in \(WireText8.text(upstream))")
        }
        check(row.notUpstream, absentFrom: upstream, row, origin)
        for text in row.client {
            #expect(
                answer.all.contains(filled(text, origin)), "\(row.name): \(text) not in \(WireText8.text(answer.all))")
        }
        check(row.notClient, absentFrom: answer.all, row, origin)
        if answer.status >= 400, !row.reaches || answer.status == 502 && row.client.contains("Proxy-Status: ") {
            checkRefusal(row, answer)
        }
    }

    /// The gate's own errors: Proxy-Status, problem+json, the call's id, and no body on HEAD.
    private func checkRefusal(_ row: WireCase, _ answer: RawClient.Answer) {
        for text in [
            "\r\nProxy-Status: stoplog; error=", "\r\nContent-Type: application/problem+json\r\n", "\r\nStoplog-Call: ",
        ] {
            #expect(answer.heads.contains(text), "\(row.name): \(text) not in \(WireText8.text(answer.heads))")
        }
        #expect(
            row.method == "HEAD" || answer.body.contains("\"status\":\(answer.status)"),
            "\(row.name): \(WireText8.text(answer.body))")
    }

    private func check(_ texts: [String], absentFrom bytes: [UInt8], _ row: WireCase, _ origin: ScriptedOrigin) {
        for text in texts {
            #expect(!bytes.contains(filled(text, origin)), "\(row.name): \(text) in \(WireText8.text(bytes))")
        }
    }

    private func checkFate(_ row: WireCase, _ client: RawClient, _ origin: ScriptedOrigin) throws {
        switch row.fate {
        case .any: break
        case .closed: #expect(client.drain() == .closed, "\(row.name): the connection stays open")
        case .open:
            client.write(filled(WireCase.get("/again"), origin))
            #expect(try client.until("\r\n").starts(with: WireText8.bytes("HTTP/1.1 ")), "\(row.name): not kept alive")
        }
    }

    private func filled(_ text: String, _ origin: ScriptedOrigin) -> String {
        let authority = "127.0.0.1:\(origin.port)"
        return text.replacingOccurrences(of: "{A}", with: isTunnelled ? "" : "http://" + authority)
            .replacingOccurrences(of: "{H}", with: authority)
            .replacingOccurrences(of: "{P}", with: "\(origin.port)")
    }
}
