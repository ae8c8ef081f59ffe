internal import CGate
internal import Foundation
internal import GateStore
internal import Logging
internal import Synchronization

/// Deletes what is older than `journal.retention`, soon after the start and then every hour, a piece at a time.
final class RetentionSchedule: Sendable {
    private static let first = DispatchTimeInterval.seconds(30)
    private static let interval = DispatchTimeInterval.seconds(3600)
    /// Events of one transaction: writers wait for no longer.
    private static let piece = 2_000

    private let isStopped = Atomic<Bool>(false)

    init(store: any Store, keeping retention: Duration, logger: Logger) {
        let queue = DispatchQueue(label: "stoplog.retention")
        later(Self.first, queue) { Self.prune(store, keeping: retention, logger) }
    }

    private func later(_ delay: DispatchTimeInterval, _ queue: DispatchQueue, _ work: @escaping @Sendable () -> Void) {
        queue.asyncAfter(deadline: .now() + delay) { [weak self] in
            guard let self, !isStopped.load(ordering: .acquiring) else { return }
            work()
            later(Self.interval, queue, work)
        }
    }

    private static func prune(_ store: any Store, keeping retention: Duration, _ logger: Logger) {
        let before = gate_wall_us() &- Int64(clamping: retention.milliseconds) &* 1000
        do throws(StoreError) {
            while try store.prune(before: before, limit: piece) >= piece {}
        } catch {
            logger.error("The journal could not be shortened", metadata: .keyed([(.fault, error.message)]))
        }
    }

    func stop() { isStopped.store(true, ordering: .releasing) }
}
