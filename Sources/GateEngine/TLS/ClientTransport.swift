internal import CGate
internal import Glibc

/// OpenSSL's way to a client socket: a BIO that first gives what was read behind CONNECT's head, then the socket.
///
/// Like OpenSSL's own socket BIO it holds no buffer; it adds the prefix, a look at the first byte (what is not TLS
/// gets no answer) and `MSG_NOSIGNAL`.
@safe final class ClientTransport {
    /// The content type of a handshake record: the first byte that a TLS client can send.
    private static let handshakeRecord: UInt8 = 22

    private let descriptor: Int32
    private var prefix: [UInt8]
    private var offset = 0
    private var hasSeenFirstByte = false

    /// The first byte was no handshake record's.
    private(set) var isNotTLS = false
    /// The client has closed its side.
    private(set) var isAtEnd = false
    /// `errno` of the last call that failed for good, else 0.
    private(set) var systemError: Int32 = 0

    /// The client has reset the connection, or it broke.
    var isGone: Bool { [ECONNRESET, EPIPE, ETIMEDOUT, ENOTCONN, EHOSTUNREACH, ENETUNREACH].contains(systemError) }

    init(descriptor: Int32, prefix: [UInt8]) {
        self.descriptor = descriptor
        self.prefix = prefix
    }

    /// Makes a BIO; it refers to this object without keeping it.
    func makeBIO() -> OpaquePointer? {
        guard let method = unsafe bioMethod.pointer, let bio = unsafe BIO_new(method) else { return nil }
        unsafe BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        unsafe BIO_set_init(bio, 1)
        return unsafe bio
    }

    fileprivate func read(into target: UnsafeMutableRawBufferPointer, bio: OpaquePointer) -> Int32 {
        unsafe gate_bio_clear_retry(bio)
        guard !isNotTLS, target.count > 0 else { return -1 }
        let count = unsafe offset < prefix.count ? readPrefix(into: target) : readSocket(into: target)
        if count > 0 {
            if !hasSeenFirstByte {
                hasSeenFirstByte = true
                isNotTLS = unsafe target[0] != Self.handshakeRecord
                if isNotTLS { return -1 }
            }
            return Int32(clamping: count)
        }
        if count == 0 {
            isAtEnd = true
            return 0
        }
        noteFailure { unsafe gate_bio_set_retry_read(bio) }
        return -1
    }

    private func readPrefix(into target: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(target.count, prefix.count - offset)
        unsafe target.copyBytes(from: prefix[offset..<offset + count])
        offset += count
        if offset == prefix.count {
            prefix = []
            offset = 0
        }
        return count
    }

    private func readSocket(into target: UnsafeMutableRawBufferPointer) -> Int {
        while true {
            let count = unsafe recv(descriptor, target.baseAddress, target.count, 0)
            if count < 0 && errno == EINTR { continue }
            return count
        }
    }

    fileprivate func write(_ source: UnsafeRawBufferPointer, bio: OpaquePointer) -> Int32 {
        unsafe gate_bio_clear_retry(bio)
        while true {
            let count = unsafe send(descriptor, source.baseAddress, source.count, Int32(MSG_NOSIGNAL))
            if count >= 0 { return Int32(clamping: count) }
            if errno == EINTR { continue }
            noteFailure { unsafe gate_bio_set_retry_write(bio) }
            return -1
        }
    }

    private func noteFailure(retry: () -> Void) {
        let code = errno
        if code == EAGAIN || code == EWOULDBLOCK {
            retry()
        } else {
            systemError = code
        }
    }
}

@available(*, unavailable)
extension ClientTransport: Sendable {}

/// The BIO_METHOD of all client transports, made once.
private let bioMethod = ClientTransportMethod()

@safe private final class ClientTransportMethod: @unchecked Sendable {  // not changed after init
    let pointer: OpaquePointer?

    init() {
        let type = BIO_get_new_index() | BIO_TYPE_SOURCE_SINK
        guard let method = unsafe BIO_meth_new(type, "stoplog client socket") else {
            unsafe pointer = nil
            return
        }
        unsafe BIO_meth_set_read(method, transportRead)
        unsafe BIO_meth_set_write(method, transportWrite)
        unsafe BIO_meth_set_ctrl(method, transportControl)
        unsafe pointer = unsafe method
    }
}

private func transport(of bio: OpaquePointer?) -> ClientTransport? {
    guard let data = unsafe BIO_get_data(bio) else { return nil }
    return unsafe Unmanaged<ClientTransport>.fromOpaque(data).takeUnretainedValue()
}

private let transportRead: @convention(c) (OpaquePointer?, UnsafeMutablePointer<CChar>?, Int32) -> Int32 = {
    guard let bio = unsafe $0, let transport = unsafe transport(of: bio) else { return -1 }
    return unsafe transport.read(into: UnsafeMutableRawBufferPointer(start: $1, count: max(0, Int($2))), bio: bio)
}

private let transportWrite: @convention(c) (OpaquePointer?, UnsafePointer<CChar>?, Int32) -> Int32 = {
    guard let bio = unsafe $0, let transport = unsafe transport(of: bio) else { return -1 }
    return unsafe transport.write(UnsafeRawBufferPointer(start: $1, count: max(0, Int($2))), bio: bio)
}

private let transportControl: @convention(c) (OpaquePointer?, Int32, Int, UnsafeMutableRawPointer?) -> Int = {
    bio, command, _, _ in
    switch command {
    case BIO_CTRL_FLUSH: 1
    case BIO_CTRL_EOF: unsafe transport(of: bio)?.isAtEnd == true ? 1 : 0
    default: 0
    }
}
