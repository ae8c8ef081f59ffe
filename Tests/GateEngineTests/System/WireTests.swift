import Testing

@testable import GateEngine

/// The wire rules, row by row against the real binary: over the proxy's port and inside an intercepted tunnel.
@Suite(.timeLimit(.minutes(5)))
struct WireTests {
    private static func play(_ rows: [WireCase]) throws {
        try withGate { gate in
            try WireRun(gate: gate, isTunnelled: false).play(rows)
            try WireRun(gate: gate, isTunnelled: true).play(rows)
        }
    }

    @Test func `Targets are read in one strict way and sent byte for byte`() throws { try Self.play(WireCase.targets) }
    @Test func `Malformed request lines are refused`() throws { try Self.play(WireCase.requestLines) }
    @Test func `A request has one end or is refused`() throws { try Self.play(WireCase.framing) }
    @Test func `Fields pass but for those of one connection`() throws { try Self.play(WireCase.fields) }
    @Test func `Methods and expectations pass`() throws { try Self.play(WireCase.methods) }
    @Test func `Answers pass but for what concerns one connection`() throws {
        try Self.play(WireCase.responsesThatPass)
    }
    @Test func `Status codes pass`() throws { try Self.play(WireCase.statuses) }
    @Test func `Answers that are no HTTP become 502, cut ones stay cut`() throws {
        try Self.play(WireCase.faultyResponses)
    }
}
