import Foundation
import Testing

@testable import GateStore

/// Several gates on one file, and gates that die.
@Suite struct SQLiteSharingTests {
    @Test func `Two writers of one file make one linear chain`() async throws {
        try await withStateDirectory { directory in
            let first = try SQLiteStore.open(stateDirectory: directory, environment: "test")
            let second = try SQLiteStore.open(stateDirectory: directory, environment: "test")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (offset, store) in [first, second].enumerated() {
                    for lane in 0..<4 {
                        group.addTask {
                            for number in 0..<50 {
                                let id = number * 8 + lane * 2 + offset
                                if number % 2 == 0 {
                                    try await store.committed(call(id))
                                } else {
                                    store.append(call(id))
                                }
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await first.flushed()
            try await second.flushed()
            #expect(try first.verify() == ChainReport(verified: 400, firstBad: nil))
            first.close()
            try await second.committed(call(1000))
            second.close()
            let reader = try SQLiteStore.openReadOnly(stateDirectory: directory, environment: "test")
            #expect(try reader.verify() == ChainReport(verified: 401, firstBad: nil))
        }
    }

    @Test func `Two writers that change one call in turn keep its latest state`() async throws {
        try await withStateDirectory { directory in
            let first = try SQLiteStore.open(stateDirectory: directory, environment: "test")
            let second = try SQLiteStore.open(stateDirectory: directory, environment: "test")
            defer {
                first.close()
                second.close()
            }
            for outcome: CallRecord.Outcome in [.held, .approved, .released] {
                try await first.committed(call(1, outcome: outcome))
                try await second.committed(call(1, outcome: .inDoubt))
            }
            #expect(try first.call(id: call(1).id)?.record.outcome == .inDoubt)
            #expect(try first.verify() == ChainReport(verified: 6, firstBad: nil))
        }
    }

    @Test func `What a killed gate leaves behind verifies, and the next gate goes on from there`() async throws {
        try await withStateDirectory { directory in
            try await withStateDirectory { grave in
                let store = try SQLiteStore.open(stateDirectory: directory, environment: "test")
                defer { store.close() }
                for number in 0..<200 { try await store.committed(call(number)) }
                for number in 200..<300 { store.append(call(number)) }
                // The files as they are now, with the log that no one has moved into the database yet. Not read from
                // this process, which would give up its locks.
                let copy = Process()
                copy.executableURL = URL(fileURLWithPath: "/bin/cp")
                copy.arguments = ["-a", directory, grave]
                try copy.run()
                copy.waitUntilExit()
                let reader = try SQLiteStore.openReadOnly(stateDirectory: grave, environment: "test")
                let report = try reader.verify()
                #expect(report.firstBad == nil)
                #expect(report.verified >= 200)
                reader.close()
                let next = try SQLiteStore.open(stateDirectory: grave, environment: "test")
                defer { next.close() }
                try await next.committed(call(1000))
                #expect(try next.verify() == ChainReport(verified: report.verified + 1, firstBad: nil))
            }
        }
    }

    @Test func `Environments in one state directory do not meet`() async throws {
        try await withStateDirectory { directory in
            let staging = try SQLiteStore.open(stateDirectory: directory, environment: "staging")
            let production = try SQLiteStore.open(stateDirectory: directory, environment: "production")
            defer {
                staging.close()
                production.close()
            }
            try await staging.committed(call(1))
            #expect(try production.calls(CallQuery()).calls.isEmpty)
            #expect(try production.verify() == ChainReport(verified: 0, firstBad: nil))
        }
    }
}
