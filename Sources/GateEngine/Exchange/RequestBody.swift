internal import CGate

/// A request's body between client and upstream: gathered while it is judged or kept, then streamed, or dropped.
struct RequestBody {
    /// What happens to bytes that arrive.
    enum Use: Equatable {
        /// All are kept until more than `limit` have come.
        case gather(limit: Int)
        /// They wait for the upstream, boundedly.
        case stream
        /// They are counted and hashed only.
        case drop
    }

    /// Bytes that wait for the upstream above which the client is not read, and below which it is again.
    static let highWater = 262_144
    static let lowWater = 32_768

    private(set) var use = Use.gather(limit: 0)
    /// What was gathered, or waits to be sent from `sent` on.
    private(set) var bytes: [UInt8] = []
    private var sent = 0
    /// All content bytes so far.
    private(set) var length = 0
    private(set) var isComplete: Bool
    private var digest: SHA256Digest?

    init(isEmpty: Bool) { isComplete = isEmpty }

    var waiting: Int { bytes.count - sent }

    /// Whether the client is to be read.
    var wantsMore: Bool {
        if isComplete { return false }
        switch use {
        case .gather(let limit): return bytes.count <= limit
        case .stream: return waiting < Self.highWater
        case .drop: return true
        }
    }

    /// True when more than the limit came while it was gathered.
    var isOverLimit: Bool {
        if case .gather(let limit) = use { return bytes.count > limit }
        return false
    }

    /// Goes on gathering up to another limit.
    mutating func gather(limit: Int) { use = .gather(limit: limit) }

    /// Starts to hash: what is there, and all that comes.
    mutating func hash() {
        guard digest == nil else { return }
        digest = SHA256Digest()
        unsafe bytes.withUnsafeBytes { unsafe digest?.update($0) }
    }

    /// From now on bytes are handed out by `take`; what was gathered goes first.
    mutating func stream() { use = .stream }

    /// From now on bytes are not kept.
    mutating func drop() {
        use = .drop
        bytes = []
        sent = 0
    }

    mutating func append(_ more: UnsafeRawBufferPointer) {
        length += more.count
        unsafe digest?.update(more)
        if use != .drop { unsafe bytes.append(contentsOf: more) }
    }

    /// Counts bytes that go another way.
    mutating func count(_ more: Int) { length += more }

    mutating func complete() { isComplete = true }

    /// Moves waiting bytes into `buffer`; 0 when none wait.
    mutating func take(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(waiting, buffer.count)
        guard count > 0 else { return 0 }
        unsafe bytes.withUnsafeBytes { all in
            unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: all[sent..<sent + count]))
        }
        sent += count
        if sent == bytes.count {
            bytes.removeAll(keepingCapacity: bytes.capacity <= Self.highWater)
            sent = 0
        } else if sent > Self.highWater {
            bytes.removeFirst(sent)
            sent = 0
        }
        return count
    }

    /// SHA-256 of what came, in lower-case hex; nil when it was not hashed.
    var sha256: String? { digest?.hex }
}
