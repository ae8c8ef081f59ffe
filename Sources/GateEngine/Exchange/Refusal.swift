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

    /// Longer details are cut in `Proxy-Status` and `grpc-message`; bodies hold them whole.
    static let maxDetailBytesInFields = 512

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

    init(_ fault: RequestFault, callID: String, correlationID: String) {
        self.init(fault.type, detail: fault.detail, callID: callID, correlationID: correlationID)
    }

    /// Why a call that a rule stops is refused, `call` being its method and URL.
    static func words(_ type: RefusalType, _ call: String, _ verdict: Classification, mode: Mode) -> String {
        let what = verdict.kind.map { " (\($0))" } ?? ""
        let isRuleOwn = verdict.action == .block && mode != .block
        let reason = isRuleOwn ? ", whose action is block, in \(mode.rawValue) mode" : " in \(mode.rawValue) mode"
        let held = " and was held: Nobody is there to approve it"
        return "\(call) matched \(verdict.rule ?? "no rule")\(what)" + (type == .blocked ? reason : held)
    }

    /// The answer in a protocol's own error shape; `HTTP1Writer.writeAnswer` adds ids, date and framing.
    func answer(_ dialect: ErrorDialect) -> SyntheticAnswer {
        switch dialect {
        case .problem: answer("application/problem+json", problemJSON)
        case .awsJSON: answer("application/x-amz-json-1.1", awsJSON, [("x-amzn-ErrorType", serviceCode)])
        case .awsXML: answer("text/xml", awsXML)
        case .ec2XML: answer("text/xml", ec2XML)
        case .s3XML: answer("application/xml", s3XML)
        case .grpc: grpcAnswer
        }
    }

    /// The fields that every refusal carries, also one whose shape a rule's `refuse` gave: `Proxy-Status`,
    /// `Retry-After`, `RateLimit`, `RateLimit-Policy`.
    var commonFields: [(name: String, value: String)] {
        var fields = [(name: "Proxy-Status", value: proxyStatus)]
        if let retryAfterSeconds { fields.append(("Retry-After", "\(max(0, retryAfterSeconds))")) }
        if let quota {
            let id = StructuredText.quoted(quota.limitID)
            fields.append(("RateLimit", "\(id);r=\(max(0, quota.remaining));t=\(max(0, quota.resetSeconds))"))
            fields.append(("RateLimit-Policy", "\(id);q=\(quota.max);w=\(quota.windowSeconds)"))
        }
        return fields
    }

    /// The problem document's members as text, for a rule's own `refuse`.
    var fields: [String: String] {
        var fields = [
            "type": "urn:stoplog:\(type.rawValue)", "title": type.title, "status": "\(type.status)", "detail": detail,
            "call": callID, "correlation_id": correlationID, "message": detail, "code": code,
        ]
        fields["rule"] = rule
        fields["class"] = self.class?.rawValue
        fields["kind"] = kind
        fields["mode"] = mode?.rawValue
        return fields
    }

    /// `stoplog_blocked`: the type as SDKs that read `error.code` get it.
    var code: String { "stoplog_" + String(type.rawValue.map { $0 == "-" ? "_" : $0 }) }

    private var proxyStatus: String {
        let error = (proxyError ?? type.proxyError).rawValue
        return "stoplog; error=\(error); details=\(StructuredText.quoted(shortDetail))"
    }

    private var shortDetail: String {
        detail.utf8.count <= Self.maxDetailBytesInFields
            ? detail : String(decoding: detail.utf8.prefix(Self.maxDetailBytesInFields), as: UTF8.self)
    }

    private func answer(
        _ contentType: String, _ body: String, _ extra: [(name: String, value: String)] = []
    ) -> SyntheticAnswer {
        SyntheticAnswer(
            status: type.status, headers: [("Content-Type", contentType)] + extra + commonFields,
            body: [UInt8](body.utf8))
    }

    // MARK: - Shapes

    private var problemJSON: String {
        var json = JSONMembers()
        json.field("type", "urn:stoplog:\(type.rawValue)")
        json.field("title", type.title)
        json.field("status", type.status)
        json.field("detail", detail)
        json.field("call", callID)
        json.field("correlation_id", correlationID)
        if let rule { json.field("rule", rule) }
        if let value = self.class { json.field("class", value.rawValue) }
        if let kind { json.field("kind", kind) }
        if let mode { json.field("mode", mode.rawValue) }
        json.field("message", detail)
        var error = JSONMembers()
        error.field("message", detail)
        error.field("type", code)
        error.field("code", code)
        json.field("error", error)
        return json.text
    }

    /// What AWS's SDKs raise: a refusal is final, the gate's and the upstream's troubles are the retriable kind.
    private var serviceCode: String { type.status < 500 ? "AccessDenied" : "ServiceUnavailable" }

    private var awsJSON: String {
        var json = JSONMembers()
        json.field("__type", serviceCode)
        json.field("message", detail)
        json.field("Message", detail)
        return json.text
    }

    private var awsXML: String {
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ErrorResponse><Error>"
            + "<Type>\(type.status < 500 ? "Sender" : "Receiver")</Type>" + xmlError
            + "</Error><RequestId>\(XMLText.escaped(callID))</RequestId></ErrorResponse>"
    }

    private var ec2XML: String {
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error>\(xmlError)</Error></Errors>"
            + "<RequestID>\(XMLText.escaped(callID))</RequestID></Response>"
    }

    private var s3XML: String {
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>\(xmlError)"
            + "<RequestId>\(XMLText.escaped(callID))</RequestId></Error>"
    }

    private var xmlError: String { "<Code>\(serviceCode)</Code><Message>\(XMLText.escaped(detail))</Message>" }

    /// Trailers-only: the status stands in the one head, and HTTP's own is 200.
    private var grpcAnswer: SyntheticAnswer {
        let fields: [(name: String, value: String)] = [
            ("Content-Type", "application/grpc"), ("grpc-status", grpcStatus),
            ("grpc-message", StructuredText.grpcMessage(shortDetail)),
        ]
        return SyntheticAnswer(status: 200, headers: fields + commonFields, body: [])
    }

    /// PERMISSION_DENIED for a refusal, DEADLINE_EXCEEDED and UNAVAILABLE for what may pass.
    private var grpcStatus: String { type.status < 500 ? "7" : type == .upstreamTimeout ? "4" : "14" }
}
