internal import CGate
internal import GatePolicy
internal import Glibc

// libcurl's and OpenSSL's callbacks: unwrap the context, hand over, nothing else.

private func handle(_ context: UnsafeMutableRawPointer?) -> CurlHandle? {
    unsafe context.map { unsafe Unmanaged<CurlHandle>.fromOpaque($0).takeUnretainedValue() }
}

private func engine(_ context: UnsafeMutableRawPointer?) -> CurlEngine? {
    unsafe context.map { unsafe Unmanaged<CurlEngine>.fromOpaque($0).takeUnretainedValue() }
}

func curlWrote(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    let all = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    return unsafe handle(context)?.transfer?.bodyReceived(all) ?? -1
}

func curlHeader(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    let line = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    guard let transfer = unsafe handle(context)?.transfer, unsafe transfer.lineReceived(line) else { return -1 }
    return size * count
}

func curlReads(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    let room = unsafe UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
    // Never 0 for a client that went away: that would complete a chunked body.
    guard let transfer = unsafe handle(context)?.transfer else { return Int(CURL_READFUNC_ABORT) }
    return unsafe transfer.bodyWanted(into: room)
}

/// Called once, after the last byte of a chunked request.
func curlWantsTrailers(
    _ list: UnsafeMutablePointer<UnsafeMutablePointer<curl_slist>?>?, _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let list = unsafe list, let transfer = unsafe handle(context)?.transfer else { return CURL_TRAILERFUNC_ABORT }
    let trailers = transfer.requestTrailers
    for field in trailers.fields {
        // libcurl wants one space after the colon.
        let line = trailers.bytes[field.name] + [0x3A, 0x20] + trailers.bytes[field.value] + [0]
        let longer = unsafe line.withUnsafeBytes {
            unsafe curl_slist_append(list.pointee, $0.baseAddress?.assumingMemoryBound(to: CChar.self))
        }
        guard let longer = unsafe longer else { return CURL_TRAILERFUNC_ABORT }
        unsafe list.pointee = unsafe longer
    }
    return CURL_TRAILERFUNC_OK
}

func curlAboutToSend(
    _ context: UnsafeMutableRawPointer?, _ remote: UnsafeMutablePointer<CChar>?, _ local: UnsafeMutablePointer<CChar>?,
    _ remotePort: Int32, _ localPort: Int32
) -> Int32 {
    guard let handle = unsafe handle(context), let remote = unsafe remote else { return CURL_PREREQFUNC_ABORT }
    let peer = unsafe CurlPeer(address: remote, remotePort: remotePort, localPort: UInt16(clamping: localPort))
    let mayGo = handle.tunnel?.aboutToOpen(peer) ?? handle.transfer?.aboutToSend(peer) ?? false
    return mayGo ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}

func curlOpensSocket(
    _ context: UnsafeMutableRawPointer?, _ purpose: curlsocktype, _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> Int32 {
    guard let handle = unsafe handle(context), let address = unsafe address else { return -1 }
    return unsafe handle.engine.open(address, for: handle)
}

func curlClosesSocket(_ context: UnsafeMutableRawPointer?, _ descriptor: Int32) -> Int32 {
    unsafe engine(context)?.close(descriptor)
    return 0
}

func curlMakesTLS(
    _ easy: UnsafeMutableRawPointer?, _ tls: UnsafeMutableRawPointer?, _ context: UnsafeMutableRawPointer?
) -> CURLcode {
    guard let handle = unsafe handle(context), let tls = unsafe tls else { return CURLE_ABORTED_BY_CALLBACK }
    handle.isHandshaking = true
    unsafe handle.engine.trust?.apply(to: OpaquePointer(tls))
    return CURLE_OK
}

func curlWatches(
    _ easy: UnsafeMutableRawPointer?, _ descriptor: Int32, _ what: Int32, _ context: UnsafeMutableRawPointer?,
    _ assigned: UnsafeMutableRawPointer?
) -> Int32 {
    unsafe engine(context)?.watch(descriptor, what: what)
    return 0
}

func curlSetsTimer(
    _ multi: UnsafeMutableRawPointer?, _ milliseconds: Int, _ context: UnsafeMutableRawPointer?
) -> Int32 {
    unsafe engine(context)?.setTimer(milliseconds)
    return 0
}

func tlsAlerted(_ tls: OpaquePointer?, _ place: Int32, _ value: Int32) {
    // SSL_CB_READ_ALERT: the level in the high byte, the alert (0: close_notify) in the low one.
    guard place & SSL_CB_READ_ALERT == SSL_CB_READ_ALERT, value & 0xFF == 0, let tls = unsafe tls else { return }
    let flag = unsafe SSL_get_ex_data(tls, CurlLibrary.closeIndex)
    unsafe flag?.assumingMemoryBound(to: UInt8.self).pointee = 1
}

/// The connection that a request is about to use, as libcurl names it.
@safe struct CurlPeer {
    /// NUL-terminated literal; valid during the callback.
    var address: UnsafePointer<CChar>
    var remotePort: Int32
    var localPort: UInt16
}
