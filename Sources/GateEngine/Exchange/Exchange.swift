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
    let head: RequestHead
    let callID: String
    let correlationID: String
    let peerText: String
    /// The session named by the tunnel's proxy user.
    let tunnelSession: String?
    /// Microseconds since 1970, and milliseconds of the reactor's clock, when the head was read.
    let startedAt: Int64
    let startedRound: Int64
    let mode: Mode
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
        unsafe body.append(bytes)
        if lane.configuration.journal.calls == .all, stage == .sending {
            let room = lane.configuration.journal.bodyLimit.bytes - recordedBody.count
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
        if let transfer { transfer.cancel() }
        guard answerStatus == nil else { return finish(machine.responseTruncated()) }
        refuse(Refusal(fault.type, detail: fault.detail, callID: callID, correlationID: correlationID), as: .failed)
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
