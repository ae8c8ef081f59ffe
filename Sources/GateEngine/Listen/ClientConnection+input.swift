internal import CGate
internal import Glibc

extension ClientConnection {
    /// Reads of one event, so that one busy client does not starve the others.
    private static let readsPerEvent = 4

    /// Whether bytes from the client have a place to go.
    var wantsInput: Bool {
        if inputEnded { return false }
        switch phase {
        case .head: return takesRequests && input.count < Lane.scratchBytes
        case .handshaking, .lingering: return true
        case .body, .tunnel: return exchange?.wantsBody ?? true
        case .answering, .closed: return false
        }
    }

    /// The next request is begun. A client that does not take its answers waits with its pipelined requests.
    private var takesRequests: Bool { !closesWhenFlushed && !isBackedUp }

    /// - Parameter isIdle: true when an event came that nobody wants: only then is it worth a system call to wait for
    ///   less. Most requests are answered before their client sends more.
    func updateInterest(isIdle: Bool = false) {
        if case .closed = phase { return }
        var events: UInt32 = sawHangup || inputEnded ? 0 : GATE_EPOLLRDHUP
        if wantsInput || (watchesInput && !isIdle) { events |= GATE_EPOLLIN }
        watchesInput = events & GATE_EPOLLIN != 0
        if !output.isEmpty { events |= GATE_EPOLLOUT }
        lane.reactor.modify(registration, events: events)
    }

    /// The exchange has room for body bytes again.
    func bodyWanted() { schedule() }

    func readInput() {
        for _ in 0..<Self.readsPerEvent {
            if case .handshaking = phase { return handshake() }
            guard wantsInput else { return }
            let count = unsafe readOnce(lane.scratch)
            if count > 0 {
                unsafe received(UnsafeRawBufferPointer(rebasing: lane.scratch[..<count]))
                if tls == nil, count < Lane.scratchBytes { return }
            } else if count == 0 {
                return inputClosed()
            } else if count == -1 {
                return
            } else {
                return lost()
            }
        }
        // More may wait inside OpenSSL, where epoll can't see it.
        if tls?.hasPending == true, wantsInput { schedule() }
    }

    /// Bytes read, 0 at the end, -1 when there is nothing now, -2 on an error.
    private func readOnce(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        if let tls {
            switch unsafe tls.read(into: buffer) {
            case .bytes(let count): return count
            case .wantRead: return -1
            case .wantWrite: return -1
            case .closed: return 0
            case .failed: return -2
            }
        }
        while true {
            let count = unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count >= 0 { return count }
            if errno == EAGAIN || errno == EWOULDBLOCK { return -1 }
            if errno != EINTR { return -2 }
        }
    }

    /// The client sends nothing more.
    private func inputClosed() {
        inputEnded = true
        switch phase {
        case .tunnel: exchange?.bodyEnded(FieldBlock())
        case .body where exchange != nil: lost()
        // What was answered before still goes out.
        case .head where !output.isEmpty: closesWhenFlushed = true
        default: close()
        }
    }

    private func received(_ bytes: UnsafeRawBufferPointer) {
        if case .lingering = phase { return }
        if input.isEmpty {
            let consumed = unsafe process(bytes)
            guard consumed < bytes.count else { return }
            if case .closed = phase { return }
            if case .lingering = phase { return }
            unsafe input.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[consumed...]))
        } else {
            unsafe input.append(contentsOf: bytes)
            processInput()
        }
    }

    /// Goes on with what was read before: pipelined requests, a body that had to wait, bytes inside OpenSSL.
    func processInput() {
        guard !isProcessing else { return }
        if case .handshaking = phase, interception != nil { return handshake() }
        if !input.isEmpty {
            // Taken out and put back: the exchange may touch the connection while its bytes are read.
            let bytes = input
            input = []
            let consumed = unsafe bytes.withUnsafeBytes { unsafe process($0) }
            if case .closed = phase { return }
            if case .lingering = phase { return }
            input = consumed == 0 ? bytes : Array(bytes[consumed...]) + input
        }
        if tls?.hasPending == true, wantsInput { readInput() }
    }

    /// Consumes what it can of `bytes`; returns how much.
    private func process(_ bytes: UnsafeRawBufferPointer) -> Int {
        isProcessing = true
        defer { isProcessing = false }
        var offset = 0
        while offset < bytes.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[offset...])
            let consumed: Int
            switch phase {
            case .head: consumed = takesRequests ? unsafe processHead(rest) : 0
            case .body(let framing): consumed = unsafe processBody(rest, framing)
            case .tunnel where exchange?.wantsBody == true:
                unsafe exchange?.bodyReceived(rest)
                consumed = rest.count
            case .lingering, .closed: return bytes.count
            case .answering, .handshaking, .tunnel: return offset
            }
            if consumed == 0 { return offset }
            offset += consumed
        }
        return offset
    }

    private func processHead(_ bytes: UnsafeRawBufferPointer) -> Int {
        switch parser.parse(unsafe Span(_unsafeElements: bytes.assumingMemoryBound(to: UInt8.self))) {
        case .needMore:
            headBegan()
            return 0
        case .head(let head, let consumed):
            begin(head)
            return consumed
        case .fault(let fault):
            factory.refuse(fault, on: self)
            return bytes.count
        }
    }

    private func processBody(_ bytes: UnsafeRawBufferPointer, _ framing: BodyFraming) -> Int {
        guard exchange?.wantsBody ?? true else { return 0 }
        arm(lane.limits.bodyMilliseconds)
        switch framing {
        case .sized(let left): return unsafe processSized(bytes, left)
        case .chunked(let decoder): return unsafe processChunked(bytes, decoder)
        }
    }

    private func processSized(_ bytes: UnsafeRawBufferPointer, _ left: Int) -> Int {
        let count = min(left, bytes.count)
        // The phase first: the exchange may end inside the call.
        phase = left == count ? .answering : .body(.sized(left - count))
        let receiver = exchange
        unsafe receiver?.bodyReceived(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        if left == count { bodyEnded(receiver, FieldBlock()) }
        return count
    }

    private func processChunked(_ bytes: UnsafeRawBufferPointer, _ framing: ChunkedDecoder) -> Int {
        var decoder = framing
        let span = unsafe Span(_unsafeElements: bytes.assumingMemoryBound(to: UInt8.self))
        var position = 0
        let receiver = exchange
        while exchange === receiver, receiver?.wantsBody ?? true {
            let event = decoder.next(span, &position)
            if case .body = phase { phase = .body(.chunked(decoder)) }
            switch event {
            case .needMore: return position
            case .data(let range): unsafe receiver?.bodyReceived(UnsafeRawBufferPointer(rebasing: bytes[range]))
            case .end:
                if case .body = phase { phase = .answering }
                bodyEnded(receiver, decoder.trailers)
                return position
            case .fault(let fault):
                if let receiver { receiver.bodyFailed(fault) } else { close() }
                return bytes.count
            }
        }
        return position
    }

    /// The last byte of a body was read.
    private func bodyEnded(_ receiver: (any ConnectionExchange)?, _ trailers: FieldBlock) {
        if let receiver {
            guard exchange === receiver else { return }
            deadline?.clear()
            if sawHangup { arm(lane.limits.halfClosedMilliseconds) }
            receiver.bodyEnded(trailers)
        } else if case .answering = phase {
            phase = .head
            arm(lane.limits.idleMilliseconds)
        }
    }

    // MARK: Interception

    /// Begins TLS towards the client once what was written is flushed; bytes that already came belong to it.
    func intercept(with context: TLSContext, host: String, port: UInt16) {
        exchange = nil
        interception = context
        self.context = .tunnel(host: host, port: port)
        phase = .handshaking
        arm(lane.limits.handshakeMilliseconds)
        schedule()
    }

    private func handshake() {
        if let context = interception {
            guard output.isEmpty else { return }
            interception = nil
            tls = try? TLSSession(context: context, descriptor: descriptor, prefix: input)
            input = []
        }
        guard let tls else { return close() }
        switch tls.handshake() {
        case .wantRead, .wantWrite: break
        case .failed(let failure):
            lane.handshakeFailed(self, failure)
            close()
        case .done:
            phase = .head
            isMisdirected = !tls.serverNameAgrees
            arm(lane.limits.idleMilliseconds)
            readInput()
        }
    }
}
