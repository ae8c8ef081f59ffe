internal import CGate
import GatePolicy

/// One call under way, as its exchange holds it. All methods may be called from the handler's methods, take
/// effect at the end of the reactor's round, and do nothing after `upstreamEnded`.
final class CurlTransfer {
    /// Why a callback of ours made libcurl give up.
    enum Stop: Equatable {
        /// libcurl was about to send the request a second time.
        case resend
        case denied
        /// An idle connection turned out to be used up; nothing was sent on it.
        case stale
        case badResponse(String)
        case clientBody
    }

    /// Bytes of one response head; libcurl's own bound counts several heads together.
    private static let maxHeadBytes = 300 * 1024
    private static let maxInterimHeads = 100

    /// The handle while the transfer runs; nil before and after.
    var handle: CurlHandle?
    /// Where the engine keeps the transfer among the active ones; -1: not there.
    var position = -1
    /// True while the engine has the transfer on its list of changes to apply.
    var isQueued = false
    /// Times the call was started anew because nothing could leave on a used-up connection.
    var restarts = 0
    private(set) var stop: Stop?
    private(set) var isCancelled = false

    let isRerouted: Bool
    private let isSecure: Bool
    private unowned let engine: CurlEngine
    private var handler: (any UpstreamHandler)?
    private var validator: ResponseHeadValidator

    // The request's side.
    /// What of a sized body is still to come; nil for a chunked one.
    private var bodyLeft: Int?
    private var isBodyPaused = false
    private var wakesBody = false
    /// The upstream answered without wanting the rest.
    private var isUploadOver = false
    private var aboutToSendCount = 0
    /// `requestBytes` when libcurl was allowed to send; nil before that.
    private var bytesBefore: Int?

    // The response's side.
    private var headBytes = 0
    private var interimHeads = 0
    private var framing: ResponseHead.Framing?
    private var received = 0
    private var wantsPause = false
    private var isReadPaused = false

    init(_ call: UpstreamCall, engine: CurlEngine, handler: any UpstreamHandler, isHead: Bool) {
        self.engine = engine
        self.handler = handler
        isRerouted = call.isRerouted
        isSecure = call.scheme == .https
        validator = ResponseHeadValidator(isHead: isHead, allowsUpgrade: false)
        if case .sized(let size) = call.body { bodyLeft = size }
    }

    // MARK: What the exchange asks

    /// No more response bytes for now: none come after this.
    func pauseReading() {
        guard let handle, !wantsPause else { return }
        wantsPause = true
        // Time in which the gate itself holds the upstream back is not the upstream's.
        if framing != nil { handle.deadline.clear() }
    }

    func resumeReading() {
        guard handle != nil, wantsPause else { return }
        wantsPause = false
        if framing != nil { armIdle() }
        if isReadPaused { changed() }
    }

    /// The request's body has more to offer (or its end) after `BodySupply.later`.
    func bodyAvailable() {
        wakesBody = true
        changed()
    }

    /// Ends the call: `upstreamEnded` with `.cancelled` comes at the end of the round, nothing before it.
    func cancel() {
        isCancelled = true
        changed()
    }

    private func changed() {
        guard handle != nil, !isQueued else { return }
        engine.apply(self)
    }

    /// Brings libcurl in line with what was asked for; called outside libcurl.
    func applyChanges() {
        guard let handle else { return }
        if isCancelled { return engine.finish(self, failure(nil)) }
        var isChanged = false
        if isReadPaused && !wantsPause {
            isReadPaused = false
            isChanged = true
        }
        if isBodyPaused && (wakesBody || isUploadOver) {
            isBodyPaused = false
            isChanged = true
        }
        guard isChanged else { return }
        let mask = (isReadPaused ? CURLPAUSE_RECV : 0) | (isBodyPaused ? CURLPAUSE_SEND : 0)
        // Brings what libcurl kept; a handler that pauses again there is heard.
        let code = unsafe curl_easy_pause(handle.easy, mask)
        if code != CURLE_OK, code != CURLE_BAD_FUNCTION_ARGUMENT { engine.finish(self, failure(code)) }
    }

    // MARK: Deadlines

    func armHead() {
        guard let handle else { return }
        engine.reactor.arm(handle.deadline, in: engine.headTimeout_ms)
    }

    private func armIdle() {
        guard let handle else { return }
        engine.reactor.arm(handle.deadline, in: engine.idleTimeout_ms)
    }

    func deadlinePassed() {
        guard handle != nil else { return }
        if isResponseComplete { return engine.finish(self, nil) }
        engine.finish(self, failure(CURLE_OPERATION_TIMEDOUT))
    }

    // MARK: libcurl's callbacks

    /// The guard against sending twice: libcurl asks before each time it sends the request.
    func aboutToSend(_ peer: CurlPeer) -> Bool {
        guard let handle, !isCancelled else { return false }
        aboutToSendCount += 1
        guard aboutToSendCount == 1 else { return refuse(.resend) }
        let isReused = engine.attach(handle, to: peer)
        if engine.denies(handle.socket, peer, isRerouted: isRerouted) { return refuse(.denied) }
        if isReused, let socket = handle.socket, socket.hasUnaskedInput {
            socket.abandon()
            return refuse(.stale)
        }
        bytesBefore = handle.requestBytes
        return true
    }

    func bodyWanted(into room: UnsafeMutableRawBufferPointer) -> Int {
        guard let handler, !isCancelled, stop == nil else { return Int(CURL_READFUNC_ABORT) }
        var room = unsafe room
        if let bodyLeft {
            guard bodyLeft > 0 else { return 0 }
            if bodyLeft < room.count { unsafe room = unsafe UnsafeMutableRawBufferPointer(rebasing: room[..<bodyLeft]) }
        }
        wakesBody = false
        switch unsafe handler.upstreamWantsBody(into: room) {
        case .bytes(let count) where count > 0 && count <= room.count:
            if let bodyLeft { self.bodyLeft = bodyLeft - count }
            if framing == nil { armHead() } else if !wantsPause { armIdle() }
            return count
        case .bytes(0), .later:
            isBodyPaused = true
            return Int(CURL_READFUNC_PAUSE)
        case .end where bodyLeft == nil: return 0
        // The end of a body that is not whole, or a count that cannot be: the request must not look complete.
        case .end, .abort, .bytes:
            stop = .clientBody
            return Int(CURL_READFUNC_ABORT)
        }
    }

    /// What follows the last chunk of the request's body.
    var requestTrailers: FieldBlock { handler?.upstreamWantsTrailers() ?? FieldBlock() }

    /// One line of a head, or a trailer line.
    func lineReceived(_ line: UnsafeRawBufferPointer) -> Bool {
        guard let handler, !isCancelled, stop == nil else { return false }
        headBytes += line.count
        guard headBytes <= Self.maxHeadBytes else { return refuse(.badResponse("the head is larger than 300 KB")) }
        let outcome = unsafe line.withMemoryRebound(to: UInt8.self) { bytes in
            unsafe validator.line(Span(_unsafeElements: bytes))
        }
        switch outcome {
        case .needMore: break
        case .interim(let head):
            interimHeads += 1
            headBytes = 0
            guard interimHeads <= Self.maxInterimHeads else { return refuse(.badResponse("endless 1xx heads")) }
            guard head.status != 101 else { return refuse(.badResponse("101 without being asked")) }
            handler.upstreamInterim(head)
        case .final(let head):
            guard head.status != 101 else { return refuse(.badResponse("101 without being asked")) }
            finalHead(head, handler)
        case .fault(let reason): return refuse(.badResponse(reason))
        }
        return true
    }

    private func finalHead(_ head: ResponseHead, _ handler: any UpstreamHandler) {
        headBytes = 0
        framing = head.framing
        if wantsPause { handle?.deadline.clear() } else { armIdle() }
        if head.framing == .untilClose && isSecure { handle?.watchClose() }
        // On such a connection libcurl would speak HTTP/1.0 itself, and could not send a chunked body.
        if head.minorVersion == 0 { handle?.socket?.isUsedUp = true }
        if head.status >= 300 && isBodyPaused {
            // libcurl stops sending, but waits for ever while its read side is paused.
            isUploadOver = true
            changed()
        }
        handler.upstreamHead(head)
    }

    /// The count for libcurl: all, or "pause" (libcurl keeps the bytes and brings them again), or "give up".
    ///
    /// libcurl reads up to a hundred times before it returns: a pause that waited for that would let megabytes in.
    func bodyReceived(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard let handler, !isCancelled, stop == nil else { return -1 }
        guard framing != nil else { return refuse(.badResponse("content without a head")) ? 0 : -1 }
        if wantsPause {
            isReadPaused = true
            return Int(CURL_WRITEFUNC_PAUSE)
        }
        received += bytes.count
        armIdle()
        unsafe handler.upstreamBody(bytes)
        return bytes.count
    }

    private func refuse(_ reason: Stop) -> Bool {
        if stop == nil { stop = reason }
        return false
    }

    // MARK: The end

    /// Forgets an attempt of which nothing left.
    func restarted() {
        restarts += 1
        stop = nil
        aboutToSendCount = 0
        bytesBefore = nil
    }

    /// libcurl is done: nil for a complete response.
    func outcome(_ code: CURLcode) -> UpstreamError? {
        if isCancelled { return failure(nil) }
        guard code == CURLE_OK else {
            return isResponseComplete && stop == nil ? nil : failure(code)
        }
        guard validator.sawFinalHead, let framing else { return failure(code) }
        switch framing {
        case .sized(let size) where received != size: return failure(code)
        case .untilClose where isSecure && handle?.sawCloseNotify != true: return failure(code)
        default: return nil
        }
    }

    /// The last event.
    func ended(_ error: UpstreamError?) {
        guard let handler else { return }
        self.handler = nil
        if error == nil, !validator.trailers.fields.isEmpty { handler.upstreamTrailers(validator.trailers) }
        handler.upstreamEnded(error)
    }

    /// All of the response is there, though the request may not have been taken whole.
    private var isResponseComplete: Bool {
        switch framing {
        case .sized(let size): received == size
        case ResponseHead.Framing.none?: true
        default: false
        }
    }

    /// libcurl was allowed to send: from then on only `upstreamEnded` tells for sure whether something left.
    var hadLeave: Bool { bytesBefore != nil }

    /// False only where nothing left: libcurl never got leave to send, or sent no byte after it.
    var mayHaveLeft: Bool {
        guard let bytesBefore else { return false }
        guard let handle else { return true }
        return handle.requestBytes > bytesBefore
    }

    private func failure(_ code: CURLcode?) -> UpstreamError {
        CurlFailure(
            code: code, stop: isCancelled ? nil : stop, handle: handle, mayHaveLeft: mayHaveLeft,
            isSending: bytesBefore != nil, hasHead: framing != nil, hasHeadBytes: headBytes > 0 || interimHeads > 0
        ).error
    }
}

@available(*, unavailable)
extension CurlTransfer: Sendable {}
