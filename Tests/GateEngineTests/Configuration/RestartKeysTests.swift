import Testing

@testable import GateEngine

@Suite struct RestartKeysTests {
    @Test func `what a reload takes over waits for no restart, all else is named`() {
        let running = GateConfiguration()
        var changed = running
        changed.isStrict = true
        changed.journal.calls = .all
        #expect(changed.keysForRestart(running: running) == [])
        changed.upstream.connectTimeout = .seconds(9)
        changed.drain = .seconds(1)
        changed.journal.retention = .seconds(1)
        #expect(changed.keysForRestart(running: running) == ["journal", "upstream", "drain"])
    }
}
