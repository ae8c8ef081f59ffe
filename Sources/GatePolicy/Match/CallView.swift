/// One call seen through its protocols: headers, query, form, JSON, GraphQL, gRPC, AWS; each parsed once, when asked.
///
/// Confined to one judgement on one thread.
final class CallView {
    let facts: RequestFacts
    let body: BodyEvidence

    init(_ facts: RequestFacts, body: BodyEvidence) {
        self.facts = facts
        self.body = body
    }

    // MARK: Head

    /// Whether there is a line of this header; `name` in lower case.
    func hasHeader(_ name: [UInt8]) -> Bool {
        for field in facts.fields where isNamed(field, name) { return true }
        return false
    }

    /// The values of a header, one per line of the message; `name` in lower case.
    func header(_ name: [UInt8]) -> Evidence {
        var values: [CallValue] = []
        for field in facts.fields where isNamed(field, name) {
            values.append(CallValue(.text, bytes(of: field.value)))
        }
        return values.isEmpty ? .absent : .values(values)
    }

    /// The first value of a header; nil when absent.
    func firstHeader(_ name: [UInt8]) -> [UInt8]? {
        for field in facts.fields where isNamed(field, name) { return bytes(of: field.value) }
        return nil
    }

    /// The decoded values of a query parameter, `;` read as a separator too.
    func query(_ name: [UInt8]) -> Evidence { queryMayName(name) ? queryPairs.evidence(name) : .absent }

    private(set) lazy var queryPairs: PairList = {
        guard let range = facts.query else { return PairList() }
        var pairs = PairList()
        pairs.read(facts.bytes[clamped(range)])
        return pairs
    }()

    // MARK: Body

    /// The whole decoded body as one text; absent without a body.
    var bodyText: Evidence {
        switch body {
        case .none: .absent
        case .unread, .unreadable: .unknown
        case .decoded(let bytes): .values([CallValue(.text, bytes)])
        }
    }

    /// The values of a form field (urlencoded or multipart); bracketed names are literal (`a[b]`).
    func form(_ name: [UInt8]) -> Evidence {
        switch body {
        case .none: .absent
        case .unread, .unreadable: .unknown
        case .decoded: formPairs.evidence(name)
        }
    }

    private(set) lazy var formPairs: PairList = {
        guard case .decoded(let bytes) = body else { return PairList() }
        return FormReader.read(bytes, contentTypes: contentTypes)
    }()

    /// The values at a JSON pointer; duplicate keys are all plausible.
    func json(_ pointer: JSONPointer) -> Evidence {
        switch body {
        case .none: .absent
        case .unread, .unreadable: .unknown
        case .decoded: jsonReading.evidence(pointer)
        }
    }

    private(set) lazy var jsonReading: JSONReading = {
        guard case .decoded(let bytes) = body else { return JSONReading.none }
        return JSONReading(bytes, isDeclared: contentTypes.contains { $0.isJSON })
    }()

    /// Whether a place that has values has none for a server that reads the call otherwise: by another separator,
    /// or the body as what it claims to be and not as what it looks like.
    func mayBeAbsent(_ subject: ConditionTest.Subject) -> Bool {
        switch subject {
        case .query(let name): queryPairs.mayLack(name)
        case .form(let name): !isFormDeclared || formPairs.mayLack(name)
        case .json: !isJSONCertain
        default: false
        }
    }

    /// The body says once that it is a form, or does not say what it is.
    private lazy var isFormDeclared: Bool = {
        guard let type = contentTypes.first else { return true }
        return contentTypes.count == 1 && (type.isForm || (type.isMultipart && type.boundary != nil))
    }()

    /// The body is one whole JSON document and claims nothing else.
    private lazy var isJSONCertain: Bool = {
        guard case .documents(let tape) = jsonReading else { return true }
        return contentTypes.allSatisfy(\.isJSON) && tape.failure == nil && tape.roots.count == 1
    }()

    /// The media types that the message claims.
    private(set) lazy var contentTypes: [MediaType] = {
        header(Self.contentType).known.map { MediaType($0.bytes) }
    }()

    /// A filter of the names in the body: members of JSON and fields of a form.
    private(set) lazy var bodyNames: NameFilter = readBodyNames()

    // MARK: Protocols

    /// The GraphQL operations that may be executed.
    private(set) lazy var graphql: Found<GraphQLOperation> = GraphQLReader(self).operations()

    /// The gRPC method called.
    var grpc: Found<GRPCMethod> {
        guard isGRPC else { return .absent }
        let path = PercentDecoder.decode(bytes(of: facts.path), keepingSlashes: false)
        let parts = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true)
        guard parts.count >= 2 else { return .unknown }
        let service = Array(parts.dropLast().joined(separator: [UInt8(ascii: "/")]))
        return .values([GRPCMethod(service: service, method: Array(parts[parts.count - 1]))])
    }

    private static let grpcType = Array("application/grpc".utf8)
    private var isGRPC: Bool { headerBegins(Self.contentType, Self.grpcType) }

    /// The AWS actions that may be executed; the service is known even where the action is not.
    private(set) lazy var aws: Found<AWSCall> = awsReader?.calls(self) ?? .absent

    /// Nil for calls that are not AWS's.
    private(set) lazy var awsReader: AWSReader? = AWSReader(self)

    /// The error shape that this call's SDK understands.
    var errorDialect: ErrorDialect {
        if isGRPC { return .grpc }
        return awsReader?.dialect(self) ?? .problem
    }

    /// Whether a line of this header begins with a text, ASCII case ignored; both arguments in lower case.
    func headerBegins(_ name: [UInt8], _ prefix: [UInt8]) -> Bool {
        for field in facts.fields where isNamed(field, name) {
            let value = clamped(field.value)
            guard value.count >= prefix.count else { continue }
            var offset = 0
            while offset < prefix.count, ASCII.lower(facts.bytes[value.lowerBound + offset]) == prefix[offset] {
                offset += 1
            }
            if offset == prefix.count { return true }
        }
        return false
    }

    /// Whether the query may hold a parameter of this name; only ever errs towards true.
    func queryMayName(_ name: [UInt8]) -> Bool {
        queryNames & Self.nameBits(name) != 0
    }

    /// The bits of `queryNames` of which one is set where the query has this name.
    static func nameBits(_ name: [UInt8]) -> UInt64 {
        // A name with a semicolon in it is two names to the scan.
        guard let first = name.first, !name.contains(UInt8(ascii: ";")) else { return UInt64.max }
        return nameBit(first, name.count)
    }

    /// One bit for each name in the query, of its first byte and its length; all bits where a name is encoded.
    private(set) lazy var queryNames: UInt64 = {
        guard let query = facts.query else { return 0 }
        var names: UInt64 = 0
        var start = query.lowerBound
        var isValue = false
        let range = clamped(query)
        for index in range.lowerBound...range.upperBound {
            let byte = index < range.upperBound ? facts.bytes[index] : UInt8(ascii: "&")
            switch byte {
            case UInt8(ascii: "&"), UInt8(ascii: ";"), UInt8(ascii: "="):
                if !isValue, index > start, range.contains(start) {
                    names |= Self.nameBit(facts.bytes[start], index - start)
                }
                isValue = byte == UInt8(ascii: "=")
                start = index + 1
            case UInt8(ascii: "%"), UInt8(ascii: "+"): if !isValue { return UInt64.max }
            default: break
            }
        }
        return names
    }()

    private static func nameBit(_ first: UInt8, _ count: Int) -> UInt64 {
        1 << UInt64((Int(first) &* 11 &+ count) & 63)
    }

    // MARK: Bytes

    static let contentType = Array("content-type".utf8)

    /// A copy of the bytes of a range of the head.
    func bytes(of range: Range<Int>) -> [UInt8] { Array(facts.bytes[clamped(range)]) }

    func clamped(_ range: Range<Int>) -> Range<Int> { range.clamped(to: 0..<facts.bytes.count) }

    func isNamed(_ field: FieldRange, _ name: [UInt8], underscoreIsHyphen: Bool = false) -> Bool {
        guard field.nameEnd >= field.nameStart, Int(field.nameEnd - field.nameStart) == name.count,
            Int(field.nameEnd) <= facts.bytes.count
        else { return false }
        let start = Int(field.nameStart)
        for offset in 0..<name.count {
            let byte = ASCII.lower(facts.bytes[start + offset])
            if byte == name[offset] { continue }
            guard underscoreIsHyphen, byte == UInt8(ascii: "_"), name[offset] == UInt8(ascii: "-") else { return false }
        }
        return true
    }
}

@available(*, unavailable)
extension CallView: Sendable {}

extension RequestFacts {
    /// The error shape that this call's SDK understands, by its head alone.
    public var errorDialect: ErrorDialect { CallView(self, body: .unread).errorDialect }
}
