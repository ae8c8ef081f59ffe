/// A 256-bit filter of the three-letter runs in a path's segments: a cheap "cannot match" before a glob is tried.
struct PathSignature: Sendable, Equatable {
    private var a: UInt64 = 0
    private var b: UInt64 = 0
    private var c: UInt64 = 0
    private var d: UInt64 = 0

    var isEmpty: Bool { a | b | c | d == 0 }

    /// The runs of a path as called.
    init(_ path: PathReading) {
        for segment in path.segments {
            guard segment.count > 2 else { continue }
            var run = Self.fold(path.bytes[segment.lowerBound]) << 8 | Self.fold(path.bytes[segment.lowerBound + 1])
            for index in segment.lowerBound + 2..<segment.upperBound {
                run = (run << 8 | Self.fold(path.bytes[index])) & 0xFF_FFFF
                insert(run)
            }
        }
    }

    private init(literals: [[UInt8]]) {
        for literal in literals where literal.count > 2 {
            var run = Self.fold(literal[0]) << 8 | Self.fold(literal[1])
            for byte in literal[2...] {
                run = (run << 8 | Self.fold(byte)) & 0xFF_FFFF
                insert(run)
            }
        }
    }

    /// Whether a path with `other`'s runs has all of this signature's.
    func isContained(in other: PathSignature) -> Bool {
        (a & ~other.a) | (b & ~other.b) | (c & ~other.c) | (d & ~other.d) == 0
    }

    private mutating func insert(_ run: UInt32) {
        let hash = run &* 0x9E37_79B1
        let bit = UInt64(1) << UInt64((hash >> 24) & 63)
        switch hash >> 30 {
        case 0: a |= bit
        case 1: b |= bit
        case 2: c |= bit
        default: d |= bit
        }
    }

    private static func fold(_ byte: UInt8) -> UInt32 {
        UInt32(byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte)
    }

    // MARK: Of globs

    private static let maximumAlternatives = 512

    /// One signature for each alternative of the globs: a path that has none of them cannot match.
    ///
    /// Empty: no filter.
    static func alternatives(of globs: [GlobPattern]) -> [PathSignature] {
        var signatures: [PathSignature] = []
        for glob in globs {
            guard let spellings = expand(Array(glob.text.utf8)) else { return [] }
            for spelling in spellings {
                let signature = PathSignature(literals: literals(of: spelling))
                if signature.isEmpty { return [] }
                if !signatures.contains(signature) { signatures.append(signature) }
                if signatures.count > maximumAlternatives { return [] }
            }
        }
        return signatures
    }

    /// The glob with its `{a,b}` written out; nil where there are too many.
    private static func expand(_ glob: [UInt8]) -> [[UInt8]]? {
        guard let open = glob.firstIndex(of: 0x7B) else { return [glob] }
        var depth = 0
        var start = open + 1
        var choices: [[UInt8]] = []
        for index in open..<glob.count {
            switch glob[index] {
            case 0x7B: depth += 1
            case 0x7D: depth -= 1
            case 0x2C where depth == 1:
                choices.append(Array(glob[start..<index]))
                start = index + 1
            default: break
            }
            guard depth == 0 else { continue }
            choices.append(Array(glob[start..<index]))
            var all: [[UInt8]] = []
            for choice in choices {
                guard let rest = expand(Array(glob[..<open]) + choice + Array(glob[(index + 1)...])) else { return nil }
                all += rest
                if all.count > maximumAlternatives { return nil }
            }
            return all
        }
        return nil
    }

    /// The runs of letters and digits that stand in every match; anything else may mean more than itself, and
    /// verbs with different marks around them share a signature.
    private static func literals(of glob: [UInt8]) -> [[UInt8]] {
        var runs: [[UInt8]] = [[]]
        var skip = 0
        var isClass = false
        for byte in glob {
            if skip > 0 {
                skip -= 1
            } else if isClass {
                isClass = byte != 0x5D
            } else if isPlain(byte) {
                runs[runs.count - 1].append(byte)
            } else {
                runs.append([])
                skip = byte == 0x25 ? 2 : byte == 0x5C ? 1 : 0
                isClass = byte == 0x5B
            }
        }
        return runs
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || (byte >= 0x30 && byte <= 0x39)
    }
}
