import Foundation
import GatePolicy
import Logging
import Testing

@testable import GateEngine
@testable import GateStore

/// Each environment has a store of its own, also where a file is named for it.
@Suite struct EnvironmentStoreTests {
    @Test func `A journal of one environment is refused to another`() throws {
        let directory = NSTemporaryDirectory() + "stoplog-store-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var configuration = GateConfiguration()
        configuration.stateDirectory = directory
        configuration.environment = "staging"
        configuration.store = .sqlite(path: directory + "/shared.sqlite")
        let store = try GateParts.store(configuration)
        let record = CallRecord(
            id: ULID.next(milliseconds: 1_700_000_000_000).description, time: 1_700_000_000_000_000,
            environment: "staging", correlationID: "c", mode: "dry-run", class: "safe", outcome: .forwarded,
            method: "GET", url: "http://h/", host: "h", request: .init(), client: "127.0.0.1:1")
        store.append(record)
        store.close()
        try GateParts.store(configuration).close()
        configuration.environment = "production"
        #expect(throws: GateError.self) { try GateParts.store(configuration) }
    }
}
