internal import CGate
internal import GatePolicy
internal import GateStore

/// One call from its head to its last byte. `ExchangePipeline` holds the order of what happens to it.
///
/// Belongs to its lane's reactor; kept alive by its connection, its transfer and the store's answer.
final class Exchange {
    /// Where the call stands.
    enum Stage {
        /// The body is read as far as the verdict depends on it. → `.keeping`, `.committing`, `.sending`, `.ended`
        case judging
        /// The body is read as far as a release has to resend it. → `.committing`
        case keeping
        /// The store writes the intent, or what was stopped. → `.sending`, `.ended`
        case committing
        /// → `.settling`, `.ended`
        case sending
        /// The store writes the upstream's answer. → `.ended`
        case settling
        case ended
    }

    let lane: Lane
    /// The policy and configuration that were in force when the head was read, for all of the call.
    let settings: LaneSettings
    let head: RequestHead
    let callID: String
    let correlationID: String
    let peerText: String
    /// The session named by the tunnel's proxy user.
    let tunnelSession: String?
    /// Microseconds since 1970, and milliseconds of the reactor's clock, when the head was read.
    let startedAt: Int64
    let startedRound: Int64
    /// Of the head's moment; a stricter one that was set before the verdict holds as well.
    private(set) var mode: Mode
    /// Bytes of `body` that count against the limit of all gathered bodies.
    private var gatheredBytes = 0
    /// nil once the client has gone or got its whole answer.
    var connection: ClientConnection?
    var stage = Stage.judging
    var machine: ExchangeMachine
    var body: RequestBody
    var target: RequestTarget?
    var facts: RequestFacts?
    var verdict = Classification(class: .safe)
    var decision = Decision.forward
    var transfer: CurlTransfer?
    var trailers = FieldBlock()

    // The answer
    var response: ResponseHead?
    var answerStatus: Int?
    var answerHeaders: [(name: String, value: String)] = []
    var framing = HTTP1Writer.Framing.none
    var captured: [UInt8] = []
    var answerLength = 0
    /// The last bytes of an irreversible call's answer: given to the client when the answer is on disk.
    var withheld: [UInt8] = []
    var refusal: Refusal?
    var attempts: [CallRecord.Attempt] = []
    var sentAt: Int64 = 0
    var isPausedUpstream = false
    var sentContinue = false
    var answerTrailers = FieldBlock()
    /// What the gate answers itself.
    var own: SyntheticAnswer?
    /// The bytes that a release would send, gathered for the sealed copy; nil when there were too many.
    var kept: [UInt8]?
    /// The body's beginning, for the journal.
    var recordedBody: [UInt8] = []
    /// Bytes of the final answer went to the client.
    var hasAnswered = false
    /// What the store is being told.
    var outcome = CallRecord.Outcome.forwarded

    init(_ head: RequestHead, on connection: ClientConnection) {
        lane = connection.lane
        settings = lane.settings
        self.head = head
        self.connection = connection
        peerText = connection.peerText
        tunnelSession = connection.tunnelSession
        startedAt = gate_wall_us()
        startedRound = lane.reactor.now
        callID = lane.ulids.next(milliseconds: UInt64(clamping: startedAt / 1000)).description
        mode = lane.core.mode
        let hasBody = BodyFraming(head.framing) != nil
        machine = ExchangeMachine(hasBody: hasBody, mayKeepAlive: head.keepAlive && !lane.isDraining)
        body = RequestBody(isEmpty: !hasBody)
        correlationID = CorrelationID.of(head) ?? callID
    }

    deinit { releaseGathered() }

    /// A flip to a stricter mode holds for calls that are under way and not yet decided.
    func tighten() { mode = max(mode, lane.core.mode) }

    /// Counts body bytes that wait for a verdict or a journal entry; false when all calls together hold too many.
    private func countGathered(_ count: Int) -> Bool {
        guard lane.core.gatheredBodies.take(count) else { return false }
        gatheredBytes += count
        return true
    }

    func releaseGathered() {
        lane.core.gatheredBodies.give(gatheredBytes)
        gatheredBytes = 0
    }

    var writer: HTTP1Writer {
        HTTP1Writer(
            minorVersion: head.minorVersion, isHead: head.isHead, via: lane.core.via, callID: callID,
            correlationID: correlationID, now: startedAt / 1_000_000)
    }

    /// True for calls whose answer must be on disk before the caller has it whole.
    var isDurable: Bool { decision == .send }
}

@available(*, unavailable)
extension Exchange: Sendable {}

// MARK: From the client

extension Exchange: ConnectionExchange {
    var wantsBody: Bool { body.wantsMore }

    func bodyReceived(_ bytes: UnsafeRawBufferPointer) {
        if stage == .judging || stage == .keeping, body.use != .drop, !countGathered(bytes.count) {
            return refuseUngathered()
        }
        unsafe body.append(bytes)
        if settings.configuration.journal.calls == .all, stage == .sending {
            let room = settings.configuration.journal.bodyLimit.bytes - recordedBody.count
            unsafe recordedBody.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes.prefix(max(0, room))))
        }
        if body.isOverLimit { bodyOverLimit() }
        if stage == .sending { transfer?.bodyAvailable() }
    }

    func bodyEnded(_ trailers: FieldBlock) {
        self.trailers = trailers
        body.complete()
        machine.requestEnded()
        switch stage {
        case .judging, .keeping: bodyComplete()
        case .sending: transfer?.bodyAvailable()
        case .committing, .settling, .ended: break
        }
    }

    func bodyFailed(_ fault: RequestFault) {
        machine.requestAborted()
        let failure = Refusal(fault.type, detail: fault.detail, callID: callID, correlationID: correlationID)
        // What libcurl had leave to send may be at the upstream, and an unfinished body may have been enough for it.
        let ending: CallRecord.Outcome = isDurable && transfer?.hadLeave == true ? .inDoubt : .failed
        transfer?.cancel()
        guard answerStatus != nil else { return refuse(failure, as: ending) }
        if stage == .sending {
            refusal = failure
            outcome = ending
            journalEnd()
        } else {
            lane.core.ended(makeRecord())
        }
        finish(machine.responseTruncated())
    }

    /// No room for another body: nothing was sent.
    private func refuseUngathered() {
        body.drop()
        machine.mayKeepAlive = false
        refuse(
            refusal(.overloaded, "Too many request bodies wait to be judged at once; send the call again later."),
            as: .failed)
    }

    func outputDrained() {
        guard isPausedUpstream else { return }
        isPausedUpstream = false
        transfer?.resumeReading()
    }

    func clientGone() {
        connection = nil
        machine.requestAborted()
        switch stage {
        case .judging, .keeping:
            outcome = .failed
            journalEnd(refusal: "client-gone")
            stage = .ended
        case .sending where isDurable && body.isComplete:
            // It has left or is about to: its outcome has to be learned, for the record and for the key.
            transfer?.resumeReading()
        case .sending: transfer?.cancel()
        case .committing, .settling, .ended: break
        }
    }
}
