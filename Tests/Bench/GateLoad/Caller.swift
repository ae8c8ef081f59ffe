import CGate
import Glibc

/// One client connection: connects, opens its tunnel, shakes hands, and makes one call after the other.
final class Caller {
    enum Stage {
        case closed, connecting, tunnelling, handshaking, sending, receiving
        /// Connected, with nothing asked.
        case resting
    }

    /// What became of the caller's latest push forward.
    enum Outcome {
        case waiting
        case finished
        /// The connection ended before a byte of the answer, after earlier calls on it: ask again on a new one.
        case stale
        case failed(String)
    }

    let token: UInt64
    private(set) var stage = Stage.closed
    private(set) var target: LoadTarget
    private(set) var startedAt_ns: UInt64 = 0
    private(set) var mustClose = false
    private let plan: LoadPlan
    private let tls: LoadTLS?
    private let epoll: Int32
    private var descriptor: Int32 = -1
    private var session: OpaquePointer?
    private let buffer: UnsafeMutablePointer<UInt8>
    private let capacity: Int
    private var filled = 0
    private var sent = 0
    private var callsOnConnection = 0
    private var head: ResponseHead?
    private var bodyLength = 0

    init(token: UInt64, plan: LoadPlan, tls: LoadTLS?, epoll: Int32, target: LoadTarget) {
        self.token = token
        self.plan = plan
        self.tls = tls
        self.epoll = epoll
        self.target = target
        capacity = plan.isDownload ? 65536 : 8192
        buffer = .allocate(capacity: capacity)
    }

    deinit {
        close()
        buffer.deallocate()
    }

    /// Starts a call, on the open connection when there is one.
    func begin(_ target: LoadTarget, now_ns: UInt64) -> Outcome {
        self.target = target
        startedAt_ns = now_ns
        return again()
    }

    /// Starts the same call anew; its time goes on.
    func again() -> Outcome {
        prepare()
        if stage == .resting {
            stage = .sending
            return advance()
        }
        return connect()
    }

    /// Pushes the call forward until it must wait or has ended.
    func advance() -> Outcome {
        while true {
            let step: Outcome?
            switch stage {
            case .closed: return .failed("event on a closed connection")
            case .resting: return .waiting
            case .connecting: step = connected()
            case .tunnelling: step = tunnel()
            case .handshaking: step = shakeHands()
            case .sending: step = send()
            case .receiving: step = receive()
            }
            if let step { return step }
        }
    }

    func close() {
        if let session {
            SSL_shutdown(session)
            SSL_free(session)
            self.session = nil
        }
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
        stage = .closed
        callsOnConnection = 0
    }

    private func prepare() {
        filled = 0
        sent = 0
        head = nil
        bodyLength = 0
        mustClose = plan.newConnection
    }

    private func connect() -> Outcome {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return .failed("socket: errno \(errno)") }
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = plan.proxyPort.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 || errno == EINPROGRESS else { return .failed("connect: errno \(errno)") }
        stage = .connecting
        let events = EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
        guard gate_epoll_control(epoll, EPOLL_CTL_ADD, descriptor, events, token) == 0 else {
            return .failed("epoll_ctl: errno \(errno)")
        }
        return .waiting
    }

    private func connected() -> Outcome? {
        var fault: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &fault, &size)
        guard fault == 0 else { return .failed("connect: errno \(fault)") }
        switch plan.mode {
        case .plain, .origin: stage = .sending
        case .tlsDirect: return startTLS()
        case .tls:
            let bytes = target.connect
            guard Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
                return errno == EAGAIN ? .waiting : .failed("CONNECT not sent: errno \(errno)")
            }
            stage = .tunnelling
        }
        return nil
    }

    private func tunnel() -> Outcome? {
        let count = recv(descriptor, buffer + filled, capacity - filled, 0)
        guard count > 0 else { return count < 0 && errno == EAGAIN ? .waiting : .failed("closed at CONNECT") }
        filled += count
        guard let answer = ResponseHead(buffer, count: filled) else { return nil }
        guard answer.status == 200 else { return .failed("CONNECT answered \(answer.status)") }
        filled = 0
        return startTLS()
    }

    private func startTLS() -> Outcome? {
        session = tls?.session(over: descriptor, host: target.host)
        guard session != nil else { return .failed("no TLS session") }
        stage = .handshaking
        return nil
    }

    private func shakeHands() -> Outcome? {
        let result = SSL_do_handshake(session)
        if result == 1 {
            stage = .sending
            return nil
        }
        return wait(result, "TLS handshake (verify \(SSL_get_verify_result(session)))")
    }

    private func send() -> Outcome? {
        let bytes = target.request
        while sent < bytes.count {
            let count = bytes.withUnsafeBufferPointer { all -> Int in
                guard let base = all.baseAddress else { return 0 }
                if let session { return Int(SSL_write(session, base + sent, Int32(all.count - sent))) }
                return Glibc.send(descriptor, base + sent, all.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count > 0 {
                sent += count
            } else if session != nil {
                return wait(Int32(count), "TLS write")
            } else {
                return errno == EAGAIN ? .waiting : broken("write: errno \(errno)")
            }
        }
        stage = .receiving
        return nil
    }

    private func receive() -> Outcome? {
        let room = head == nil ? capacity - filled : capacity
        let into = head == nil ? buffer + filled : buffer
        guard room > 0 else { return .failed("head too large") }
        let count: Int
        if let session {
            count = Int(SSL_read(session, into, Int32(room)))
            if count <= 0, SSL_get_error(session, Int32(count)) == SSL_ERROR_WANT_READ { return .waiting }
        } else {
            count = recv(descriptor, into, room, 0)
            if count < 0, errno == EAGAIN { return .waiting }
        }
        return count > 0 ? took(count) : ended()
    }

    private func took(_ count: Int) -> Outcome? {
        if head != nil {
            bodyLength += count
        } else {
            filled += count
            guard let found = ResponseHead(buffer, count: filled) else { return nil }
            guard found.status == 200 else { return .failed("status \(found.status)") }
            guard !found.chunked, found.contentLength ?? plan.expectedLength == plan.expectedLength else {
                return .failed("unexpected framing of the answer")
            }
            head = found
            mustClose = mustClose || found.closes || found.contentLength == nil
            bodyLength = filled - found.length
        }
        guard bodyLength <= plan.expectedLength else { return .failed("more body than announced") }
        return bodyLength == plan.expectedLength ? finish() : nil
    }

    private func finish() -> Outcome {
        callsOnConnection += 1
        stage = .resting
        return .finished
    }

    private func ended() -> Outcome {
        guard head == nil, filled == 0 else { return .failed("closed within an answer") }
        return broken("closed before an answer")
    }

    private func broken(_ reason: String) -> Outcome { callsOnConnection > 0 ? .stale : .failed(reason) }

    private func wait(_ result: Int32, _ what: String) -> Outcome {
        let code = SSL_get_error(session, result)
        if code == SSL_ERROR_WANT_READ || code == SSL_ERROR_WANT_WRITE { return .waiting }
        ERR_clear_error()
        return stage == .sending ? broken(what) : .failed("\(what): SSL error \(code)")
    }
}
