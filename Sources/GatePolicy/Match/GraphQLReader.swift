/// Finds the GraphQL operations of a call: in a JSON body (alone or in a batch), in `application/graphql`,
/// in a form or in the query string.
struct GraphQLReader {
    /// One request as some server may read it.
    private struct Request {
        var texts: [[UInt8]] = []
        var operationNames: [[UInt8]] = []
        /// It names a stored query by hash or id.
        var isPersisted = false
    }

    private let view: CallView
    /// The path or the content type says GraphQL: then unreadable means unknown.
    private let isDeclared: Bool

    init(_ view: CallView) {
        self.view = view
        isDeclared = Self.isDeclared(view)
    }

    private static let query = Array("query".utf8)
    private static let operationName = Array("operationName".utf8)
    private static let extensions = Array("extensions".utf8)
    private static let storedNames = ["id", "queryId", "query_id", "doc_id", "docId", "documentId", "hash"].map {
        Array($0.utf8)
    }

    func operations() -> Found<GraphQLOperation> {
        var found: [GraphQLOperation] = []
        var isUnknown = false
        for request in queryRequests() + bodyRequests(&isUnknown) {
            switch operations(of: request) {
            case .values(let operations): found += operations
            case .absent: break
            case .unknown: isUnknown = true
            }
        }
        if isUnknown { return .unknown }
        return found.isEmpty ? .absent : .values(found)
    }

    private static func isDeclared(_ view: CallView) -> Bool {
        if view.contentTypes.contains(where: \.isGraphQL) { return true }
        let path = ASCII.lowercased(PercentDecoder.decode(view.bytes(of: view.facts.path), keepingSlashes: false))
        return MultipartReader.index(of: Array("graphql".utf8), in: path, from: 0) != nil
            || path.suffix(4).elementsEqual("/gql".utf8)
    }

    private func operations(of request: Request) -> Found<GraphQLOperation> {
        var found: [GraphQLOperation] = []
        for text in request.texts {
            guard let operations = GraphQLDocument(text)?.operations() else {
                // A search's `query` is no GraphQL; a document that we cannot read, where one belongs, is unknown.
                if isDeclared || Self.looksExecutable(text) { return .unknown }
                continue
            }
            found += selected(operations, by: request.operationNames)
        }
        if !found.isEmpty { return .values(found) }
        return request.isPersisted ? .unknown : .absent
    }

    /// Braces around something, or a keyword in front: likely GraphQL even where it does not parse.
    private static func looksExecutable(_ text: [UInt8]) -> Bool {
        guard text.contains(UInt8(ascii: "{")) else { return false }
        let start = ASCII.trimmed(text[...])
        return ["{", "query", "mutation", "subscription", "fragment", "#"].contains { start.starts(with: $0.utf8) }
    }

    /// `operationName` picks one where it is unambiguous; otherwise any may be run.
    private func selected(_ operations: [GraphQLOperation], by names: [[UInt8]]) -> [GraphQLOperation] {
        let distinct = Set(names.filter { !$0.isEmpty })
        guard distinct.count == 1, let name = distinct.first else { return operations }
        let named = operations.filter { $0.name == name }
        return named.isEmpty ? operations : named
    }

    // MARK: Where requests stand

    private func queryRequests() -> [Request] {
        guard view.facts.query != nil else { return [] }
        return [request(view.queryPairs)].filter { !$0.texts.isEmpty || $0.isPersisted }
    }

    private func request(_ pairs: PairList) -> Request {
        var request = Request()
        request.texts = pairs.evidence(Self.query).known.map(\.bytes)
        request.operationNames = pairs.evidence(Self.operationName).known.map(\.bytes)
        let stored = pairs.contains(Self.extensions) || Self.storedNames.contains { pairs.contains($0) }
        request.isPersisted = request.texts.isEmpty && stored && isDeclared
        return request
    }

    private func bodyRequests(_ isUnknown: inout Bool) -> [Request] {
        switch view.body {
        case .none: return []
        case .unread, .unreadable:
            isUnknown = true
            return []
        case .decoded(let body):
            if view.contentTypes.contains(where: \.isGraphQL) {
                let names = view.queryPairs.evidence(Self.operationName).known.map(\.bytes)
                return [Request(texts: [body], operationNames: names)]
            }
            return jsonRequests(&isUnknown) + formRequests(&isUnknown)
        }
    }

    private func formRequests(_ isUnknown: inout Bool) -> [Request] {
        let pairs = view.formPairs
        var requests = [request(pairs)].filter { !$0.texts.isEmpty || $0.isPersisted }
        // GraphQL multipart requests put the JSON into the part `operations`.
        for value in pairs.evidence(Array("operations".utf8)).known {
            switch JSONReading(value.bytes, isDeclared: false) {
            case .documents(let tape): requests += self.requests(in: tape)
            case .none: break
            case .unknown: isUnknown = true
            }
        }
        return requests
    }

    private func jsonRequests(_ isUnknown: inout Bool) -> [Request] {
        switch view.jsonReading {
        case .none: return []
        case .unknown:
            isUnknown = true
            return []
        case .documents(let tape): return requests(in: tape)
        }
    }

    private func requests(in tape: JSONTape) -> [Request] {
        var objects: [Int] = []
        for root in tape.roots { objects += tape.nodes[root].kind == .array ? tape.children(of: root) : [root] }
        return objects.compactMap { request(tape, $0) }
    }

    private func request(_ tape: JSONTape, _ node: Int) -> Request? {
        guard tape.nodes[node].kind == .object else { return nil }
        var request = Request()
        request.operationNames = view.queryPairs.evidence(Self.operationName).known.map(\.bytes)
        var isStored = false
        for member in tape.children(of: node) {
            if tape.isNamed(member, Self.query), tape.nodes[member].kind == .string {
                request.texts.append(tape.value(member).bytes)
            } else if tape.isNamed(member, Self.operationName), tape.nodes[member].kind == .string {
                request.operationNames.append(tape.value(member).bytes)
            } else if tape.isNamed(member, Self.extensions) {
                isStored = isStored || !tape.members(of: member, Array("persistedQuery".utf8)).isEmpty
            } else if isDeclared, Self.storedNames.contains(where: { tape.isNamed(member, $0) }) {
                isStored = true
            }
        }
        request.isPersisted = request.texts.isEmpty && isStored
        return request.texts.isEmpty && !isStored ? nil : request
    }
}
