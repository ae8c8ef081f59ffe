import Synchronization

/// Keeps the chain's head apart from the journal: in `<journal>.head`, or in memory.
final class HeadKeeper: Sendable {
    private let path: String?
    private let memory = Mutex<ChainHead?>(nil)

    /// - Parameter path: nil for a journal in memory.
    init(path: String?) { self.path = path }

    func read(with chain: HashChain) throws(StoreError) -> HeadState {
        guard let path else {
            return memory.withLock { $0.map { .known($0) } ?? .missing }
        }
        guard let line = try SmallFile.read(path) else { return .missing }
        guard let head = try ChainHead(line, with: chain) else { return .unreadable }
        return .known(head)
    }

    /// Several processes write one head: an older one never replaces a newer, give or take a race that only makes
    /// the head lag behind.
    ///
    /// - Parameter replacing: true when what is there is known to be wrong.
    func write(_ head: ChainHead, with chain: HashChain, replacing: Bool = false) throws(StoreError) {
        guard let path else { return memory.withLock { $0 = head } }
        if !replacing, case .known(let present) = try read(with: chain), present.sequence > head.sequence { return }
        try SmallFile.replace(path, with: try head.encoded(with: chain))
    }
}
