/// One thing that is wrong with the configuration, and where it stands.
public struct ConfigurationFault: Sendable, Equatable, CustomStringConvertible {
    /// Where a value came from.
    public enum Place: Sendable, Equatable {
        /// Line and column count from 1.
        case file(String, line: Int, column: Int)
        /// `--listen`
        case flag(String)
        /// `STOPLOG_LISTEN`
        case variable(String)
    }

    public var place: Place
    public var message: String

    public init(_ place: Place, _ message: String) {
        self.place = place
        self.message = message
    }

    /// Faults of the file come in its order, after those of flags and variables.
    fileprivate var order: Int {
        guard case .file(_, let line, let column) = place else { return 0 }
        return line * 10_000 + min(column, 9999)
    }

    /// `stoplog.yaml:3:5: error: …` or `--listen: error: …`.
    public var description: String {
        switch place {
        case .file(let file, let line, let column): "\(file):\(line):\(column): error: \(message)"
        case .flag(let name), .variable(let name): "\(name): error: \(message)"
        }
    }
}

/// Everything that is wrong with the configuration; nothing was started.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    public var faults: [ConfigurationFault]

    public init(_ faults: [ConfigurationFault]) {
        self.faults = faults.enumerated().sorted { a, b in
            (a.element.order, a.offset) < (b.element.order, b.offset)
        }.map(\.element)
    }

    public var description: String { faults.map(\.description).joined(separator: "\n") }
}

/// The names a user may have meant.
enum Suggestion {
    /// `; did you mean 'x'?` for the closest of `known` within a third of the word's length, else nothing.
    static func hint(_ word: String, among known: [String]) -> String {
        let allowed = max(1, word.count / 3)
        let closest = known.map {
            ($0, distance(Array(word.lowercased().utf8.prefix(64)), Array($0.lowercased().utf8)))
        }
        .min { $0.1 < $1.1 }
        guard let closest, closest.1 <= allowed else { return "" }
        return "; did you mean '\(closest.0)'?"
    }

    /// Levenshtein's distance, a transposition counting as one.
    static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var before: [Int] = []
        var last = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var best = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, before[j - 1] + 1) }
                row.append(best)
            }
            before = last
            last = row
        }
        return last[b.count]
    }
}
