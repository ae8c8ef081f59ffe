/// Why a message from a client is refused before it is judged; the connection is closed after the answer.
struct RequestFault: Error, Sendable, Equatable {
    /// `bad-request`, `headers-too-large`, `http-version` or `misdirected`.
    var type: RefusalType
    /// What is wrong and what to do, for the client's developer; holds nothing that the client sent.
    var detail: String

    var status: Int { type.status }

    static func bad(_ detail: String) -> RequestFault { RequestFault(type: .badRequest, detail: detail) }
    static func tooLarge(_ detail: String) -> RequestFault { RequestFault(type: .headersTooLarge, detail: detail) }
    static func misdirected(_ detail: String) -> RequestFault { RequestFault(type: .misdirected, detail: detail) }
}
