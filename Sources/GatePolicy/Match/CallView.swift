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

    /// The values of a header, one per line of the message; `name` in lower case.
    func header(_ name: [UInt8]) -> Evidence { .absent }

    /// The decoded values of a query parameter, `;` read as a separator too.
    func query(_ name: [UInt8]) -> Evidence { .absent }

    /// The values of a form field (urlencoded or multipart); bracketed names are literal (`a[b]`).
    func form(_ name: [UInt8]) -> Evidence { .absent }

    /// The values at a JSON pointer; duplicate keys are all plausible.
    func json(_ pointer: JSONPointer) -> Evidence { .absent }

    /// The whole decoded body as one text; absent without a body.
    var bodyText: Evidence { .absent }

    /// The GraphQL operations that may be executed.
    var graphql: Found<GraphQLOperation> { .absent }

    /// The gRPC method called.
    var grpc: Found<GRPCMethod> { .absent }

    /// The AWS actions that may be executed; the service is known even where the action is not.
    var aws: Found<AWSCall> { .absent }

    /// The error shape that this call's SDK understands.
    var errorDialect: ErrorDialect { .problem }
}


@available(*, unavailable)
extension CallView: Sendable {}

/// A gRPC method: `package.Service` and `Method`.
struct GRPCMethod: Sendable, Equatable {
    var service: [UInt8]
    var method: [UInt8]
}
