/// One GraphQL operation with the root fields it asks for, fragments resolved, aliases ignored.
struct GraphQLOperation: Sendable, Equatable {
    enum Kind: String, Sendable {
        case query, mutation, subscription
    }

    var kind: Kind
    /// The operation's name; empty when anonymous.
    var name: [UInt8]
    var rootFields: [[UInt8]]
}
