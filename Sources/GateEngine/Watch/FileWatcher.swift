internal import CGate
internal import Foundation
internal import Glibc
internal import Synchronization

/// Notices that one of a few files has changed on disk, whichever way an editor or a mount replaced it.
final class FileWatcher: Sendable {
    /// Between two looks. Looking is portable over every file system and mount that inotify does not see through.
    private static let interval = DispatchTimeInterval.milliseconds(500)

    private struct Stamp: Equatable {
        var inode: UInt64 = 0
        var size: Int64 = 0
        var seconds: Int = 0
        var nanoseconds: Int = 0
    }

    private struct State {
        var files: [String]
        var stamps: [Stamp] = []
        var isStopped = false
    }

    private let state: Mutex<State>

    init(files: [String]) {
        state = Mutex(State(files: files, stamps: files.map(Self.stamp)))
    }

    /// Watches these files from now on.
    func watch(_ files: [String]) {
        state.withLock { state in
            guard files != state.files else { return }
            state.files = files
            state.stamps = files.map(Self.stamp)
        }
    }

    /// Starts to look; `changed` runs on the watcher's own queue.
    func start(_ changed: @escaping @Sendable () -> Void) {
        lookLater(DispatchQueue(label: "stoplog.files"), changed)
    }

    private func lookLater(_ queue: DispatchQueue, _ changed: @escaping @Sendable () -> Void) {
        queue.asyncAfter(deadline: .now() + Self.interval) { [weak self] in
            guard let self, !state.withLock({ $0.isStopped }) else { return }
            if hasChanged() { changed() }
            lookLater(queue, changed)
        }
    }

    func stop() { state.withLock { $0.isStopped = true } }

    private func hasChanged() -> Bool {
        state.withLock { state in
            let now = state.files.map(Self.stamp)
            defer { state.stamps = now }
            return now != state.stamps
        }
    }

    private static func stamp(_ path: String) -> Stamp {
        var facts = stat()
        guard unsafe stat(path, &facts) == 0 else { return Stamp() }
        return Stamp(
            inode: UInt64(facts.st_ino), size: Int64(facts.st_size), seconds: facts.st_mtim.tv_sec,
            nanoseconds: facts.st_mtim.tv_nsec)
    }
}
