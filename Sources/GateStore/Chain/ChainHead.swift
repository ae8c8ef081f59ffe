/// The chain's end as it was last seen on disk, kept apart from the journal so that a cut tail shows.
struct ChainHead: Equatable {
    var sequence: Int64
    var hash: [UInt8]

    /// One line: sequence, hash and a MAC of both under the journal's key.
    func encoded(with chain: HashChain) throws(StoreError) -> [UInt8] {
        let body = Array("\(sequence) \(Hex.text(hash))".utf8)
        let mac = try chain.hash(after: Array("head".utf8), body)
        return body + [0x20] + Array(Hex.text(mac).utf8) + [0x0a]
    }

    /// Nil when the line is malformed or was not made with this key.
    init?(_ line: [UInt8], with chain: HashChain) throws(StoreError) {
        let parts = line.split(separator: 0x20)
        guard parts.count == 3, let sequence = Int64(String(decoding: parts[0], as: UTF8.self)),
            let hash = Hex.bytes(parts[1]), hash.count == HashChain.hashLength
        else { return nil }
        self.init(sequence: sequence, hash: hash)
        guard try encoded(with: chain) == line else { return nil }
    }

    init(sequence: Int64, hash: [UInt8]) {
        self.sequence = sequence
        self.hash = hash
    }
}

/// Where the head is kept: `<journal>.head`, or in memory for a journal in memory.
enum HeadState: Equatable {
    case missing
    case unreadable
    case known(ChainHead)
}
