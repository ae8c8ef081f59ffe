/// The keys of a policy file: the one table from which the parser checks and the JSON Schema is written.
struct KeyTable: Sendable {
    let name: String
    let about: String
    let keys: [PolicyKey]
    /// Keys that are a prefix and a name of the user's, such as `query.NAME`.
    var prefixes: [PolicyKey] = []

    func key(_ name: String) -> PolicyKey? {
        keys.first { $0.name == name } ?? prefixes.first { name.hasPrefix($0.name) && name.count > $0.name.count }
    }
}

struct PolicyKey: Sendable {
    let name: String
    let shape: KeyShape
    let about: String
    var isRequired = false
}

/// What a key's value may be.
indirect enum KeyShape: Sendable {
    case text, boolean, integer(ClosedRange<Int64>), number, duration
    case choice([String])
    case table(String)
    case list(KeyShape)
    case oneOrMore(KeyShape)
    case either([KeyShape])
    /// A mapping from names of the user's to values.
    case map(KeyShape)
    /// Any value; text in it is a template.
    case anything
}

enum PolicyKeys {
    static let all: [KeyTable] = [
        file, rule, match, value, graphql, grpc, aws, idempotency, idempotencyBlock, respond, limit, retry, test,
        expect,
    ]

    static let file = KeyTable(
        name: "file", about: "A policy file of Stoplog.",
        keys: [
            PolicyKey(
                name: "policy", shape: .text, about: "The policy's name: the first part of its rules' ids.",
                isRequired: true),
            PolicyKey(name: "description", shape: .text, about: "What the policy is for."),
            PolicyKey(name: "hosts", shape: .oneOrMore(.text), about: "The default hosts of its rules, globs."),
            PolicyKey(
                name: "rules", shape: .list(.table("rule")), about: "Judged in order; the first that matches wins."),
            PolicyKey(name: "limits", shape: .list(.table("limit")), about: "How many calls may pass in a time."),
            PolicyKey(
                name: "idempotency", shape: .list(.table("idempotencyBlock")), about: "Keys, for many rules at once."),
            PolicyKey(name: "retries", shape: .list(.table("retry")), about: "Which calls are sent again, and how."),
            PolicyKey(name: "tests", shape: .list(.table("test")), about: "Calls with the verdict expected."),
        ])

    static let rule = KeyTable(
        name: "rule", about: "One rule.",
        keys: [
            PolicyKey(name: "id", shape: .text, about: "Unique within the policy.", isRequired: true),
            PolicyKey(name: "description", shape: .text, about: "What the rule is for."),
            PolicyKey(
                name: "match", shape: .table("match"), about: "The calls it is about; all keys must hold.",
                isRequired: true),
            PolicyKey(
                name: "class", shape: .choice(CallClass.allCases.map(\.rawValue)),
                about: "Whether such a call can be undone.", isRequired: true),
            PolicyKey(name: "kind", shape: .text, about: "What such a call does: payment, delete, message, …"),
            PolicyKey(
                name: "severity", shape: .choice(Severity.allCases.map(\.rawValue)),
                about: "Of the alert when such a call is refused."),
            PolicyKey(
                name: "action", shape: .choice(RuleAction.allCases.map(\.rawValue)),
                about: "What is done with such calls, where it differs from the mode."),
            PolicyKey(
                name: "idempotency", shape: .table("idempotency"), about: "Where its key is found and what it means."),
            PolicyKey(name: "respond", shape: .table("respond"), about: "The synthetic answer of a dry run."),
            PolicyKey(name: "refuse", shape: .table("respond"), about: "The shape of a refusal."),
        ])

    static let match = KeyTable(
        name: "match", about: "Conditions; all keys must hold.",
        keys: [
            PolicyKey(name: "method", shape: matcher, about: "The method."),
            PolicyKey(name: "scheme", shape: matcher, about: "http or https."),
            PolicyKey(name: "host", shape: matcher, about: "The host, a glob over its labels."),
            PolicyKey(name: "port", shape: matcher, about: "The port."),
            PolicyKey(name: "path", shape: matcher, about: "The path, a glob over its segments."),
            PolicyKey(name: "graphql", shape: .table("graphql"), about: "GraphQL operations."),
            PolicyKey(name: "grpc", shape: .table("grpc"), about: "gRPC methods."),
            PolicyKey(name: "aws", shape: .table("aws"), about: "Actions in any of AWS's protocols."),
            PolicyKey(name: "body", shape: .oneOrMore(.text), about: "A regular expression searched in the body."),
            PolicyKey(
                name: "kind", shape: matcher, about: "The kind given by the rule (limits, retries, idempotency)."),
            PolicyKey(
                name: "class", shape: matcher, about: "The class given by the rule (limits, retries, idempotency)."),
            PolicyKey(name: "any", shape: .list(.table("match")), about: "One of these must hold."),
            PolicyKey(name: "all", shape: .list(.table("match")), about: "All of these must hold."),
            PolicyKey(name: "not", shape: .table("match"), about: "This must not hold."),
        ],
        prefixes: [
            PolicyKey(name: "query.", shape: matcher, about: "A parameter of the query."),
            PolicyKey(name: "header.", shape: matcher, about: "A header field."),
            PolicyKey(name: "form.", shape: matcher, about: "A field of a form body."),
            PolicyKey(name: "json.", shape: matcher, about: "A value of a JSON body, by JSON pointer."),
        ])

    static let matcher: KeyShape = .either([.oneOrMore(.either([.text, .number, .boolean])), .table("value")])

    static let value = KeyTable(
        name: "value", about: "Comparisons; all must hold.",
        keys: [
            PolicyKey(name: "gt", shape: .number, about: "Greater than."),
            PolicyKey(name: "gte", shape: .number, about: "Greater than or equal."),
            PolicyKey(name: "lt", shape: .number, about: "Less than."),
            PolicyKey(name: "lte", shape: .number, about: "Less than or equal."),
            PolicyKey(name: "equals", shape: .either([.text, .number, .boolean]), about: "Exactly this."),
            PolicyKey(name: "matches", shape: .text, about: "A regular expression (PCRE2) searched in the value."),
            PolicyKey(name: "exists", shape: .boolean, about: "Whether it is there."),
        ])

    static let graphql = KeyTable(
        name: "graphql", about: "A GraphQL operation.",
        keys: [
            PolicyKey(name: "operation", shape: matcher, about: "query, mutation or subscription."),
            PolicyKey(name: "field", shape: matcher, about: "A root field."),
        ])

    static let grpc = KeyTable(
        name: "grpc", about: "A gRPC method.",
        keys: [
            PolicyKey(name: "service", shape: matcher, about: "The service with its package."),
            PolicyKey(name: "method", shape: matcher, about: "The method."),
        ])

    static let aws = KeyTable(
        name: "aws", about: "An action of an AWS service.",
        keys: [
            PolicyKey(name: "service", shape: matcher, about: "The service, in lower case."),
            PolicyKey(name: "action", shape: matcher, about: "The action, such as DeleteBucket."),
        ])

    private static let idempotencyKeys: [PolicyKey] = [
        PolicyKey(name: "header", shape: .text, about: "The header that carries the key, beside Idempotency-Key."),
        PolicyKey(name: "json", shape: .text, about: "The JSON pointer of the key."),
        PolicyKey(name: "form", shape: .text, about: "The form field of the key."),
        PolicyKey(name: "ttl", shape: .duration, about: "How long an answer is replayed."),
        PolicyKey(
            name: "without_key", shape: .choice(WithoutKey.allCases.map(\.rawValue)),
            about: "What happens to a call without a key."),
        PolicyKey(
            name: "in_flight", shape: .choice(InFlight.allCases.map(\.rawValue)),
            about: "What a repeat gets while the first is under way."),
        PolicyKey(name: "upstream_idempotent", shape: .boolean, about: "The provider honours the key itself."),
    ]

    static let idempotency = KeyTable(name: "idempotency", about: "Idempotency of a rule.", keys: idempotencyKeys)

    static let idempotencyBlock = KeyTable(
        name: "idempotencyBlock", about: "Idempotency of many rules.",
        keys: [PolicyKey(name: "match", shape: .table("match"), about: "The calls it is about.", isRequired: true)]
            + idempotencyKeys)

    static let respond = KeyTable(
        name: "respond", about: "An answer; text in it is a template.",
        keys: [
            PolicyKey(name: "status", shape: .integer(200...599), about: "The status."),
            PolicyKey(name: "headers", shape: .map(.text), about: "Header fields."),
            PolicyKey(name: "json", shape: .anything, about: "A JSON body."),
            PolicyKey(name: "body", shape: .text, about: "A text body."),
        ])

    static let limit = KeyTable(
        name: "limit", about: "A limit; an earlier file's limit of the same id replaces it.",
        keys: [
            PolicyKey(name: "id", shape: .text, about: "Global.", isRequired: true),
            PolicyKey(name: "match", shape: .table("match"), about: "The calls it counts.", isRequired: true),
            PolicyKey(
                name: "max", shape: .either([.integer(0...Int64.max), .choice(["unlimited"])]),
                about: "How many, or the greatest sum.", isRequired: true),
            PolicyKey(name: "per", shape: .duration, about: "The time it is counted over."),
            PolicyKey(
                name: "sum", shape: .text,
                about: "What is added up instead of counting calls: form.X, json./p, query.X, header.X."),
            PolicyKey(
                name: "key", shape: .oneOrMore(.text),
                about:
                    "What each has a count of its own: host, header.N, credential, session, rule, kind, form.X, json./p."
            ),
            PolicyKey(name: "enforce", shape: .boolean, about: "false: counted and alerted on, but refuses nothing."),
        ])

    static let retry = KeyTable(
        name: "retry", about: "How calls are sent again.",
        keys: [
            PolicyKey(name: "match", shape: .table("match"), about: "The calls it is about.", isRequired: true),
            PolicyKey(name: "max", shape: .integer(0...100), about: "Retries after the first attempt."),
            PolicyKey(name: "base", shape: .duration, about: "The first wait."),
            PolicyKey(name: "factor", shape: .number, about: "By which each wait is longer."),
            PolicyKey(name: "cap", shape: .duration, about: "The longest wait."),
            PolicyKey(
                name: "jitter", shape: .choice(RetryJitter.allCases.map(\.rawValue)), about: "How waits are spread."),
            PolicyKey(
                name: "on", shape: .list(.either([.choice(["connect"]), .integer(400...599)])),
                about: "connect, or a status."),
        ])

    static let test = KeyTable(
        name: "test", about: "A call with the verdict expected.",
        keys: [
            PolicyKey(name: "call", shape: .text, about: "METHOD URL.", isRequired: true),
            PolicyKey(name: "headers", shape: .map(.text), about: "Header fields."),
            PolicyKey(name: "query", shape: .map(.anything), about: "Parameters added to the URL's query."),
            PolicyKey(name: "form", shape: .map(.anything), about: "A form body."),
            PolicyKey(name: "json", shape: .anything, about: "A JSON body."),
            PolicyKey(name: "body", shape: .text, about: "A body as it stands."),
            PolicyKey(name: "expect", shape: .table("expect"), about: "The verdict.", isRequired: true),
        ])

    static let expect = KeyTable(
        name: "expect", about: "The verdict expected; what is not named is not compared.",
        keys: [
            PolicyKey(name: "class", shape: .choice(CallClass.allCases.map(\.rawValue)), about: "The class."),
            PolicyKey(name: "rule", shape: .text, about: "The full id of the rule; null: none."),
            PolicyKey(name: "kind", shape: .text, about: "The kind."),
            PolicyKey(name: "action", shape: .choice(RuleAction.allCases.map(\.rawValue)), about: "The action."),
        ])
}
