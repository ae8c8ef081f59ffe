/// A condition ready to be evaluated: tests are references, so that walking the tree copies nothing.
indirect enum CompiledCondition: Sendable {
    case all([CompiledCondition])
    case any([CompiledCondition])
    case not(CompiledCondition)
    case test(CompiledTest)

    init(_ condition: Condition) {
        switch condition {
        case .all(let parts): self = .all(parts.map { CompiledCondition($0) })
        case .any(let parts): self = .any(parts.map { CompiledCondition($0) })
        case .not(let part): self = .not(CompiledCondition(part))
        case .test(let test): self = .test(CompiledTest(test))
        }
    }

    /// Three-valued: `unknown` where it depends on a body that is not there to be read.
    func evaluate(_ call: borrowing CallReading) -> Truth {
        switch self {
        case .test(let test): return test.evaluate(call)
        case .all(let parts):
            var result = Truth.yes
            for part in parts {
                result = result & part.evaluate(call)
                if result == .no { return .no }
            }
            return result
        case .any(let parts):
            var result = Truth.no
            for part in parts {
                result = result | part.evaluate(call)
                if result == .yes { return .yes }
            }
            return result
        case .not(let part): return !part.evaluate(call)
        }
    }
}

/// One plausible reading of a call, with the verdict where one was given.
struct CallReading {
    let view: CallView
    let host: String
    let method: [UInt8]
    let path: PathReading
    var verdict: Classification?

    /// The path as text, `/` before each segment.
    var pathBytes: [UInt8] {
        var bytes: [UInt8] = []
        for segment in path.segments {
            bytes.append(0x2F)
            bytes += path.bytes[segment]
        }
        return bytes.isEmpty ? [0x2F] : bytes
    }
}

/// A test whose patterns are at hand without a copy.
final class CompiledTest: Sendable {
    let test: ConditionTest
    /// Globs on the path, the most frequent test, taken out of the pattern.
    private let pathGlobs: [GlobPattern]?
    private let methodGlobs: [GlobPattern]?

    init(_ test: ConditionTest) {
        self.test = test
        pathGlobs = test.subject == .path ? test.pattern?.globsAlone : nil
        methodGlobs = test.subject == .method ? test.pattern?.globsAlone : nil
    }

    func evaluate(_ call: borrowing CallReading) -> Truth {
        if let pathGlobs {
            for glob in pathGlobs where glob.matches(call.path) { return .yes }
            return .no
        }
        if let methodGlobs {
            for glob in methodGlobs where glob.matches(call.method.span) { return .yes }
            return .no
        }
        switch test.subject {
        case .graphql: return graphql(call.view.graphql)
        case .grpc: return grpc(call.view.grpc)
        case .aws: return aws(call.view.aws)
        default: return test.pattern?.evaluate(evidence(call)) ?? .yes
        }
    }

    /// What is known of the place that the test is about.
    func evidence(_ call: borrowing CallReading) -> Evidence {
        switch test.subject {
        case .method: .values([CallValue(.text, call.method)])
        case .scheme: .values([CallValue(.text, Array(Self.scheme(call.view.facts.scheme).utf8))])
        case .host: .values([CallValue(.text, Array(call.host.utf8))])
        case .port: .values([CallValue(.number, Array(String(call.view.facts.port).utf8))])
        case .path: .values([CallValue(.text, call.pathBytes)])
        case .query(let name): call.view.query(name)
        case .header(let name): call.view.header(name)
        case .form(let name): call.view.form(name)
        case .json(let pointer): call.view.json(pointer)
        case .body: call.view.bodyText
        case .kind: Self.text(call.verdict?.kind)
        case .class: Self.text(call.verdict?.class.rawValue)
        case .graphql, .grpc, .aws: .absent
        }
    }

    private static func text(_ value: String?) -> Evidence {
        value.map { .values([CallValue(.text, Array($0.utf8))]) } ?? .absent
    }

    private static func scheme(_ scheme: RequestFacts.Scheme) -> String {
        switch scheme {
        case .http: "http"
        case .https: "https"
        case .connect: "connect"
        }
    }

    private func meets(_ pattern: ValuePattern?, _ values: [[UInt8]]) -> Truth {
        guard let pattern else { return .yes }
        return pattern.evaluate(values.isEmpty ? .absent : .values(values.map { CallValue(.text, $0) }))
    }

    private func graphql(_ found: Found<GraphQLOperation>) -> Truth {
        guard case .values(let operations) = found else { return found == .unknown ? .unknown : .no }
        return operations.reduce(.no) { truth, operation in
            truth | (meets(test.pattern, [Array(operation.kind.rawValue.utf8)]) & meets(test.second, operation.rootFields))
        }
    }

    private func grpc(_ found: Found<GRPCMethod>) -> Truth {
        guard case .values(let methods) = found else { return found == .unknown ? .unknown : .no }
        return methods.reduce(.no) { truth, method in
            truth | (meets(test.pattern, [method.service]) & meets(test.second, [method.method]))
        }
    }

    private func aws(_ found: Found<AWSCall>) -> Truth {
        guard case .values(let calls) = found else { return found == .unknown ? .unknown : .no }
        return calls.reduce(.no) { truth, call in
            let service = meets(test.pattern, call.services)
            guard service != .no, let second = test.second else { return truth | service }
            switch call.action {
            case .named(let name): return truth | (service & meets(second, [name]))
            case .inBody: return truth | (service & .unknown)
            case .undetermined: return truth
            }
        }
    }
}
