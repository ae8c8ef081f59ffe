/// A rule ready to be judged: its host and method are in the index, the rest in `conditions`.
final class CompiledRule: Sendable {
    /// `policy/rule`.
    let id: String
    let policy: String
    let isDefault: Bool
    let file: String
    let position: SourcePosition
    let description: String?
    /// The globs by which it is filed; empty: every host.
    let hosts: [GlobPattern]
    /// The methods it can match, by `MethodClass`.
    let methods: MethodSet
    /// The conditions as written.
    let condition: Condition
    /// What is left to test of them once the indexes found the rule, cheap ones first.
    let conditions: [CompiledCondition]
    /// Only host, port and scheme are tested: it can match a tunnel.
    let isOfTunnel: Bool
    /// It cannot match a call without a query.
    let needsQuery: Bool
    /// Of a rule that needs a query: the bits of `CallView.queryNames` of which it needs one; else all.
    let queryNames: UInt64
    /// It cannot match a call without a body.
    let needsBody: Bool
    /// The names of which the body must have one; nil where it need not.
    let bodyNames: NameFilter?
    /// It cannot match a call that has neither.
    let needsQueryOrBody: Bool

    let `class`: CallClass
    let kind: String?
    let severity: Severity
    let action: RuleAction?
    let idempotency: IdempotencyDocument?
    let respond: AnswerTemplate?
    let refuse: AnswerTemplate?

    init(_ rule: RuleDocument, of document: PolicyDocument) {
        id = "\(document.name)/\(rule.id)"
        policy = document.name
        isDefault = document.name == PolicySet.lastPolicy
        file = document.file
        position = rule.position
        description = rule.description
        condition = rule.match
        let conjuncts = rule.match.conjuncts
        let ownHosts = conjuncts.compactMap { $0.hostGlobs }
        hosts = ownHosts.first ?? (conjuncts.contains { $0.isHostTest } ? [] : document.hosts)
        methods = conjuncts.reduce(.all) { $0.intersection($1.methods) }
        // The first host test is the trie's work; a method test is the column's, but for methods that have none.
        let isFiled = conjuncts.firstIndex { $0.hostGlobs != nil }
        conditions = conjuncts.enumerated().filter { $0.offset != isFiled && !$0.element.isSettledByMethodSet }
            .map { CompiledCondition($0.element) }
        isOfTunnel = rule.match.tests.allSatisfy { $0.subject.isOfTunnel }
        needsQuery = rule.match.needs { $0.neededQueryName != nil }
        queryNames =
            needsQuery
            ? rule.match.tests.compactMap(\.neededQueryName).reduce(0) { $0 | CallView.nameBits($1) } : UInt64.max
        needsBody = rule.match.needs { $0.needsBody }
        bodyNames = rule.match.neededBodyNames
        needsQueryOrBody = rule.match.needs { test in
            switch test.subject {
            case .query: test.neededQueryName != nil
            case .graphql: true
            default: test.needsBody
            }
        }
        `class` = rule.class
        kind = rule.kind
        severity = rule.severity
        action = rule.action
        idempotency = rule.idempotency
        respond = rule.respond
        refuse = rule.refuse
    }

    /// It lets calls pass that others would stop: all plausible values must meet it.
    var isLoosening: Bool { self.class == .safe || action == .allow }

    /// How many of a call's plausible values must meet it.
    var quantifier: Quantifier { isLoosening ? .all : .any }

    func classification(index: Int) -> Classification {
        Classification(
            class: self.class, kind: kind, rule: id, action: action, severity: severity, isSpecific: !isDefault,
            ruleIndex: index)
    }
}

extension ConditionTest {
    /// The parameter without which a test on the query cannot hold.
    fileprivate var neededQueryName: [UInt8]? {
        guard case .query(let name) = subject, pattern?.exists != false else { return nil }
        return name
    }
}

extension Condition {
    /// The globs of a test on the host that is nothing but globs.
    var hostGlobs: [GlobPattern]? {
        guard case .test(let test) = self, test.subject == .host else { return nil }
        return test.pattern?.globsAlone
    }

    var isHostTest: Bool {
        if case .test(let test) = self { return test.subject == .host }
        return false
    }

    /// The globs of a test on the path that is nothing but globs.
    var pathGlobs: [GlobPattern]? {
        guard case .test(let test) = self, test.subject == .path else { return nil }
        return test.pattern?.globsAlone
    }

    /// Whether the condition holds only where a test of this sort does.
    func needs(_ isSought: (ConditionTest) -> Bool) -> Bool {
        switch self {
        case .all(let parts): parts.contains { $0.needs(isSought) }
        case .any(let parts): !parts.isEmpty && parts.allSatisfy { $0.needs(isSought) }
        case .not: false
        case .test(let test): isSought(test)
        }
    }

    /// It is a test on the method that names none without a bit of its own: it holds where `methods` has the call's.
    var isSettledByMethodSet: Bool {
        guard case .test(let test) = self, test.subject == .method, test.pattern?.globsAlone != nil else {
            return false
        }
        return !methods.contains(.other)
    }

    /// The methods for which this can hold.
    var methods: MethodSet {
        guard case .test(let test) = self, test.subject == .method, let pattern = test.pattern else { return .all }
        guard let globs = pattern.globsAlone else { return .all }
        var set = MethodSet.other
        for (index, name) in MethodSet.names.enumerated() where globs.contains(where: { $0.matches(name) }) {
            set.insert(MethodSet(rawValue: 1 << UInt16(index)))
        }
        let isOnlyKnown = globs.allSatisfy { $0.literal.map { MethodSet.of($0) != .other } ?? false }
        return isOnlyKnown ? set.subtracting(.other) : set
    }
}

extension ValuePattern {
    /// The globs where the pattern has no other part.
    var globsAlone: [GlobPattern]? {
        let isAlone =
            greater == nil && greaterOrEqual == nil && less == nil && lessOrEqual == nil && equals == nil
            && matches == nil && exists == nil
        return isAlone ? anyOf : nil
    }
}

/// A set of methods, one bit each, and one bit for all others.
struct MethodSet: OptionSet, Sendable {
    let rawValue: UInt16

    static let names = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
    static let count = names.count + 1
    static let other = MethodSet(rawValue: 1 << 7)
    static let all = MethodSet(rawValue: (1 << 8) - 1)

    /// The number of the method's bit; the last one for a method without a bit of its own.
    static func index(of method: [UInt8]) -> Int {
        switch method.count {
        case 3: return equal(method, "GET") ? 0 : equal(method, "PUT") ? 4 : 7
        case 4: return equal(method, "POST") ? 3 : equal(method, "HEAD") ? 1 : 7
        case 5: return equal(method, "PATCH") ? 5 : 7
        case 6: return equal(method, "DELETE") ? 6 : 7
        case 7: return equal(method, "OPTIONS") ? 2 : 7
        default: return 7
        }
    }

    static func of(_ method: [UInt8]) -> MethodSet { MethodSet(rawValue: 1 << UInt16(index(of: method))) }

    private static func equal(_ method: [UInt8], _ name: StaticString) -> Bool {
        guard method.count == name.utf8CodeUnitCount else { return false }
        let bytes = unsafe name.utf8Start
        for index in method.indices where unsafe method[index] != bytes[index] { return false }
        return true
    }
}
