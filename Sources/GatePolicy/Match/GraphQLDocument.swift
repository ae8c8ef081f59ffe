/// The executable definitions of a GraphQL document, read as far as their root selections.
struct GraphQLDocument {
    enum Limit {
        /// Inline fragments within each other; brackets within each other where contents are skipped.
        static let depth = 64
        static let rootFields = 4096
        static let definitions = 1024
    }

    private enum Selection {
        case field([UInt8])
        case spread([UInt8])
    }

    private struct Definition {
        var kind: GraphQLOperation.Kind
        var name: [UInt8]
        var selections: [Selection]
    }

    private struct Fault: Error {}

    private var lexer: GraphQLLexer
    private var token: GraphQLLexer.Token
    private var definitions: [Definition] = []
    private var fragments: [[UInt8]: [Selection]] = [:]
    private var selectionCount = 0

    /// Nil where the text is no executable document, or passes a limit.
    init?(_ text: [UInt8]) {
        lexer = GraphQLLexer(text)
        token = lexer.next()
        do {
            while token != .end { try readDefinition() }
        } catch {
            return nil
        }
        if definitions.isEmpty { return nil }
    }

    /// The operations, fragments resolved; nil where a fragment is missing or too many fields come together.
    func operations() -> [GraphQLOperation]? {
        var result: [GraphQLOperation] = []
        for definition in definitions {
            var fields: [[UInt8]] = []
            var seen: Set<[UInt8]> = []
            guard collect(definition.selections, into: &fields, &seen) else { return nil }
            result.append(GraphQLOperation(kind: definition.kind, name: definition.name, rootFields: fields))
        }
        return result
    }

    /// Follows spreads, each fragment once, without recursion.
    private func collect(_ selections: [Selection], into fields: inout [[UInt8]], _ seen: inout Set<[UInt8]>) -> Bool {
        var distinct = Set(fields)
        var waiting = selections[...]
        var later: [[Selection]] = []
        while true {
            guard let selection = waiting.popFirst() else {
                guard let next = later.popLast() else { return true }
                waiting = next[...]
                continue
            }
            switch selection {
            case .field(let name): if distinct.insert(name).inserted { fields.append(name) }
            case .spread(let name):
                guard seen.insert(name).inserted else { continue }
                guard let fragment = fragments[name] else { return false }
                later.append(fragment)
            }
        }
    }

    // MARK: Reading

    private mutating func advance() throws(Fault) {
        token = lexer.next()
        if token == .fault { throw Fault() }
    }

    private mutating func readDefinition() throws(Fault) {
        if definitions.count + fragments.count >= Limit.definitions { throw Fault() }
        // A description may precede a definition (September 2025 specification).
        if token == .value { try advance() }
        if token == .punctuator(UInt8(ascii: "{")) {
            definitions.append(Definition(kind: .query, name: [], selections: try readSelections(depth: 0)))
            return
        }
        let keyword = try readName()
        if keyword.elementsEqual("fragment".utf8) { return try readFragment() }
        guard let kind = GraphQLOperation.Kind(rawValue: String(decoding: keyword, as: UTF8.self)) else {
            throw Fault()
        }
        var name: [UInt8] = []
        if case .name = token { name = try readName() }
        if token == .punctuator(UInt8(ascii: "(")) { try skipBrackets() }
        try skipDirectives()
        definitions.append(Definition(kind: kind, name: name, selections: try readSelections(depth: 0)))
    }

    private mutating func readFragment() throws(Fault) {
        let name = try readName()
        if token == .punctuator(UInt8(ascii: "(")) { try skipBrackets() }
        guard try readName().elementsEqual("on".utf8) else { throw Fault() }
        _ = try readName()
        try skipDirectives()
        // Of two fragments of one name either may be meant.
        fragments[name, default: []] += try readSelections(depth: 0)
    }

    private mutating func readName() throws(Fault) -> [UInt8] {
        guard case .name(let range) = token else { throw Fault() }
        try advance()
        return lexer.text(range)
    }

    private mutating func readSelections(depth: Int) throws(Fault) -> [Selection] {
        guard depth <= Limit.depth, token == .punctuator(UInt8(ascii: "{")) else { throw Fault() }
        try advance()
        var selections: [Selection] = []
        while token != .punctuator(UInt8(ascii: "}")) {
            selectionCount += 1
            if selectionCount > Limit.rootFields { throw Fault() }
            if token == .spread {
                try advance()
                selections += try readSpread(depth: depth)
            } else {
                selections.append(.field(try readField()))
            }
        }
        try advance()
        return selections
    }

    /// What follows `...`: a fragment's name, or `on Type`, directives and a selection.
    private mutating func readSpread(depth: Int) throws(Fault) -> [Selection] {
        if case .name(let range) = token {
            try advance()
            let name = lexer.text(range)
            if !name.elementsEqual("on".utf8) {
                if token == .punctuator(UInt8(ascii: "(")) { try skipBrackets() }
                try skipDirectives()
                return [.spread(name)]
            }
            _ = try readName()
        }
        try skipDirectives()
        return try readSelections(depth: depth + 1)
    }

    /// `alias: name(arguments) @directives { … }`; the name is what counts.
    private mutating func readField() throws(Fault) -> [UInt8] {
        var name = try readName()
        if token == .punctuator(UInt8(ascii: ":")) {
            try advance()
            name = try readName()
        }
        if token == .punctuator(UInt8(ascii: "(")) { try skipBrackets() }
        try skipDirectives()
        if token == .punctuator(UInt8(ascii: "{")) { try skipBrackets() }
        return name
    }

    private mutating func skipDirectives() throws(Fault) {
        while token == .punctuator(UInt8(ascii: "@")) {
            try advance()
            _ = try readName()
            if token == .punctuator(UInt8(ascii: "(")) { try skipBrackets() }
        }
    }

    /// Skips a bracketed group, whatever is inside.
    private mutating func skipBrackets() throws(Fault) {
        var open: [UInt8] = []
        repeat {
            if case .punctuator(let byte) = token {
                switch byte {
                case UInt8(ascii: "("): open.append(UInt8(ascii: ")"))
                case UInt8(ascii: "["): open.append(UInt8(ascii: "]"))
                case UInt8(ascii: "{"): open.append(UInt8(ascii: "}"))
                case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
                    guard open.popLast() == byte else { throw Fault() }
                default: break
                }
            } else if token == .end {
                throw Fault()
            }
            if open.count > 512 { throw Fault() }
            try advance()
        } while !open.isEmpty
    }
}
