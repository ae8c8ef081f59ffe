@testable import GatePolicy

/// Builds the facts of a request for tests: the head is written out as a client would.
struct SampleCall {
    var method = "GET"
    var url: String
    var headers: [(String, String)] = []

    init(_ call: String, _ headers: [(String, String)] = []) {
        let parts = call.split(separator: " ", maxSplits: 1)
        method = String(parts[0])
        url = String(parts[1])
        self.headers = headers
    }

    /// The facts; the URL is `scheme://host[:port]/path[?query]`.
    var facts: RequestFacts {
        let schemeEnd = url.range(of: "://")
        let rest = Array(url[schemeEnd.upper...].utf8)
        let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        var host = String(decoding: authority, as: UTF8.self)
        if !host.hasPrefix("["), let colon = host.firstIndex(of: ":") { host = String(host[..<colon]) }
        return Self.facts(
            method: Array(method.utf8), host: host, target: Array(rest[authority.endIndex...]),
            headers: headers.map { (Array($0.0.utf8), Array($0.1.utf8)) })
    }

    func view(_ body: BodyEvidence = .none) -> CallView { CallView(facts, body: body) }

    func view(_ body: String) -> CallView { CallView(facts, body: .decoded(Array(body.utf8))) }

    static func facts(
        method: [UInt8], host: String, target: [UInt8], headers: [([UInt8], [UInt8])] = []
    ) -> RequestFacts {
        var bytes = method + Array(" ".utf8)
        let start = bytes.count
        bytes += target
        let mark = target.firstIndex(of: UInt8(ascii: "?"))
        let path = start..<(start + (mark ?? target.count))
        let query = mark.map { (start + $0 + 1)..<(start + target.count) }
        bytes += Array(" HTTP/1.1\r\n".utf8)
        var fields: [FieldRange] = []
        for (name, value) in headers {
            let nameStart = bytes.count
            bytes += name + Array(": ".utf8)
            let valueStart = bytes.count
            bytes += value + Array("\r\n".utf8)
            fields.append(
                FieldRange(
                    nameStart: UInt32(nameStart), nameEnd: UInt32(nameStart + name.count),
                    valueStart: UInt32(valueStart), valueEnd: UInt32(valueStart + value.count)))
        }
        return RequestFacts(
            bytes: bytes, method: 0..<method.count, scheme: .https, host: host, port: 443, path: path, query: query,
            fields: fields)
    }
}

extension String {
    /// Where a text stands in this one; the whole text's end where it does not.
    fileprivate func range(of text: String) -> (lower: Index, upper: Index) {
        var at = startIndex
        while at < endIndex {
            if self[at...].hasPrefix(text) { return (at, index(at, offsetBy: text.count)) }
            at = index(after: at)
        }
        return (startIndex, startIndex)
    }
}

/// A seeded generator (SplitMix64): the same inputs on every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func bytes(upTo count: Int) -> [UInt8] {
        (0..<Int.random(in: 0...count, using: &self)).map { _ in UInt8.random(in: 0...255, using: &self) }
    }

    /// A copy with some bytes changed, dropped, doubled or moved.
    mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...6, using: &self) {
            guard !bytes.isEmpty else { return bytes }
            let at = Int.random(in: 0..<bytes.count, using: &self)
            switch Int.random(in: 0..<5, using: &self) {
            case 0: bytes[at] = UInt8.random(in: 0...255, using: &self)
            case 1: bytes.remove(at: at)
            case 2: bytes.insert(bytes[at], at: at)
            case 3: bytes.removeSubrange(at...)
            default: bytes.insert(contentsOf: bytes[at...].prefix(8), at: 0)
            }
        }
        return bytes
    }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// The texts of an evidence's values; nil when absent or unknown.
func texts(_ evidence: Evidence) -> [String]? {
    if case .values(let values) = evidence { values.map(\.string) } else { nil }
}
