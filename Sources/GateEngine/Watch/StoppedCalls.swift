internal import GateStore
internal import Synchronization

/// The calls of this gate that did not pass as sent, for the summary of `run`; the newest are left out beyond a limit.
final class StoppedCalls: Sendable {
    private static let limit = 10_000
    private let kept = Mutex<[SummaryLine]>([])

    var lines: [SummaryLine] { kept.withLock { $0 } }

    func ended(_ record: CallRecord) {
        switch record.outcome {
        case .blocked, .recorded, .held, .limited, .denied, .inDoubt, .rejected: break
        case .failed where record.class == "irreversible": break
        default: return
        }
        kept.withLock { lines in
            guard lines.count < Self.limit else { return }
            lines.append(
                SummaryLine(
                    id: record.id, outcome: record.outcome.rawValue, rule: record.rule, method: record.method,
                    url: record.url))
        }
    }
}
