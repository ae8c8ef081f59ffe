internal import CGate
internal import GatePolicy
internal import GateStore

/// What the journal is told of a call.
extension Exchange {
    /// Appends the call's line, if the configuration wants one, and writes its log line.
    func journalEnd(refusal: String? = nil) {
        if decision == .observe, self.refusal == nil { outcome = .observed }
        let isJournaled = isWantedInJournal
        guard isJournaled || lane.core.callLog.isEnabled else { return }
        let record = makeRecord(refusal: refusal ?? self.refusal?.type.rawValue)
        if isJournaled { lane.core.store.append(record) }
        lane.core.ended(record)
    }

    private var isWantedInJournal: Bool {
        if refusal != nil || verdict.class == .irreversible { return true }
        switch settings.configuration.journal.calls {
        case .irreversible: return false
        case .unclassified: return !verdict.isSpecific
        case .all: return true
        }
    }

    /// Bodies of safe calls are kept only where all calls are.
    var keepsBodies: Bool {
        verdict.class == .irreversible || settings.configuration.journal.calls == .all
    }

    func makeRecord(refusal: String? = nil) -> CallRecord {
        let now = startedAt &+ (gate_monotonic_ms() &- startedRound) &* 1000
        var record = CallRecord(
            id: callID, time: startedAt, environment: settings.configuration.environment, session: session,
            correlationID: correlationID, mode: mode.rawValue, class: verdict.class.rawValue, kind: verdict.kind,
            rule: verdict.rule, outcome: outcome, method: head.text(head.method), url: displayURL,
            host: target?.host ?? "", request: recordedRequest, client: peerText,
            durationMilliseconds: Double(now &- startedAt) / 1000)
        record.response = recordedResponse
        record.attempts = attempts
        record.refusal = refusal
        if decision == .observe { record.would = wouldOutcome }
        return record
    }

    /// What the mode of the environment (or `block`) would have done to the call.
    private var wouldOutcome: String {
        switch Decision.of(verdict, mode: lane.observedMode) {
        case .forward, .send, .observe: "forwarded"
        case .record: "recorded"
        case .block: "blocked"
        case .hold: "held"
        }
    }

    private var recordedRequest: CallRecord.Message {
        let redaction = lane.core.redaction
        var message = CallRecord.Message(bodySHA256: body.sha256, bodyLength: body.length)
        message.headerList = headerList(facts?.bytes ?? head.bytes, facts?.fields ?? head.fields)
        guard keepsBodies, body.length > 0 else { return message }
        message.isTruncated = recordedBody.count < body.length
        message.body = redaction.body(recordedBody, contentType: contentType(head.block))
        return message
    }

    /// Keeps the gathered body's beginning for the journal.
    func recordBody() {
        guard recordedBody.isEmpty, body.use != .drop else { return }
        recordedBody = Array(body.bytes.prefix(settings.configuration.journal.bodyLimit.bytes))
    }

    private var recordedResponse: CallRecord.Message? {
        guard let answerStatus else { return nil }
        let redaction = lane.core.redaction
        var message = CallRecord.Message(status: answerStatus, bodyLength: answerLength)
        if let response {
            message.headerList = headerList(response.block.bytes, response.block.fields)
        } else {
            message.headers = answerHeaders.map { field($0.name, $0.value) }
        }
        guard keepsBodies, answerLength > 0 else { return message }
        let limit = settings.configuration.journal.bodyLimit.bytes
        message.isTruncated = captured.count < answerLength || captured.count > limit
        let type = response.map { contentType($0.block) } ?? answerHeaders.first { $0.name == "Content-Type" }?.value
        let body = redaction.body(Array(captured.prefix(limit)), contentType: type)
        message.body = secretsOfRequest.removed(from: body)
        return message
    }

    /// What was redacted in the request: an answer may repeat it under any name.
    private var secretsOfRequest: SeenSecrets {
        var seen = SeenSecrets()
        let redaction = lane.core.redaction
        for field in head.fields where redaction.isSecret(headerName: head.text(field.name)) {
            seen.note(headerValue: Array(head.bytes[field.value]))
        }
        if let target {
            let url = plainURL(target)
            seen.note(Array(url.utf8), redacted: Array(redaction.url(url).utf8))
        }
        seen.note(recordedBody, redacted: redaction.body(recordedBody, contentType: contentType(head.block)))
        return seen
    }

    private func headerList(_ bytes: [UInt8], _ fields: [FieldRange]) -> HeaderList {
        var list = HeaderList()
        let span = bytes.span
        for field in fields where field.name.upperBound <= span.count && field.value.upperBound <= span.count {
            list.append(span, name: field.name, value: field.value, lane.core.redaction)
        }
        return list
    }

    private func field(_ name: String, _ value: String) -> CallRecord.Field {
        CallRecord.Field(name: name, value: lane.core.redaction.headerValue(name, value))
    }

    private func contentType(_ block: FieldBlock) -> String? { block.first(.contentType).map { block.text($0) } }

    /// The URL with secrets redacted, for people.
    var displayURL: String {
        guard let target else { return lane.core.redaction.url(head.text(head.target)) }
        return lane.core.redaction.url(plainURL(target))
    }

    private func plainURL(_ target: RequestTarget) -> String {
        var bytes = Array((target.scheme == .https ? "https://" : "http://").utf8) + target.authority
        var origin: [UInt8] = []
        target.appendOriginForm(of: head, to: &origin)
        bytes += origin
        return WireText.decode(bytes, 0..<bytes.count)
    }

    /// The session's name: the field `Stoplog-Session`, else the proxy user of the request or its tunnel.
    var session: String? {
        if let range = head.first(.stoplogSession), !range.isEmpty { return String(head.text(range).prefix(128)) }
        if let range = head.first(.proxyAuthorization), let user = ProxyUser.name(head.text(range)) { return user }
        return tunnelSession
    }

    /// The request whole as a release would send it: a message with an absolute target. Nil where it was not kept whole.
    func sealedRequest() -> SealedRequest? {
        guard let kept, let target else { return nil }
        var message =
            Array(head.bytes[head.method]) + [0x20] + Array(plainURL(target).utf8) + Array(" HTTP/1.1\r\n".utf8)
        message += Array("Host: ".utf8) + target.authority + [0x0D, 0x0A]
        let hops = HopByHop(head.block)
        // What was for the gate (its credentials among it) must not reach the upstream with a release either.
        for (index, field) in head.fields.enumerated()
        where head.known[index] != .host && !hops.drops(index, of: head.block) {
            message += head.bytes[field.name] + [0x3A, 0x20] + head.bytes[field.value] + [0x0D, 0x0A]
        }
        message += [0x0D, 0x0A]
        return SealedRequest(plaintext: message + kept)
    }

    /// The call for the upstream engine.
    func upstreamCall(_ target: RequestTarget) -> UpstreamCall {
        let rerouted = lane.reroute(of: target)
        var terms = UpstreamHead.Terms(correlationID: correlationID, via: lane.core.via)
        terms.absoluteForm = lane.engine.settings.proxy != nil && rerouted == nil && target.scheme == .http
        return UpstreamCall(
            scheme: rerouted?.scheme ?? target.scheme, host: rerouted?.host ?? target.host,
            port: rerouted?.port ?? target.port,
            head: UpstreamHead(head, target: target, hops: HopByHop(head.block), terms: terms), body: upstreamBody,
            isRerouted: rerouted != nil)
    }

    private var upstreamBody: UpstreamCall.Body {
        switch head.framing {
        case .none: .none
        case .sized(let length): length == 0 ? .sized(0) : .sized(length)
        case .chunked: .chunked
        }
    }
}

/// The user name of a proxy's Basic credentials, as the name of a session.
enum ProxyUser {
    /// nil where there is none, or where it is no printable name of at most 128 bytes.
    static func name(_ authorization: String) -> String? {
        guard authorization.utf8.count < 1024, authorization.lowercased().hasPrefix("basic "),
            let decoded = Base64Text.decode(authorization.dropFirst(6).drop { $0 == " " })
        else { return nil }
        let user = decoded.prefix { $0 != 0x3A }
        guard !user.isEmpty, user.count <= 128, user.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        return String(decoding: user, as: UTF8.self)
    }
}

/// Base64 (RFC 4648 4) of short texts.
enum Base64Text {
    /// nil for anything that is not whole, padded or not.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in text.utf8.prefix(while: { $0 != 0x3D }) {
            guard let value = value(byte) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }

    private static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x41...0x5A: byte - 0x41
        case 0x61...0x7A: byte - 0x61 + 26
        case 0x30...0x39: byte - 0x30 + 52
        case 0x2B: 62
        case 0x2F: 63
        default: nil
        }
    }
}
