internal import CGate
import GatePolicy
internal import Glibc

/// An easy handle with the memory that libcurl keeps pointers into: header lines, list nodes, error text.
///
/// The memory is pooled, libcurl's own handle is not: one that has seen a response keeps a pointer to its last header
/// line into freed memory, and a folded line at the start of the next response is appended there (7.88). A new one
/// costs less than a microsecond.
@safe final class CurlHandle {
    private enum Kind { case none, get, head, upload }

    private(set) var easy: UnsafeMutableRawPointer
    /// The call or tunnel that uses the handle now.
    var transfer: CurlTransfer?
    var tunnel: UpstreamTunnel?
    /// The connection in use, known from the moment the request is about to leave.
    var socket: CurlSocket?
    /// Descriptors opened for the current call.
    var opened: [Int32] = []
    /// Sockets made for the current call, and addresses that were not dialled because they are denied.
    var openedCount = 0
    var deniedCount = 0
    /// TCP is connected and TLS has begun.
    var isHandshaking = false
    unowned let engine: CurlEngine
    /// The head and idle deadline of the current call.
    private(set) var deadline: Deadline

    /// libcurl's words about the last failure.
    private let errorText: UnsafeMutablePointer<CChar>
    /// Set when the peer's close_notify arrived on a watched connection.
    private let sawClose: UnsafeMutablePointer<UInt8>
    private var arena: UnsafeMutablePointer<UInt8>
    private var arenaCapacity = 2048
    private var nodes: UnsafeMutablePointer<curl_slist>
    private var nodeCapacity = 48
    private var kind = Kind.none
    private var lastURL: [UInt8] = []
    private var lastMethod: [UInt8] = []
    private var usesProxy: Bool?

    /// Nil when libcurl refuses a setting or memory has run out.
    init?(engine: CurlEngine) {
        guard let easy = unsafe curl_easy_init() else { return nil }
        unsafe self.easy = unsafe easy
        self.engine = engine
        unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        unsafe sawClose = .allocate(capacity: 1)
        unsafe sawClose.initialize(to: 0)
        unsafe arena = .allocate(capacity: arenaCapacity)
        unsafe nodes = .allocate(capacity: nodeCapacity)
        deadline = Deadline {}
        deadline = Deadline { [unowned self] in self.transfer?.deadlinePassed() }
        guard setConstants() == CURLE_OK else { return nil }
    }

    deinit {
        unsafe curl_easy_cleanup(easy)
        unsafe errorText.deallocate()
        unsafe sawClose.deallocate()
        unsafe arena.deallocate()
        unsafe nodes.deallocate()
    }

    /// Replaces libcurl's handle; false when libcurl refuses, and then this one is not to be used again.
    func renew() -> Bool {
        guard let fresh = unsafe curl_easy_init() else { return false }
        unsafe curl_easy_cleanup(easy)
        unsafe easy = unsafe fresh
        kind = .none
        lastURL.removeAll(keepingCapacity: true)
        lastMethod.removeAll(keepingCapacity: true)
        usesProxy = nil
        return setConstants() == CURLE_OK
    }

    // MARK: What never varies

    /// Bytes read from a socket at once.
    private static let bufferBytes = 32 * 1024

    /// Options that are not as old as the hills; checked at start-up.
    static let requiredOptions: [CURLoption] = [
        CURLOPT_PREREQFUNCTION, CURLOPT_QUICK_EXIT, CURLOPT_REQUEST_TARGET, CURLOPT_PATH_AS_IS,
        CURLOPT_SUPPRESS_CONNECT_HEADERS, CURLOPT_PROTOCOLS_STR, CURLOPT_MAXAGE_CONN, CURLOPT_SSL_CTX_FUNCTION,
        CURLOPT_OPENSOCKETFUNCTION, CURLOPT_CLOSESOCKETFUNCTION, CURLOPT_UPLOAD_BUFFERSIZE, CURLOPT_TRAILERFUNCTION,
    ]

    private func setConstants() -> CURLcode {
        let settings = engine.settings
        let longs: [(CURLoption, Int)] = [
            (CURLOPT_NOSIGNAL, 1), (CURLOPT_QUICK_EXIT, 1), (CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1)),
            (CURLOPT_PATH_AS_IS, 1), (CURLOPT_HTTP_CONTENT_DECODING, 0), (CURLOPT_FOLLOWLOCATION, 0),
            (CURLOPT_HTTP09_ALLOWED, 0), (CURLOPT_TCP_NODELAY, 1), (CURLOPT_TCP_KEEPALIVE, 1),
            (CURLOPT_SUPPRESS_CONNECT_HEADERS, 1), (CURLOPT_BUFFERSIZE, Self.bufferBytes),
            (CURLOPT_CONNECTTIMEOUT_MS, Int(clamping: max(1, settings.connectTimeout.milliseconds))),
            (CURLOPT_SSL_VERIFYPEER, 1), (CURLOPT_SSL_VERIFYHOST, 2),
            (CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
        ]
        for (option, value) in longs {
            let code = unsafe gate_curl_set_long(easy, option, value)
            guard code == CURLE_OK else { return code }
        }
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        let pointers: [(CURLoption, UnsafeRawPointer?)] = unsafe [
            (CURLOPT_PRIVATE, UnsafeRawPointer(context)), (CURLOPT_ERRORBUFFER, UnsafeRawPointer(errorText)),
            (CURLOPT_WRITEDATA, UnsafeRawPointer(context)), (CURLOPT_HEADERDATA, UnsafeRawPointer(context)),
            (CURLOPT_READDATA, UnsafeRawPointer(context)), (CURLOPT_SHARE, UnsafeRawPointer(engine.share)),
            // Debian's bundle costs 50 ms of CPU for each connection; the roots come from one store instead.
            (CURLOPT_CAINFO, nil), (CURLOPT_CAPATH, nil),
        ]
        for unsafe (option, value) in unsafe pointers {
            let code = unsafe gate_curl_set_pointer(easy, option, value)
            guard code == CURLE_OK else { return code }
        }
        return unsafe setCallbacks(context)
    }

    private func setCallbacks(_ context: UnsafeMutableRawPointer) -> CURLcode {
        let engineContext = unsafe Unmanaged.passUnretained(engine).toOpaque()
        let codes = unsafe [
            gate_curl_set_data_callback(easy, CURLOPT_WRITEFUNCTION, curlWrote),
            gate_curl_set_data_callback(easy, CURLOPT_HEADERFUNCTION, curlHeader),
            gate_curl_set_data_callback(easy, CURLOPT_READFUNCTION, curlReads),
            gate_curl_set_prereq(easy, curlAboutToSend, context),
            gate_curl_set_trailers(easy, curlWantsTrailers, context),
            gate_curl_set_open_socket(easy, curlOpensSocket, context),
            // Connections outlive the handle that opened them.
            gate_curl_set_close_socket(easy, curlClosesSocket, engineContext),
            gate_curl_set_tls(easy, curlMakesTLS, context),
            "http,https".withCString { unsafe gate_curl_set_pointer(easy, CURLOPT_PROTOCOLS_STR, $0) },
        ]
        return codes.first { $0 != CURLE_OK } ?? CURLE_OK
    }

    // MARK: What varies

    /// Takes over a call: copies its head, sets what differs from the call before.
    func prepare(_ call: UpstreamCall, isHead: Bool) -> CURLcode {
        reset()
        let head = call.head
        var code = setURL(scheme: call.scheme == .https ? .https : .http, host: call.host, port: call.port)
        let isProxied = engine.settings.proxy != nil && !call.isRerouted
        if code == CURLE_OK { code = setProxy(isProxied, tunnels: call.scheme == .https) }
        if code == CURLE_OK { code = copyHead(head, hidesProxyConnection: isProxied && call.scheme == .http) }
        guard code == CURLE_OK else { return code }
        return setKind(of: call.body, isHead: isHead)
    }

    /// Makes the handle a tunnel's: it connects and then leaves the connection alone.
    func prepareTunnel(host: String, port: UInt16, isSecure: Bool, isRerouted: Bool) -> CURLcode {
        reset()
        var code = unsafe gate_curl_set_long(easy, CURLOPT_CONNECT_ONLY, 1)
        if code == CURLE_OK { code = setURL(scheme: isSecure ? .https : .http, host: host, port: port) }
        guard code == CURLE_OK else { return code }
        return setProxy(engine.settings.proxy != nil && !isRerouted, tunnels: true)
    }

    private func reset() {
        unsafe errorText[0] = 0
        unsafe sawClose.pointee = 0
        socket = nil
        openedCount = 0
        deniedCount = 0
        isHandshaking = false
        if !opened.isEmpty { opened.removeAll(keepingCapacity: true) }
    }

    private enum URLScheme { case http, https }

    private func setURL(scheme: URLScheme, host: String, port: UInt16) -> CURLcode {
        let isIPv6 = host.utf8.contains(0x3A)
        let length = host.utf8.count + 32
        return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: length) { buffer in
            var end = 0
            func put(_ byte: UInt8) {
                unsafe buffer[end] = byte
                end += 1
            }
            for byte in (scheme == .https ? "https://" : "http://").utf8 { put(byte) }
            if isIPv6 { put(0x5B) }
            for byte in host.utf8 { put(byte) }
            if isIPv6 { put(0x5D) }
            put(0x3A)
            var divisor: UInt16 = 10000
            while divisor > 0 {
                if port >= divisor || divisor == 1 { put(0x30 + UInt8(port / divisor % 10)) }
                divisor /= 10
            }
            put(0x2F)
            put(0)
            let url = unsafe UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<end])
            return unsafe setString(CURLOPT_URL, url, &lastURL)
        }
    }

    /// Sets a NUL-terminated string unless it is the one that is set.
    private func setString(_ option: CURLoption, _ text: UnsafeRawBufferPointer, _ last: inout [UInt8]) -> CURLcode {
        let isSame = unsafe last.withUnsafeBytes { last in
            guard last.count == text.count, let old = last.baseAddress, let new = text.baseAddress
            else { return false }
            return unsafe memcmp(old, new, text.count) == 0
        }
        if isSame { return CURLE_OK }
        last.removeAll(keepingCapacity: true)
        unsafe last.append(contentsOf: text)
        return unsafe gate_curl_set_pointer(easy, option, text.baseAddress)
    }

    /// An empty proxy, not none: the gate's own environment must have no say.
    private func setProxy(_ isProxied: Bool, tunnels: Bool) -> CURLcode {
        if engine.settings.proxy == nil, usesProxy == false { return CURLE_OK }
        usesProxy = isProxied
        let proxy = isProxied ? engine.settings.proxy ?? "" : ""
        let codes = unsafe [
            proxy.withCString { unsafe gate_curl_set_pointer(easy, CURLOPT_PROXY, $0) },
            "".withCString { unsafe gate_curl_set_pointer(easy, CURLOPT_NOPROXY, $0) },
            gate_curl_set_long(easy, CURLOPT_HTTPPROXYTUNNEL, isProxied && tunnels ? 1 : 0),
        ]
        return codes.first { $0 != CURLE_OK } ?? CURLE_OK
    }

    private func copyHead(_ head: UpstreamHead, hidesProxyConnection: Bool) -> CURLcode {
        let hidden: StaticString = "Proxy-Connection:"
        let size = head.bytes.count
        guard size > 0, head.bytes[size - 1] == 0 else { return CURLE_BAD_FUNCTION_ARGUMENT }
        reserve(bytes: size, nodes: head.lines.count + 1)
        unsafe head.bytes.withUnsafeBufferPointer { bytes in
            if let start = bytes.baseAddress { unsafe arena.update(from: start, count: size) }
        }
        var count = 0
        for start in head.lines where start >= 0 && start < size {
            unsafe nodes[count] = unsafe curl_slist(data: text(at: start), next: nodes + count + 1)
            count += 1
        }
        if hidesProxyConnection {
            let line = unsafe UnsafeMutableRawPointer(mutating: hidden.utf8Start).assumingMemoryBound(to: CChar.self)
            unsafe nodes[count] = unsafe curl_slist(data: line, next: nil)
            count += 1
        }
        if count > 0 { unsafe nodes[count - 1].next = nil }
        var code = unsafe gate_curl_set_pointer(easy, CURLOPT_HTTPHEADER, count > 0 ? nodes : nil)
        guard code == CURLE_OK, head.method >= 0, head.method < size, head.requestTarget >= 0, head.requestTarget < size
        else { return code == CURLE_OK ? CURLE_BAD_FUNCTION_ARGUMENT : code }
        let method = unsafe UnsafeRawBufferPointer(
            start: arena + head.method, count: strlen(text(at: head.method)) + 1)
        code = unsafe setString(CURLOPT_CUSTOMREQUEST, method, &lastMethod)
        guard code == CURLE_OK else { return code }
        return unsafe gate_curl_set_pointer(easy, CURLOPT_REQUEST_TARGET, arena + head.requestTarget)
    }

    private func text(at start: Int) -> UnsafeMutablePointer<CChar> {
        unsafe UnsafeMutableRawPointer(arena + start).assumingMemoryBound(to: CChar.self)
    }

    private func reserve(bytes: Int, nodes count: Int) {
        if bytes > arenaCapacity {
            unsafe arena.deallocate()
            arenaCapacity = max(bytes, arenaCapacity * 2)
            unsafe arena = .allocate(capacity: arenaCapacity)
        }
        if count > nodeCapacity {
            unsafe nodes.deallocate()
            nodeCapacity = max(count, nodeCapacity * 2)
            unsafe nodes = .allocate(capacity: nodeCapacity)
        }
    }

    private func setKind(of body: UpstreamCall.Body, isHead: Bool) -> CURLcode {
        let wanted: Kind
        var size: Int64 = -1
        switch body {
        case .none: wanted = isHead ? .head : .get
        case .sized(0) where isHead: wanted = .head
        // Also for 0 bytes: libcurl writes the Content-Length.
        case .sized(let bytes):
            wanted = .upload
            size = Int64(bytes)
        case .chunked: wanted = .upload
        }
        var code = CURLE_OK
        if wanted != kind {
            kind = wanted
            // HTTPGET clears what UPLOAD and NOBODY set.
            code = unsafe gate_curl_set_long(easy, CURLOPT_HTTPGET, 1)
            if code == CURLE_OK, wanted == .head { code = unsafe gate_curl_set_long(easy, CURLOPT_NOBODY, 1) }
            if code == CURLE_OK, wanted == .upload { code = unsafe gate_curl_set_long(easy, CURLOPT_UPLOAD, 1) }
        }
        // Without the size both Content-Length and Transfer-Encoding would leave.
        guard code == CURLE_OK, wanted == .upload else { return code }
        return unsafe gate_curl_set_offset(easy, CURLOPT_INFILESIZE_LARGE, size)
    }

    // MARK: What is known of the current call

    /// Bytes of request that were handed to the system (a proxy's CONNECT included).
    var requestBytes: Int { unsafe gate_curl_info_long(easy, CURLINFO_REQUEST_SIZE) }

    /// libcurl's words, or nothing.
    var failureText: String { unsafe String(cString: errorText) }

    /// Asks to be told of the peer's close_notify: on TLS a body that ends by close is complete only with it.
    func watchClose() {
        guard CurlLibrary.closeIndex >= 0, let tls = unsafe gate_curl_info_tls(easy) else { return }
        guard unsafe SSL_set_ex_data(tls, CurlLibrary.closeIndex, sawClose) == 1 else { return }
        unsafe SSL_set_info_callback(tls, tlsAlerted)
    }

    var sawCloseNotify: Bool { unsafe sawClose.pointee != 0 }
}

@available(*, unavailable)
extension CurlHandle: Sendable {}

extension Duration {
    /// Whole milliseconds, clamped.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? (seconds < 0 ? .min : .max) : product &+ attoseconds / 1_000_000_000_000_000
    }
}
