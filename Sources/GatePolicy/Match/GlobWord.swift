/// One alternative of one segment: literal bytes and `*`.
struct GlobWord: Sendable, Equatable {
    /// Stands for `*` among the bytes of `tokens`.
    static let star: UInt16 = 0x100

    let tokens: [UInt16]
    /// The bytes, where there is no `*`.
    let literal: [UInt8]?

    init(_ tokens: [UInt16]) {
        self.tokens = tokens
        literal = tokens.contains(Self.star) ? nil : tokens.map { UInt8(truncatingIfNeeded: $0) }
    }

    /// Whether `*` is the whole word.
    var isAny: Bool { tokens.count == 1 && tokens[0] == Self.star }

    var hasUppercase: Bool { tokens.contains { $0 < 0x80 && ASCII.isUpper(UInt8($0)) } }

    /// Whether the word matches `bytes[range]`; ASCII case is ignored where `fold` says so.
    ///
    /// O(n·m) at worst.
    func matches(_ bytes: Span<UInt8>, _ range: Range<Int>, fold: Bool) -> Bool {
        if let literal {
            guard literal.count == range.count else { return false }
            for offset in 0..<literal.count
            where !Self.same(UInt16(literal[offset]), bytes[range.lowerBound + offset], fold) { return false }
            return true
        }
        return matchesGlob(bytes, range, fold: fold)
    }

    /// The usual two-pointer match: only the last `*` is ever tried again.
    private func matchesGlob(_ bytes: Span<UInt8>, _ range: Range<Int>, fold: Bool) -> Bool {
        var token = 0
        var at = range.lowerBound
        var retryToken = -1
        var retryAt = 0
        while at < range.upperBound {
            if token < tokens.count, tokens[token] == Self.star {
                retryToken = token + 1
                retryAt = at
                token += 1
            } else if token < tokens.count, Self.same(tokens[token], bytes[at], fold) {
                token += 1
                at += 1
            } else if retryToken >= 0 {
                retryAt += 1
                at = retryAt
                token = retryToken
            } else {
                return false
            }
        }
        while token < tokens.count, tokens[token] == Self.star { token += 1 }
        return token == tokens.count
    }

    @inline(__always)
    private static func same(_ token: UInt16, _ byte: UInt8, _ fold: Bool) -> Bool {
        let wanted = UInt8(truncatingIfNeeded: token)
        return wanted == byte || (fold && ASCII.lower(wanted) == ASCII.lower(byte))
    }

    /// True only where every text that `other` matches is matched by this word.
    func covers(_ other: GlobWord) -> Bool {
        // reachable[i]: the tokens of `other` read so far can be covered by the first i tokens of this word.
        var reachable = closure(of: Set([0]))
        for token in other.tokens {
            var next: Set<Int> = []
            for index in reachable where index < tokens.count {
                if tokens[index] == Self.star {
                    next.insert(index)
                } else if tokens[index] == token {
                    next.insert(index + 1)
                }
            }
            reachable = closure(of: next)
            if reachable.isEmpty { return false }
        }
        return reachable.contains(tokens.count)
    }

    private func closure(of indices: Set<Int>) -> Set<Int> {
        var closed = indices
        for start in indices {
            var index = start
            while index < tokens.count, tokens[index] == Self.star {
                index += 1
                closed.insert(index)
            }
        }
        return closed
    }
}
