import GatePolicy

/// One refusal or error of the gate, written in the shape in which the caller's SDK shows it.
struct Refusal: Sendable, Equatable {
    /// What `RateLimit` and `RateLimit-Policy` tell of an exhausted limit.
    struct Quota: Sendable, Equatable {
        var limitID: String
        var max: Int
        var windowSeconds: Int
        var remaining: Int
        var resetSeconds: Int
    }

    var type: RefusalType
    var detail: String
    var callID: String
    var correlationID: String
    var rule: String?
    var `class`: CallClass?
    var kind: String?
    var mode: Mode?
    /// `Retry-After`, in whole seconds.
    var retryAfterSeconds: Int?
    var quota: Quota?
    /// More exact than the type's own.
    var proxyError: ProxyError?

    init(_ type: RefusalType, detail: String, callID: String, correlationID: String) {
        self.type = type
        self.detail = detail
        self.callID = callID
        self.correlationID = correlationID
    }

    /// The answer in a protocol's own error shape. `HTTP1Writer.writeAnswer` adds ids and framing.
    func answer(_ dialect: ErrorDialect) -> SyntheticAnswer { SyntheticAnswer(status: type.status, headers: [], body: []) }

    /// The fields that every refusal carries, also one whose shape a rule's `refuse` gave: `Proxy-Status`, `Retry-After`, ….
    var commonFields: [(name: String, value: String)] { [] }
}
