import Foundation
import GatePolicy
import Testing

@testable import GateEngine

@Suite("State directory")
struct StateDirectoryTests {
    private func registration(_ pid: Int32) -> GateRegistration {
        GateRegistration(
            pid: pid, proxy: "http://127.0.0.1:1", admin: "http://127.0.0.1:2", environment: "test", mode: "block",
            ca: "/x \"y\"/ca.pem", started: "2026-01-01T00:00:00.000Z")
    }

    @Test func `it is made for its owner alone`() throws {
        try withDirectory { base in
            let state = try StateDirectory.open(base + "/a/b")
            let mode = try FileManager.default.attributesOfItem(atPath: state.path)[.posixPermissions] as? Int
            #expect(mode == 0o700)
        }
    }

    @Test func `one that others may write to is refused`() throws {
        try withDirectory { base in
            try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: base)
            #expect { try StateDirectory.open(base) } throws: { ($0 as? StateError)?.code == .forbidden }
        }
    }

    @Test func `a file in its place is refused`() throws {
        try withDirectory { base in
            try "x".write(toFile: base + "/file", atomically: true, encoding: .utf8)
            #expect { try StateDirectory.open(base + "/file") } throws: { ($0 as? StateError)?.code == .unusable }
        }
    }

    @Test func `gates that start at once agree on one token`() async throws {
        let base = NSTemporaryDirectory() + "stoplog-test-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: base) }
        let state = try StateDirectory.open(base)
        let tokens = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<16 { group.addTask { try state.adminToken() } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(tokens.count == 1)
        #expect(tokens.first?.count == 64)
        #expect(FileAccess.names(in: base) == ["admin.token"])
    }

    @Test func `a token that others may read is refused`() throws {
        try withDirectory { base in
            let state = try StateDirectory.open(base)
            _ = try state.adminToken()
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: base + "/admin.token")
            #expect { try state.adminToken() } throws: { ($0 as? StateError)?.code == .forbidden }
        }
    }

    @Test func `a registration lives as long as its entry`() throws {
        try withDirectory { base in
            let state = try StateDirectory.open(base)
            var entry: GateEntry? = try state.register(registration(42))
            #expect(state.runningGates() == [registration(42)])
            entry = nil
            #expect(entry == nil && state.runningGates() == [])
            #expect(FileAccess.names(in: base + "/gates") == [])
        }
    }

    @Test func `two gates of one process have two entries`() throws {
        try withDirectory { base in
            let state = try StateDirectory.open(base)
            let entries = [try state.register(registration(42)), try state.register(registration(42))]
            #expect(state.runningGates().count == 2)
            for entry in entries { entry.remove() }
            #expect(state.runningGates() == [])
        }
    }

    @Test func `what is no registration is passed over`() throws {
        try withDirectory { base in
            let state = try StateDirectory.open(base)
            let entry = try state.register(registration(1))
            for text in ["", "{", "[]", "{\"pid\":99999999999}"] {
                try text.write(toFile: base + "/gates/7.json", atomically: false, encoding: .utf8)
                #expect(state.runningGates().count == 1)
            }
            entry.remove()
        }
    }

    @Test func `a flip to a stricter mode is kept, one to a looser mode is not`() throws {
        try withDirectory { base in
            let state = try StateDirectory.open(base)
            func flip(_ mode: Mode) throws {
                try state.keepFlip(to: mode, configured: .dryRun, environment: "test", at: "now", by: "a\"b")
            }
            try flip(.block)
            #expect(try state.startMode(configured: .dryRun, environment: "test") == .block)
            #expect(try state.startMode(configured: .dryRun, environment: "other") == .dryRun)
            try flip(.live)
            #expect(try state.startMode(configured: .dryRun, environment: "test") == .dryRun)
        }
    }

    @Test func `a kept mode that cannot be read stops the start`() throws {
        try withDirectory { base in
            let state = try StateDirectory.open(base)
            try "{}".write(toFile: base + "/mode-test.json", atomically: true, encoding: .utf8)
            #expect(throws: StateError.self) { try state.startMode(configured: .live, environment: "test") }
        }
    }
}
