/// What the gate answers by itself: a dry run's synthetic success or a rule's own refusal.
public struct SyntheticAnswer: Sendable, Equatable {
    public var status: Int
    /// Names and values; `Content-Length` and the gate's own fields are added by the engine.
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]

    public init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    public static func == (a: SyntheticAnswer, b: SyntheticAnswer) -> Bool {
        a.status == b.status && a.body == b.body && a.headers.count == b.headers.count
            && zip(a.headers, b.headers).allSatisfy { $0.name == $1.name && $0.value == $1.value }
    }
}

/// What an answer is told beside the request: the caller's id and clock.
public struct AnswerContext: Sendable {
    /// The call's ULID.
    public var callID: String
    /// Microseconds since 1970.
    public var now_us: Int64

    public init(callID: String, now_us: Int64) {
        self.callID = callID
        self.now_us = now_us
    }
}
