internal import CGate
internal import GatePolicy
internal import GateStore

/// Answers that the gate gives itself, and the end of the exchange.
extension Exchange {
    // MARK: Admission

    /// What is refused whatever the policy says.
    func admission(of target: RequestTarget, isMisdirected: Bool) -> Refusal? {
        if lane.isDraining { return refusal(.draining, "The gate is shutting down; send the call again later.") }
        if isMisdirected {
            return refusal(.misdirected, "The TLS server name differs from the host of the CONNECT request.")
        }
        if lane.core.via.isLoop(head.block) {
            var loop = refusal(.destinationDenied, "The request came back to this gate: a forwarding loop.")
            loop.proxyError = .proxyLoopDetected
            return loop
        }
        if lane.core.ownEndpoints.contains(host: target.host, port: target.port) {
            return refusal(.destinationDenied, "The gate's own addresses are not reachable through it.")
        }
        return nil
    }

    /// `Max-Forwards: 0`: the gate is the last recipient (RFC 9110 7.6.2).
    func answerForwardLimit() {
        var headers: [(name: String, value: String)] = []
        var content: [UInt8] = []
        if head.isMethod("TRACE") {
            headers.append(("Content-Type", "message/http"))
            content = traced
        } else {
            headers.append(("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE, CONNECT"))
        }
        give(SyntheticAnswer(status: 200, headers: headers, body: content))
        journalEnd()
        stage = .ended
        finish(machine.responseEnded())
    }

    /// The head as it came, without what may hold credentials (RFC 9110 9.3.8).
    private var traced: [UInt8] {
        var text = Array(head.bytes[head.method]) + [0x20] + head.bytes[head.target] + Array(" HTTP/1.1\r\n".utf8)
        for (index, field) in head.fields.enumerated()
        where !lane.core.redaction.isSecret(headerName: head.text(field.name)) {
            guard head.known[index] != .proxyAuthorization else { continue }
            text += head.bytes[field.name] + Array(": ".utf8) + head.bytes[field.value] + Array("\r\n".utf8)
        }
        return text + Array("\r\n".utf8)
    }

    /// The client waits for a 100 before it sends its body, and the gate wants to see it.
    func continueIfExpected() {
        guard head.expectsContinue, !sentContinue, body.length == 0 else { return }
        sentContinue = true
        let writer = writer
        connection?.write { writer.writeContinue(to: &$0) }
        connection?.answerStarted = false
    }

    var contentCoding: String? {
        // A coding that `Connection` names does not reach the upstream, which then reads the bytes as they are.
        let hops = HopByHop(head.block)
        let values = head.fields.indices
            .filter { head.known[$0] == .contentEncoding && !hops.drops($0, of: head.block) }
            .map { head.text(head.fields[$0].value) }
        return values.isEmpty ? nil : values.joined(separator: ",")
    }

    // MARK: Refusals

    func refusal(_ type: RefusalType, _ detail: String) -> Refusal {
        var refusal = Refusal(type, detail: detail, callID: callID, correlationID: correlationID)
        refusal.rule = verdict.rule
        refusal.class = facts == nil ? nil : verdict.class
        refusal.kind = verdict.kind
        refusal.mode = mode
        return refusal
    }

    /// A request that could not be read or may not be here: answered and closed.
    func refuse(_ fault: RequestFault) {
        machine.mayKeepAlive = false
        refuse(refusal(fault.type, fault.detail), as: .failed)
    }

    /// Refuses without the durable stages.
    func refuse(_ refusal: Refusal, as outcome: CallRecord.Outcome) {
        self.refusal = refusal
        self.outcome = outcome
        if stage == .sending, isDurable { return settleRefusal(refusal, outcome) }
        giveRefusal(refusal)
        journalEnd(refusal: refusal.type.rawValue)
        stage = .ended
        finish(machine.responseEnded())
    }

    /// An irreversible call whose intent is on disk failed: its end goes there too before the caller hears of it.
    private func settleRefusal(_ refusal: Refusal, _ outcome: CallRecord.Outcome) {
        stage = .settling
        lane.commit(makeRecord(refusal: refusal.type.rawValue), sealed: nil, waiter: self)
    }

    /// The error shape that the caller's SDK reads.
    private var dialect: ErrorDialect { facts?.errorDialect ?? .problem }

    private func giveRefusal(_ refusal: Refusal) {
        if refusal.type == .badRequest || refusal.type == .requestTimeout || refusal.type == .headersTooLarge {
            machine.mayKeepAlive = false
        }
        give(refusal.answer(dialect))
    }

    func storeFailed(_ error: StoreError) {
        let failure = refusal(
            .storeUnavailable,
            "The call is irreversible and the journal can't be written: \(error.message). It was not sent.")
        refusal = failure
        outcome = .failed
        giveRefusal(failure)
        stage = .ended
        lane.core.ended(makeRecord(refusal: failure.type.rawValue))
        finish(machine.responseEnded())
    }

    // MARK: The gate's own answers to irreversible calls

    /// Decides what a stopped call is answered, so that the record holds it.
    func prepareOwnAnswer() {
        guard let facts else { return }
        switch decision {
        case .record:
            own = settings.policy.answer(
                for: verdict, facts, body: bodyEvidence, context: answerContext)
            own?.headers.append(("Stoplog-Verdict", "recorded"))
        case .hold: stop(.holdExpired)
        case .block, .send, .forward, .observe: stop(.blocked)
        }
        if let own { note(own) }
    }

    /// What the record tells of an answer of the gate's own.
    private func note(_ answer: SyntheticAnswer) {
        answerStatus = answer.status
        answerHeaders = answer.headers
        answerLength = answer.body.count
        captured = answer.body
    }

    private func stop(_ type: RefusalType) {
        let refusal = refusal(
            type, Refusal.words(type, "\(head.text(head.method)) \(displayURL)", verdict, mode: mode))
        self.refusal = refusal
        own = refusal.answer(dialect)
        if let facts,
            let shaped = settings.policy.refusal(
                for: verdict, facts, body: bodyEvidence, context: answerContext, fields: refusal.fields)
        {
            own = shaped
            own?.headers += refusal.commonFields
        }
    }

    private var answerContext: AnswerContext { AnswerContext(callID: callID, now_us: startedAt) }

    private var bodyEvidence: BodyEvidence {
        guard let kept else { return body.length == 0 ? .none : .unreadable }
        if kept.isEmpty { return .none }
        if case .decoded(let content) = ContentDecoder.decode(
            kept, codings: contentCoding, limit: Self.releasableBytes)
        {
            return .decoded(content)
        }
        return .unreadable
    }

    func giveOwnAnswer() {
        if let own { give(own) }
        lane.core.ended(makeRecord(refusal: refusal?.type.rawValue))
        stage = .ended
        finish(machine.responseEnded())
    }

    private func give(_ answer: SyntheticAnswer) {
        note(answer)
        if head.expectsContinue, !sentContinue, !body.isComplete { machine.mayKeepAlive = false }
        machine.responseStarted()
        let writer = writer
        let keepAlive = machine.mayKeepAlive && !lane.isDraining
        machine.mayKeepAlive = keepAlive
        connection?.write { writer.writeAnswer(answer, keepAlive: keepAlive, to: &$0) }
    }

    // MARK: The end

    /// The upstream's answer, or its failure, is on disk: the caller may have the end.
    func answerJournaled(_ error: StoreError?) {
        stage = .ended
        if error != nil {
            let wasSent = outcome != .failed && outcome != .denied
            if wasSent { outcome = .inDoubt }
            let failure = refusal(
                .storeUnavailable,
                wasSent
                    ? "The call was sent; its answer could not be journaled: its outcome is in doubt."
                    : "The call was not sent, and that could not be journaled: \(refusal?.detail ?? "the client went away")."
            )
            refusal = failure
            if hasAnswered {
                lane.core.ended(makeRecord(refusal: failure.type.rawValue))
                return finish(machine.responseTruncated())
            }
            giveRefusal(failure)
        } else if let refusal {
            giveRefusal(refusal)
        } else {
            let rest = withheld
            connection?.write { $0 += rest }
        }
        withheld = []
        lane.core.ended(makeRecord(refusal: refusal?.type.rawValue))
        finish(machine.responseEnded())
    }

    /// Lets the connection go on, or end.
    func finish(_ fate: ExchangeMachine.Fate) {
        stage = .ended
        let connection = connection
        self.connection = nil
        connection?.end(fate)
    }
}
