import GatePolicy
import Testing

@testable import GateEngine

/// What a parser made of some text, in a form to compare.
enum Wire {
    static func outcome(_ text: String) -> HTTP1Parser.Outcome { outcome([UInt8](text.utf8)) }

    static func outcome(_ bytes: [UInt8]) -> HTTP1Parser.Outcome {
        var parser = HTTP1Parser()
        return parser.parse(bytes.span)
    }

    /// Parses a head that must be good.
    static func head(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> RequestHead {
        guard case .head(let head, let consumed) = outcome(text) else {
            Issue.record("no head: \(outcome(text))", sourceLocation: sourceLocation)
            throw WireError.noHead
        }
        #expect(consumed == text.utf8.count, sourceLocation: sourceLocation)
        return head
    }

    /// A GET with these lines between Host and the empty line.
    static func get(_ lines: String...) -> String {
        "GET http://h/ HTTP/1.1\r\nHost: h\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
    }

    static func post(_ lines: String...) -> String {
        "POST http://h/ HTTP/1.1\r\nHost: h\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
    }

    static func status(_ outcome: HTTP1Parser.Outcome) -> Int? {
        if case .fault(let fault) = outcome { return fault.status }
        return nil
    }

    /// Feeds `bytes` as a buffer that grows byte by byte.
    static func dripped(_ bytes: [UInt8]) -> HTTP1Parser.Outcome {
        var parser = HTTP1Parser()
        for end in 0...bytes.count {
            let outcome = parser.parse(bytes.span.extracting(0..<end))
            if case .needMore = outcome { continue }
            return outcome
        }
        return .needMore
    }

    static func target(
        _ text: String, in context: RequestTarget.Context = .plain
    ) throws -> Result<RequestTarget, RequestFault> {
        RequestTarget.parse(try head(text), in: context)
    }

    static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

enum WireError: Error { case noHead }
