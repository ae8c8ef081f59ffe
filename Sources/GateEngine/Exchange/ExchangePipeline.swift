internal import GatePolicy
internal import GateStore

/// The life of a call, on one page:
///
/// **read head → facts → (read what must be judged of the body) → classify → decide → keep what a release needs →
/// journal the intent → send → stream the answer → settle.**
///
/// Only this file knows the order. A safe call that is forwarded touches none of the durable stages: its journal
/// line goes to the writer after the answer.
extension Exchange {
    /// Bytes of a stopped call's body that are kept for its release; beyond, the call is not releasable.
    static let releasableBytes = 8 * 1_048_576
    /// Bytes of an irreversible call's body that are read before its intent is journaled.
    static let intentBytes = 1_048_576

    /// The head is here.
    func begin(on connection: ClientConnection) {
        guard let target = admit(on: connection) else { return }
        if head.forwardLimit == .answerHere { return answerForwardLimit() }
        let facts = target.facts(of: head, hops: HopByHop(head.block))
        self.facts = facts
        judge(facts, body.isComplete ? .none : .unread)
    }

    /// The one strict reading of where the call goes; nil when it was refused.
    func admit(on connection: ClientConnection) -> RequestTarget? {
        switch RequestTarget.parse(head, in: connection.context) {
        case .failure(let fault):
            refuse(fault)
            return nil
        case .success(let parsed):
            target = parsed
            guard let refusal = admission(of: parsed, isMisdirected: connection.isMisdirected) else { return parsed }
            refuse(refusal, as: .denied)
            return nil
        }
    }

    /// Asks the policy; again once there is more to judge by.
    private func judge(_ facts: RequestFacts, _ evidence: BodyEvidence) {
        switch settings.policy.judge(facts, body: evidence, strict: settings.configuration.isStrict) {
        case .decided(let verdict): decide(verdict)
        case .needsBody: gatherToJudge(evidence)
        }
    }

    private func gatherToJudge(_ evidence: BodyEvidence) {
        if case .unread = evidence {
            stage = .judging
            body.gather(limit: settings.configuration.inspect.bodyLimit.bytes)
            continueIfExpected()
            connection?.bodyWanted()
        } else {
            // The policy could not judge by what there is.
            decide(unjudgeable)
        }
    }

    /// The body ended while it was being gathered.
    func bodyComplete() {
        if stage == .keeping { return journalIntent() }
        guard let facts else { return }
        let limit = settings.configuration.inspect.bodyLimit.bytes
        switch ContentDecoder.decode(body.bytes, codings: contentCoding, limit: limit) {
        case .decoded(let content): judge(facts, .decoded(content))
        case .overLimit: overInspectionLimit(facts)
        case .unreadable:
            guard
                case .decided(let verdict) = settings.policy.judge(
                    facts, body: .unreadable, strict: settings.configuration.isStrict)
            else { return decide(unjudgeable) }
            decide(verdict)
        }
    }

    /// More of the body came than is gathered in this stage.
    func bodyOverLimit() {
        switch stage {
        case .judging: if let facts { overInspectionLimit(facts) }
        case .keeping:
            // What came first is on record; the rest waits for the upstream, or is counted only.
            recordBody()
            if decision == .send { body.stream() } else { dropBody() }
            journalIntent()
        default: break
        }
    }

    /// What is left of it is read and counted only.
    private func dropBody() {
        body.drop()
        releaseGathered()
    }

    private func overInspectionLimit(_ facts: RequestFacts) {
        if case .decided(let verdict) = settings.policy.judge(
            facts, body: .unreadable, strict: settings.configuration.isStrict)
        {
            return decide(verdict)
        }
        if mode == .observe { return decide(unjudgeable) }
        switch settings.configuration.inspect.overLimit {
        case .irreversible: decide(unjudgeable)
        case .safe: decide(Classification(class: .safe, rule: "over-limit"))
        case .reject:
            verdict = unjudgeable
            let limit = settings.configuration.inspect.bodyLimit.bytes
            refuse(
                refusal(
                    .bodyTooLarge, "The verdict on this call depends on its body, which is longer than \(limit) bytes."),
                as: .denied)
        }
    }

    /// What can't be judged does not pass as safe.
    private var unjudgeable: Classification { Classification(class: .irreversible, rule: "over-limit") }

    /// The verdict is known: what happens follows from it and the mode.
    private func decide(_ verdict: Classification) {
        self.verdict = verdict
        tighten()
        decision = Decision.of(verdict, mode: mode)
        switch decision {
        case .forward, .observe: send()
        case .send: keep(limit: Self.intentBytes)
        case .record, .block, .hold: keep(limit: Self.releasableBytes)
        }
    }

    /// Reads what the journal has to keep of the body.
    private func keep(limit: Int) {
        body.hash()
        stage = .keeping
        if decision != .send, head.expectsContinue, case .sized(let length) = head.framing, length > limit {
            // Not asked for: the client keeps it, and the call can't be released.
            body.drop()
            return journalIntent()
        }
        body.gather(limit: limit)
        if body.isOverLimit { return bodyOverLimit() }
        if body.isComplete { return journalIntent() }
        continueIfExpected()
        connection?.bodyWanted()
    }

    /// The record has to be on disk before anything else happens.
    private func journalIntent() {
        stage = .committing
        outcome = decision.journaledOutcome
        recordBody()
        if body.isComplete, body.use != .drop { kept = body.bytes }
        if decision != .send { prepareOwnAnswer() }
        lane.commit(makeRecord(), sealed: sealedRequest(), waiter: self)
    }

    /// The store has answered.
    func intentJournaled(_ error: StoreError?) {
        kept = nil
        if let error { return storeFailed(error) }
        switch decision {
        // Nothing has left, and nobody is there to be told what came of it.
        case .send where connection == nil: settleUnsent()
        case .send: send()
        case .record, .block, .hold, .forward, .observe: giveOwnAnswer()
        }
    }

    /// Hands the call to the upstream engine; its bytes are those that were judged.
    func send() {
        guard let target else { return }
        stage = .sending
        body.stream()
        let call = upstreamCall(target)
        sentAt = startedAt &+ (lane.reactor.now &- startedRound) &* 1000
        transfer = lane.engine.start(call, handler: self)
        connection?.bodyWanted()
    }

    /// The client went away while the intent was written.
    private func settleUnsent() {
        stage = .settling
        outcome = .failed
        lane.commit(makeRecord(refusal: "client-gone"), sealed: nil, waiter: self)
    }

    /// The upstream has answered, or failed: the record is settled.
    func settle() {
        guard isDurable else {
            journalEnd()
            stage = .ended
            return finish(machine.responseEnded())
        }
        stage = .settling
        outcome = .forwarded
        lane.commit(makeRecord(), sealed: nil, waiter: self)
    }
}

extension Exchange: CommitWaiter {
    func committed(_ error: StoreError?) {
        switch stage {
        case .committing: intentJournaled(error)
        case .settling: answerJournaled(error)
        default: break
        }
    }
}

extension Decision {
    /// The outcome that is on disk before anything else happens to the call.
    fileprivate var journaledOutcome: CallRecord.Outcome {
        switch self {
        case .forward: .forwarded
        // Until its answer is on disk, nobody can say what became of it.
        case .send: .inDoubt
        case .record: .recorded
        case .block: .blocked
        case .hold: .held
        case .observe: .observed
        }
    }
}
