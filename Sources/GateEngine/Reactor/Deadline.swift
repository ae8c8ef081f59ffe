/// A point in time at which something is to happen; armed, moved and cleared many times, at little cost.
///
/// Moving a deadline to later costs a store: its entry in the heap stays and is set anew when it comes up.
final class Deadline {
    fileprivate var due: Int64 = .max
    fileprivate var scheduled: Int64 = .max
    private let action: () -> Void

    init(action: @escaping () -> Void) { self.action = action }

    /// True while armed.
    var isArmed: Bool { due != .max }

    /// True while the heap has an entry for it.
    fileprivate var isScheduled: Bool { scheduled != .max }

    /// Disarms; cheap and idempotent.
    func clear() { due = .max }

    /// Runs the action; for the reactor.
    func fire() {
        due = .max
        action()
    }
}

@available(*, unavailable)
extension Deadline: Sendable {}

/// The armed deadlines of one reactor, earliest first: a binary heap with lazy removal.
struct DeadlineHeap {
    private struct Entry {
        var time: Int64
        var deadline: Deadline
    }
    private var entries: [Entry] = []
    /// Entries of cancelled deadlines, at most.
    private var cancelled = 0

    /// Arms `deadline` for `due` (milliseconds of the reactor's clock).
    mutating func arm(_ deadline: Deadline, due: Int64) {
        deadline.due = due
        if due < deadline.scheduled { push(deadline, at: due) }
    }

    /// Milliseconds until the first entry comes up, -1 without one.
    func timeout(now: Int64) -> Int32 {
        guard let first = entries.first else { return -1 }
        return Int32(clamping: max(0, first.time - now))
    }

    /// Takes out the next deadline that is due at `now`, for its `fire`; entries that were moved are set anew,
    /// cleared ones dropped. Firing is left to the caller: an action may arm deadlines of the same heap.
    mutating func nextDue(now: Int64) -> Deadline? {
        while let first = entries.first, first.time <= now {
            pop()
            let deadline = first.deadline
            guard deadline.scheduled == first.time else { continue }
            deadline.scheduled = .max
            if deadline.due <= now { return deadline }
            if deadline.due != .max { push(deadline, at: deadline.due) }
        }
        return nil
    }

    /// Disarms for good: many of these make the heap drop its dead entries.
    mutating func cancel(_ deadline: Deadline) {
        deadline.clear()
        guard deadline.isScheduled else { return }
        cancelled += 1
        guard cancelled > 1024, cancelled > entries.count / 2 else { return }
        cancelled = 0
        let living = entries.filter { $0.deadline.isArmed && $0.deadline.scheduled == $0.time }
        for entry in entries where !entry.deadline.isArmed { entry.deadline.scheduled = .max }
        entries = []
        for entry in living { push(entry.deadline, at: entry.time) }
    }

    private mutating func push(_ deadline: Deadline, at time: Int64) {
        deadline.scheduled = time
        entries.append(Entry(time: time, deadline: deadline))
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].time < entries[parent].time else { break }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func pop() {
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < entries.count && entries[child].time < entries[least].time { least = child }
            guard least != parent else { return }
            entries.swapAt(parent, least)
            parent = least
        }
    }
}
