import Yams

/// Reads YAML text into a tree with positions, within limits that no anchor or nesting can pass.
struct YamlReader {
    static let maximumBytes = 4 * 1024 * 1024
    static let maximumNodes = 400_000
    static let maximumDepth = 60
    /// How many repeated keys of one file are reported; each needs the file to be read again.
    static let maximumDuplicates = 20

    private var diagnostics: Diagnostics
    private var nodesLeft = maximumNodes
    /// Repeated keys by the private-use character that replaced the first one's first character.
    private var renamed: [Character: (original: String, position: SourcePosition)] = [:]

    private init(file: String) { diagnostics = Diagnostics(file: file) }

    /// The root node of `text`, nil where the file has no content or cannot be read; then there are diagnostics.
    static func read(_ text: String, file: String) -> (root: YamlNode?, faults: [Diagnostic]) {
        var reader = YamlReader(file: file)
        let root = reader.root(of: text)
        return (root, reader.diagnostics.found)
    }

    private mutating func root(of text: String) -> YamlNode? {
        guard text.utf8.count <= Self.maximumBytes else {
            diagnostics.report("the file is larger than 4 MiB", at: SourcePosition())
            return nil
        }
        if let place = Self.aliasInKey(text) {
            diagnostics.report("anchors and aliases cannot be used in keys", at: place)
            return nil
        }
        guard let node = compose(text) else { return nil }
        let root = convert(node, depth: 0)
        if let root, root.isNull {
            diagnostics.report("the file has no content", at: SourcePosition())
            return nil
        }
        return root
    }

    /// Yams stops at the first repeated key; that one is renamed and the text read again, so that all are found.
    private mutating func compose(_ original: String) -> Node? {
        var text = original
        for attempt in 0...Self.maximumDuplicates {
            do {
                guard let node = try Yams.compose(yaml: text, .basic, .default, .utf8) else {
                    diagnostics.report("the file has no content", at: SourcePosition())
                    return nil
                }
                return node
            } catch YamlError.duplicatedKeysInMapping(let keys, let context) where attempt < Self.maximumDuplicates {
                guard let next = rename(keys.first ?? "", at: context.mark, in: text, attempt: attempt) else {
                    return nil
                }
                text = next
            } catch {
                report(error)
                return nil
            }
        }
        return nil
    }

    private mutating func rename(_ key: String, at mark: Mark, in text: String, attempt: Int) -> String? {
        let position = SourcePosition(line: max(mark.line, 1), column: max(mark.column, 1))
        let scalars = text.unicodeScalars
        guard let start = Self.index(of: position, in: scalars),
            let substitute = Unicode.Scalar(0xE000 + UInt32(attempt))
        else {
            diagnostics.report("the key `\(key)` is given twice", at: position)
            return nil
        }
        var place = start
        if scalars[place] == "\"" || scalars[place] == "'" { place = scalars.index(after: place) }
        guard place < scalars.endIndex, let first = key.unicodeScalars.first, scalars[place] == first else {
            diagnostics.report("the key `\(key)` is given twice", at: position)
            return nil
        }
        renamed[Character(substitute)] = (key, position)
        return String(text[..<place]) + String(Character(substitute)) + String(text[scalars.index(after: place)...])
    }

    private static func index(of position: SourcePosition, in scalars: String.UnicodeScalarView) -> String.Index? {
        var line = 1
        var column = 1
        var index = scalars.startIndex
        while index < scalars.endIndex {
            if line == position.line && column == position.column { return index }
            if scalars[index] == "\n" {
                line += 1
                column = 1
            } else {
                column += 1
            }
            index = scalars.index(after: index)
        }
        return nil
    }

    private mutating func report(_ error: any Error) {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            let hint = problem.contains("alias") ? " (quote a glob that begins with `*`)" : ""
            let lead = context.map { "\($0.text): " } ?? ""
            diagnostics.report(
                "this is not valid YAML: \(lead)\(problem)\(hint)",
                at: SourcePosition(line: max(mark.line, 1), column: max(mark.column, 1)))
        case YamlError.duplicatedKeysInMapping(let keys, let context):
            diagnostics.report(
                "the key `\(keys.first ?? "")` is given twice",
                at: SourcePosition(line: max(context.mark.line, 1), column: max(context.mark.column, 1)))
        case YamlError.reader(let problem, _, _, _):
            diagnostics.report("this is not valid YAML: \(problem)", at: SourcePosition())
        default:
            diagnostics.report("this is not valid YAML: \(error)", at: SourcePosition())
        }
    }

    // MARK: The tree

    private mutating func convert(_ node: Node, depth: Int) -> YamlNode? {
        let position = SourcePosition(line: max(node.mark?.line ?? 1, 1), column: max(node.mark?.column ?? 1, 1))
        guard nodesLeft > 0 else { return nil }
        nodesLeft -= 1
        if nodesLeft == 0 {
            diagnostics.report("the file has more than \(Self.maximumNodes) values, aliases expanded", at: position)
            return nil
        }
        guard depth <= Self.maximumDepth else {
            diagnostics.report("the nesting is deeper than \(Self.maximumDepth) levels", at: position)
            return nil
        }
        switch node {
        case .scalar(let scalar):
            let isPlain = scalar.style == .plain && scalar.tag == .implicit
            return YamlNode(value: .scalar(scalar.string, isPlain: isPlain), position: position)
        case .sequence(let sequence):
            let items = sequence.compactMap { convert($0, depth: depth + 1) }
            return YamlNode(value: .sequence(items), position: position)
        case .mapping(let mapping):
            let pairs = mapping.compactMap { convertPair($0.key, $0.value, depth: depth) }
            reportRepeated(pairs)
            return YamlNode(value: .mapping(pairs), position: position)
        case .alias:
            diagnostics.report("an alias that names nothing", at: position)
            return nil
        }
    }

    private mutating func convertPair(_ key: Node, _ value: Node, depth: Int) -> YamlPair? {
        let position = SourcePosition(line: max(key.mark?.line ?? 1, 1), column: max(key.mark?.column ?? 1, 1))
        guard case .scalar(let scalar) = key else {
            diagnostics.report("a key must be text", at: position)
            return nil
        }
        if scalar.string == "<<" {
            diagnostics.report("merge keys (`<<`) are not supported: write the keys out", at: position)
            return nil
        }
        guard let node = convert(value, depth: depth + 1) else { return nil }
        return YamlPair(key: scalar.string, keyPosition: position, node: node)
    }

    private mutating func reportRepeated(_ pairs: [YamlPair]) {
        guard !renamed.isEmpty else { return }
        for pair in pairs {
            guard let first = pair.key.first, let (original, position) = renamed[first] else { continue }
            let second = pairs.last { $0.key == original }?.keyPosition ?? position
            diagnostics.report("the key `\(original)` is given twice, first in line \(position.line)", at: second)
        }
    }

    /// True for a key that stands for the first of two equal ones, which was reported already.
    static func isRepeated(_ key: String) -> Bool {
        guard let scalar = key.unicodeScalars.first else { return false }
        return (0xE000..<0xE000 + UInt32(maximumDuplicates)).contains(scalar.value)
    }

    // MARK: Anchors

    /// Where an alias may stand in a key while the file has anchors.
    ///
    /// Comparing such keys takes time that grows exponentially, and Yams compares keys. Quotes are not looked at: the check may refuse more than it must.
    private static func aliasInKey(_ text: String) -> SourcePosition? {
        var hasAnchor = false
        var alias: SourcePosition?
        for (number, line) in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            var previous = UInt8(ascii: " ")
            for (column, index) in line.indices.enumerated() {
                let byte = line[index]
                let rest = line[line.index(after: index)...]
                let isStart = isSeparator(previous)
                previous = byte
                guard isStart, byte == 0x26 || byte == 0x2A || byte == 0x3F else { continue }
                if byte == 0x26, let next = rest.first, isWord(next) { hasAnchor = true }
                let isQuestion = byte == 0x3F && (rest.first.map { $0 == 0x20 || $0 == 0x09 } ?? true)
                if alias == nil, isQuestion || (byte == 0x2A && isKeyAfterWord(rest)) {
                    alias = SourcePosition(line: number + 1, column: column + 1)
                }
            }
            if alias == nil, let column = collectionKey(line) {
                alias = SourcePosition(line: number + 1, column: column)
            }
        }
        return hasAnchor ? alias : nil
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x5B || byte == 0x7B || byte == 0x2C
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || (byte >= 0x30 && byte <= 0x39) || byte == 0x5F || byte == 0x2D
    }

    /// `name :` with any blanks in between.
    private static func isKeyAfterWord(_ rest: Substring.UTF8View) -> Bool {
        let after = rest.drop(while: isWord)
        guard after.startIndex != rest.startIndex else { return false }
        return after.first { $0 != 0x20 && $0 != 0x09 } == 0x3A
    }

    /// The column of a `]` or `}` that a colon follows: a list or mapping as a key.
    private static func collectionKey(_ line: Substring.UTF8View) -> Int? {
        var isClosed = false
        for (column, byte) in line.enumerated() {
            if byte == 0x5D || byte == 0x7D {
                isClosed = true
            } else if byte == 0x3A && isClosed {
                return column + 1
            } else if byte != 0x20 && byte != 0x09 {
                isClosed = false
            }
        }
        return nil
    }
}
