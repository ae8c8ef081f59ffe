/// A gRPC method: `package.Service` and `Method`.
struct GRPCMethod: Sendable, Equatable {
    var service: [UInt8]
    var method: [UInt8]
}
