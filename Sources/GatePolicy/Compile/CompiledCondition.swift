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
    ///
    /// `.any` errs towards yes and `.all` towards no, so that what is neither `.any`'s yes nor `.all`'s is certain.
    func evaluate(_ call: CallReading, _ quantifier: Quantifier = .any) -> Truth {
        switch self {
        case .test(let test): return test.evaluate(call, quantifier)
        case .all(let parts):
            var result = Truth.yes
            for part in parts {
                result = result & part.evaluate(call, quantifier)
                if result == .no { return .no }
            }
            return result
        case .any(let parts):
            var result = Truth.no
            for part in parts {
                result = result | part.evaluate(call, quantifier)
                if result == .yes { return .yes }
            }
            return result
        // What must fail for all values may hold for none of them.
        case .not(let part): return !part.evaluate(call, quantifier.flipped)
        }
    }
}

/// One plausible reading of a call, with the verdict where one was given; a reference, so that tests share it.
///
/// Confined to one judgement on one thread.
final class CallReading {
    let view: CallView
    let host: String
    let method: [UInt8]
    let path: PathReading
    let verdict: Classification?
    /// Tests on a body are settled without being made.
    let hasBody: Bool
    /// A test met a place with several plausible values, or one that may be absent: `.any` and `.all` can differ.
    var isAmbiguous = false

    init(view: CallView, host: String, method: [UInt8], path: PathReading, verdict: Classification? = nil) {
        self.view = view
        self.host = host
        self.method = method
        self.path = path
        self.verdict = verdict
        if case .none = view.body { hasBody = false } else { hasBody = true }
    }

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
    let subject: ConditionTest.Subject
    private let first: PatternReference?
    private let second: PatternReference?
    /// The globs of a test on path, method or host that is nothing but globs, the most frequent tests.
    private let globs: [GlobPattern]
    private let isPathGlobs: Bool
    private let isMethodGlobs: Bool
    private let isHostGlobs: Bool
    /// It is about the body and cannot hold without one.
    private let needsBody: Bool
    /// The member or field of the body without which it cannot hold.
    private let bodyName: NameFilter?
    /// What the test is where there is no value.
    private let absent: Truth

    init(_ test: ConditionTest) {
        subject = test.subject
        first = test.pattern.map { PatternReference($0) }
        second = test.second.map { PatternReference($0) }
        let alone = test.pattern?.globsAlone
        globs = alone ?? []
        isPathGlobs = test.subject == .path && alone != nil
        isMethodGlobs = test.subject == .method && alone != nil
        isHostGlobs = test.subject == .host && alone != nil
        needsBody = test.needsBody
        bodyName = test.bodyName.map { name in
            var filter = NameFilter()
            filter.insert(name)
            return filter
        }
        absent = test.pattern?.exists == false ? .yes : .no
    }

    func evaluate(_ call: CallReading, _ quantifier: Quantifier) -> Truth {
        if needsBody && !call.hasBody { return .no }
        if let bodyName, !call.view.bodyNames.mayShare(bodyName) { return .no }
        if isPathGlobs {
            for index in globs.indices where globs[index].matches(call.path) { return .yes }
            return .no
        }
        if isMethodGlobs {
            let method = call.method
            for index in globs.indices where globs[index].matches(method.span) { return .yes }
            return .no
        }
        if isHostGlobs {
            let utf8 = call.host.utf8
            for index in globs.indices where globs[index].matches(utf8.span) { return .yes }
            return .no
        }
        switch subject {
        case .graphql:
            return judge(call.view.graphql, call, quantifier) { operation in
                if operation.rootFields.count > 1 { call.isAmbiguous = true }
                return meets(first, [Array(operation.kind.rawValue.utf8)], .any)
                    & meets(second, operation.rootFields, quantifier)
            }
        case .grpc:
            return judge(call.view.grpc, call, quantifier) { method in
                meets(first, [method.service], .any) & meets(second, [method.method], .any)
            }
        case .aws: return judge(call.view.aws, call, quantifier, meets)
        default: return meets(evidence(call), call, quantifier)
        }
    }

    /// What is known of the place that the test is about.
    func evidence(_ call: CallReading) -> Evidence {
        switch subject {
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

    /// Settles the common cases without a look at the pattern.
    private func meets(_ evidence: Evidence, _ call: CallReading, _ quantifier: Quantifier) -> Truth {
        guard let first else { return .yes }
        switch evidence {
        case .absent: return absent
        case .unknown: return .unknown
        case .values(let values):
            let truth = first.pattern.evaluate(evidence, requireAll: quantifier == .all)
            let mayBeAbsent = call.view.mayBeAbsent(subject)
            if values.count > 1 || mayBeAbsent { call.isAmbiguous = true }
            return mayBeAbsent ? quantifier.join(truth, absent) : truth
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

    private func meets(_ reference: PatternReference?, _ values: [[UInt8]], _ quantifier: Quantifier) -> Truth {
        guard let reference else { return .yes }
        return reference.pattern.evaluate(
            values.isEmpty ? .absent : .values(values.map { CallValue(.text, $0) }), requireAll: quantifier == .all)
    }

    /// One call of AWS; a service's names are aliases, of which one suffices.
    private func meets(_ call: AWSCall) -> Truth {
        let service = meets(first, call.services, .any)
        guard service != .no, let second else { return service }
        switch call.action {
        case .named(let name): return service & meets(second, [name], .any)
        case .inBody: return service & .unknown
        case .undetermined: return .no
        }
    }

    /// Whether any or all of what a protocol names holds.
    private func judge<Value>(
        _ found: Found<Value>, _ call: CallReading, _ quantifier: Quantifier, _ holds: (Value) -> Truth
    ) -> Truth {
        guard case .values(let values) = found else { return found == .unknown ? .unknown : .no }
        if values.count > 1 { call.isAmbiguous = true }
        return values.reduce(quantifier == .all ? .yes : .no) { quantifier.join($0, holds($1)) }
    }
}

/// A pattern that is referred to, not copied.
final class PatternReference: Sendable {
    let pattern: ValuePattern

    init(_ pattern: ValuePattern) { self.pattern = pattern }
}

extension ConditionTest {
    /// False for every call without a body.
    var needsBody: Bool {
        switch subject {
        case .form, .json, .body: pattern?.exists != false
        case .graphql, .aws, .grpc, .method, .scheme, .host, .port, .path, .query, .header, .kind, .class: false
        }
    }
}
