/// One action of an AWS service that a call may be.
struct AWSCall: Sendable, Equatable {
    enum Action: Sendable, Equatable {
        case named([UInt8])
        /// It stands in a body that was not read or is unreadable.
        case inBody
        /// Not to be told from the request.
        case undetermined
    }

    /// The service's names in lower case: as in the host or signature, the CLI's, the endpoint prefix (`email`, `ses`).
    var services: [[UInt8]]
    var action: Action
}
