/// A condition on a call, as a tree of tests.
indirect enum Condition: Sendable {
    case all([Condition])
    case any([Condition])
    case not(Condition)
    case test(ConditionTest)
}

/// One test: a place of the call and the pattern its value must meet.
struct ConditionTest: Sendable {
    enum Subject: Sendable, Equatable {
        case method, scheme, host, port, path
        case query([UInt8])
        /// The name in lower case.
        case header([UInt8])
        case form([UInt8])
        case json(JSONPointer)
        case body
        /// Of these three `pattern` is the first part and `second` the second.
        case graphql, grpc, aws
        case kind, `class`

        /// Whether the answer can depend on the request's body.
        var readsBody: Bool {
            switch self {
            case .form, .json, .body, .graphql, .aws: true
            case .method, .scheme, .host, .port, .path, .query, .header, .grpc, .kind, .class: false
            }
        }

        /// Whether a tunnel that is not intercepted shows it.
        var isOfTunnel: Bool {
            switch self {
            case .host, .port, .scheme: true
            default: false
            }
        }

        /// The order in which tests are made: cheap ones first.
        var cost: Int {
            switch self {
            case .kind, .class, .scheme, .port: 0
            case .method: 1
            case .path: 2
            case .host: 3
            case .header: 4
            case .query: 5
            case .grpc: 6
            case .aws: 7
            case .form, .json: 8
            case .graphql: 9
            case .body: 10
            }
        }
    }

    var subject: Subject
    /// nil: any value.
    var pattern: ValuePattern?
    var second: ValuePattern?
    /// The condition as a person reads it.
    var text: String
    var position: SourcePosition
}

extension Condition {
    /// Every test in the tree.
    var tests: [ConditionTest] {
        switch self {
        case .all(let parts), .any(let parts): parts.flatMap(\.tests)
        case .not(let part): part.tests
        case .test(let test): [test]
        }
    }

    /// The parts that must all hold, nested `all`s flattened, cheap ones first.
    var conjuncts: [Condition] {
        guard case .all(let parts) = self else { return [self] }
        return parts.flatMap(\.conjuncts).enumerated()
            .sorted { ($0.element.cost, $0.offset) < ($1.element.cost, $1.offset) }.map(\.element)
    }

    /// Whether the answer can depend on the request's body.
    var readsBody: Bool { tests.contains { $0.subject.readsBody } }

    private var cost: Int { tests.map(\.subject.cost).max() ?? 0 }

    /// As a person reads it.
    var text: String {
        switch self {
        case .all(let parts): parts.isEmpty ? "every call" : parts.map(\.text).joined(separator: " and ")
        case .any(let parts): "any of (" + parts.map(\.text).joined(separator: " | ") + ")"
        case .not(let part): "not (" + part.text + ")"
        case .test(let test): test.text
        }
    }
}
