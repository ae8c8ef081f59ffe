/// A 256-bit filter of names: a cheap "is not there" before a body is searched for one.
struct NameFilter: Sendable {
    private var a: UInt64 = 0
    private var b: UInt64 = 0
    private var c: UInt64 = 0
    private var d: UInt64 = 0

    /// Passes every name: for a body that is not known whole.
    static let all: NameFilter = {
        var filter = NameFilter()
        (filter.a, filter.b, filter.c, filter.d) = (.max, .max, .max, .max)
        return filter
    }()

    mutating func insert(_ bytes: [UInt8], _ range: Range<Int>) { set(Self.bit(bytes, range)) }

    mutating func insert(_ name: [UInt8]) { insert(name, 0..<name.count) }

    /// Whether a name of either filter may be in both; only ever errs towards true.
    func mayShare(_ other: NameFilter) -> Bool { (a & other.a) | (b & other.b) | (c & other.c) | (d & other.d) != 0 }

    private mutating func set(_ bit: UInt32) {
        let word = UInt64(1) << UInt64(bit & 63)
        switch bit >> 6 & 3 {
        case 0: a |= word
        case 1: b |= word
        case 2: c |= word
        default: d |= word
        }
    }

    /// FNV-1a, folded.
    private static func bit(_ bytes: [UInt8], _ range: Range<Int>) -> UInt32 {
        var hash: UInt32 = 0x811C_9DC5
        for index in range.clamped(to: 0..<bytes.count) { hash = (hash ^ UInt32(bytes[index])) &* 0x0100_0193 }
        return hash ^ (hash >> 8) ^ (hash >> 16)
    }
}

extension CallView {
    /// The names of all members and fields that the body has in any reading of it.
    func readBodyNames() -> NameFilter {
        guard case .decoded = body else { return .all }
        var names = NameFilter()
        switch jsonReading {
        case .none: break
        case .unknown: return .all
        case .documents(let tape):
            for node in tape.nodes {
                guard let key = node.key else { continue }
                for index in key where tape.bytes[index] == UInt8(ascii: "\\") { return .all }
                names.insert(tape.bytes, key)
            }
        }
        if formPairs.isIncomplete { return .all }
        for pair in formPairs.pairs { names.insert(pair.name) }
        return names
    }
}

extension Condition {
    /// Names of which the body must have one; nil where the condition may hold without any.
    var neededBodyNames: NameFilter? {
        guard needs({ $0.bodyName != nil }) else { return nil }
        var names = NameFilter()
        for test in tests {
            if let name = test.bodyName { names.insert(name) }
        }
        return names
    }
}

extension ConditionTest {
    /// The member or field without which the test cannot hold; nil where it can, or none is known.
    var bodyName: [UInt8]? {
        guard needsBody else { return nil }
        switch subject {
        case .form(let name): return name
        case .json(let pointer):
            // Numbers are elements of a list, or members; `*` is any.
            return pointer.segments.last { $0 != [UInt8(ascii: "*")] && !$0.allSatisfy(ASCII.isDigit) }
        default: return nil
        }
    }
}
