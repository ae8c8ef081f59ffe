internal import CGate
internal import Glibc

extension ClientConnection {
    /// A direct write from libcurl's buffer pays from this size on; smaller ones are gathered.
    private static let directWriteBytes = 8192

    /// Output that the client has not taken yet.
    var outputCount: Int { output.count }

    /// True while an upstream has to wait for this client.
    var isBackedUp: Bool { output.count > lane.limits.outputHighWater }

    /// Appends to the output; it is written when the round ends.
    func write(_ build: (inout [UInt8]) -> Void) {
        guard !isClosed else { return }
        output.build(build)
        answerStarted = true
        schedule()
    }

    /// Appends content; a large piece goes to the socket at once, without a copy.
    func writeBody(_ bytes: UnsafeRawBufferPointer) {
        guard !isClosed else { return }
        var rest = unsafe bytes
        if bytes.count >= Self.directWriteBytes, flush(), output.isEmpty {
            while unsafe !rest.isEmpty {
                let taken = unsafe writeOnce(rest)
                // A broken connection shows again at the flush, where it is dealt with.
                if taken <= 0 { break }
                unsafe rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
            }
        }
        guard unsafe !rest.isEmpty else {
            if sawHangup, case .answering = phase { arm(lane.limits.halfClosedMilliseconds) }
            return
        }
        unsafe output.append(rest)
        schedule()
    }

    /// The current exchange gave its answer, or gave up.
    func end(_ fate: ExchangeMachine.Fate) {
        exchange = nil
        if case .closed = phase { return }
        switch fate {
        case .abort: return abort()
        case .keepAlive where !lane.isDraining: phase = .head
        case .drainThenKeepAlive where !lane.isDraining: drainBody()
        case .keepAlive, .drainThenKeepAlive, .close, .lingerThenClose: linger()
        }
        if inputEnded { closesWhenFlushed = true }
        if case .head = phase { arm(lane.limits.idleMilliseconds) }
        schedule()
    }

    /// A short rest of a body is read and dropped; a longer one costs the connection.
    private func drainBody() {
        if case .answering = phase {
            phase = .head
            return
        }
        if case .body(.sized(let rest)) = phase, rest <= lane.limits.drainedBytes {
            return arm(lane.limits.bodyMilliseconds)
        }
        linger()
    }

    private func linger() {
        phase = .lingering
        input = []
        closesWhenFlushed = true
        arm(output.isEmpty ? lingerMilliseconds : lane.limits.writeMilliseconds)
    }

    /// A gate that shuts down does not wait long for clients that have their answer.
    var lingerMilliseconds: Int64 {
        lane.isDraining
            ? min(lane.limits.lingerMilliseconds, lane.limits.halfClosedMilliseconds) : lane.limits.lingerMilliseconds
    }

    /// Writes what the socket takes; false when the connection is broken.
    func flush() -> Bool {
        guard !output.isEmpty, !isClosed else { return true }
        let before = output.count
        let isWell = unsafe output.drain { unsafe writeOnce($0) }
        if isWell, !output.isEmpty, output.count < before || deadline?.isArmed == false {
            arm(lane.limits.writeMilliseconds)
        }
        if isWell, output.isEmpty, before > 0, case .answering = phase, answerStarted { madeProgress() }
        return isWell
    }

    /// The client took all there was: it owes nothing until there is more, unless it seems to be gone.
    private func madeProgress() {
        if sawHangup { arm(lane.limits.halfClosedMilliseconds) } else { deadline?.clear() }
    }

    /// Bytes taken, 0 when the socket is full, -1 on an error.
    private func writeOnce(_ bytes: UnsafeRawBufferPointer) -> Int {
        if let tls {
            switch unsafe tls.write(bytes) {
            case .bytes(let count): return count
            case .wantRead: return 0
            case .wantWrite: return 0
            case .failed: return -1
            }
        }
        while true {
            let sent = unsafe send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            if sent >= 0 { return sent }
            if errno == EAGAIN || errno == EWOULDBLOCK { return 0 }
            if errno != EINTR { return -1 }
        }
    }
}
