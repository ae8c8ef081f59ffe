internal import CGate
internal import GatePolicy
internal import GateStore

/// What the upstream engine says, and what becomes of it at the client.
extension Exchange: UpstreamHandler {
    func upstreamInterim(_ head: ResponseHead) {
        if head.status == 100, sentContinue { return }
        let writer = writer
        connection?.write { writer.writeInterim(head, to: &$0) }
    }

    func upstreamHead(_ head: ResponseHead) {
        response = head
        answerStatus = head.status
        let writer = writer
        machine.responseStarted()
        machine.mayKeepAlive = machine.mayKeepAlive && !lane.isDraining && !awaitsContinue && isDrainable
        if isDurable {
            framing = writer.framing(of: head)
            writer.writeHead(head, keepAlive: machine.mayKeepAlive, to: &withheld)
        } else {
            let keepAlive = machine.mayKeepAlive
            connection?.write { framing = writer.writeHead(head, keepAlive: keepAlive, to: &$0) }
        }
        if framing == .untilClose { machine.mayKeepAlive = false }
    }

    /// The client still waits for a 100 that will not come: its body is not on the way, the connection can't go on.
    private var awaitsContinue: Bool { head.expectsContinue && !body.isComplete && body.length == 0 }

    /// What is left of the request's body, if the upstream does not take it, is short enough to be read and dropped.
    private var isDrainable: Bool {
        if body.isComplete { return true }
        guard case .sized(let length) = head.framing else { return false }
        return length - body.length <= lane.limits.drainedBytes
    }

    func upstreamBody(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count > 0, framing != .none else { return }
        answerLength += bytes.count
        unsafe capture(bytes)
        if isDurable { return unsafe withhold(bytes) }
        guard let connection else { return }
        if framing == .chunked { connection.write { HTTP1Writer.writeChunkStart(bytes.count, to: &$0) } }
        unsafe connection.writeBody(bytes)
        if framing == .chunked { connection.write { HTTP1Writer.writeChunkEnd(to: &$0) } }
        holdBack(connection)
    }

    private func holdBack(_ connection: ClientConnection) {
        guard connection.isBackedUp, !isPausedUpstream else { return }
        isPausedUpstream = true
        transfer?.pauseReading()
    }

    /// Gives the client all but the end: what has not been journaled must not look whole.
    private func withhold(_ bytes: UnsafeRawBufferPointer) {
        // The answer of a call whose client has gone is journaled and given to nobody.
        guard let connection else { return withheld = [] }
        if withheld.count > 65_536 {
            let ready = withheld
            withheld = []
            hasAnswered = true
            connection.write { $0 += ready }
            holdBack(connection)
        }
        if framing == .chunked { HTTP1Writer.writeChunkStart(bytes.count, to: &withheld) }
        unsafe withheld.append(contentsOf: bytes)
        if framing == .chunked { HTTP1Writer.writeChunkEnd(to: &withheld) }
    }

    private func capture(_ bytes: UnsafeRawBufferPointer) {
        guard keepsBodies else { return }
        let room = settings.configuration.journal.bodyLimit.bytes - captured.count
        guard room > 0 else { return }
        unsafe captured.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes.prefix(room)))
    }

    func upstreamTrailers(_ trailers: FieldBlock) { answerTrailers = trailers }

    func upstreamWantsBody(into buffer: UnsafeMutableRawBufferPointer) -> BodySupply {
        let waited = body.waiting
        let count = unsafe body.take(into: buffer)
        if body.waiting == 0 { releaseGathered() }
        if waited >= RequestBody.lowWater, body.waiting < RequestBody.lowWater { connection?.bodyWanted() }
        if count > 0 { return .bytes(count) }
        if body.isComplete { return .end }
        return machine.request == .aborted ? .abort : .later
    }

    func upstreamWantsTrailers() -> FieldBlock { trailers }

    func upstreamEnded(_ error: UpstreamError?) {
        transfer = nil
        attempts.append(
            CallRecord.Attempt(
                at: sentAt, status: error == nil ? answerStatus : nil, error: error?.message,
                ms: Double(lane.reactor.now &- startedRound) - Double(sentAt &- startedAt) / 1000))
        if let error { return upstreamFailed(error) }
        if framing == .chunked {
            let trailers = answerTrailers
            if isDurable {
                HTTP1Writer.writeLastChunk(trailers: trailers, to: &withheld)
            } else {
                connection?.write { HTTP1Writer.writeLastChunk(trailers: trailers, to: &$0) }
            }
        }
        settle()
    }

    func upstreamFailed(_ error: UpstreamError) {
        if stage == .ended || stage == .settling { return }
        outcome = isDurable && error.mayHaveLeft ? .inDoubt : error.code == .denied ? .denied : .failed
        let refusal = refusal(of: error)
        let isUnanswered = isDurable ? !hasAnswered : answerStatus == nil
        if isUnanswered, machine.request != .aborted {
            withheld = []
            response = nil
            return refuse(refusal, as: outcome)
        }
        self.refusal = refusal
        journalEnd(refusal: error.code == .cancelled ? "client-gone" : refusal.type.rawValue)
        stage = .ended
        finish(machine.responseTruncated())
    }

    private func refusal(of error: UpstreamError) -> Refusal {
        let type: RefusalType =
            switch error.code {
            case .unreachable: .upstreamUnreachable
            case .tls: .upstreamTLS
            case .timeout: .upstreamTimeout
            case .protocolFault: .upstreamProtocol
            case .denied: .destinationDenied
            case .overloaded: .overloaded
            case .cancelled, .clientBody: .badRequest
            }
        var refusal = refusal(type, error.message)
        refusal.proxyError = ProxyError(rawValue: error.proxyStatus)
        return refusal
    }
}
