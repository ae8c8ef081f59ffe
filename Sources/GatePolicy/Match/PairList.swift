/// Decoded names and values of a query or a form.
struct PairList: Sendable {
    /// Pairs that are kept; more make what is not among them unknown.
    static let maxPairs = 4096

    private(set) var pairs: [(name: [UInt8], value: [UInt8])] = []
    /// Not all could be read: a name that is not among the pairs may yet be there.
    private(set) var isIncomplete = false

    /// Where the pairs begin that only the reading with `;` as a separator has.
    private var alternativeStart: Int?

    mutating func add(_ name: [UInt8], _ value: [UInt8]) {
        if pairs.count >= Self.maxPairs { isIncomplete = true } else { pairs.append((name, value)) }
    }

    mutating func markIncomplete() { isIncomplete = true }

    /// Reads `a=b&c=d`; where there is a `;` also the reading that takes it for a separator.
    mutating func read(_ bytes: ArraySlice<UInt8>) {
        read(bytes) { $0 == UInt8(ascii: "&") }
        guard bytes.contains(UInt8(ascii: ";")) else { return }
        if alternativeStart == nil { alternativeStart = pairs.count }
        read(bytes) { $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: ";") }
    }

    private mutating func read(_ bytes: ArraySlice<UInt8>, _ isSeparator: (UInt8) -> Bool) {
        var start = bytes.startIndex
        var at = start
        while at <= bytes.endIndex {
            if at == bytes.endIndex || isSeparator(bytes[at]) {
                if at > start { addEncoded(bytes[start..<at]) }
                if isIncomplete { return }
                start = at + 1
            }
            at += 1
        }
    }

    private mutating func addEncoded(_ pair: ArraySlice<UInt8>) {
        let equals = pair.firstIndex(of: UInt8(ascii: "="))
        let name = PercentDecoder.decodeForm(pair[..<(equals ?? pair.endIndex)])
        add(name, equals.map { PercentDecoder.decodeForm(pair[($0 + 1)...]) } ?? [])
    }

    /// The distinct values under a name.
    func evidence(_ name: [UInt8]) -> Evidence {
        var values: [CallValue] = []
        for pair in pairs where pair.name == name {
            let value = CallValue(.text, pair.value)
            if values.count > 64 || !values.contains(value) { values.append(value) }
        }
        if values.isEmpty { return isIncomplete ? .unknown : .absent }
        return .values(values)
    }

    /// Whether a name that is among the pairs is not there for a server that takes `;` for no separator.
    func mayLack(_ name: [UInt8]) -> Bool {
        guard let alternativeStart else { return false }
        return !pairs[..<alternativeStart].contains { $0.name == name }
    }

    func contains(_ name: [UInt8]) -> Bool { pairs.contains { $0.name == name } }

    func contains(_ name: [UInt8], value: [UInt8]) -> Bool {
        pairs.contains { $0.name == name && $0.value == value }
    }
}
