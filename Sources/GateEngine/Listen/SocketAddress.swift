internal import CGate
internal import Glibc

/// An IPv4 or IPv6 socket address.
struct SocketAddress: Sendable {
    /// A silent connection is asked after this time whether its peer is still there.
    private static let keepAliveSeconds: Int32 = 120

    private var storage = sockaddr_storage()
    private var length = socklen_t(MemoryLayout<sockaddr_storage>.size)

    init() {}

    /// From a numeric address; nil when `host` is no IP literal.
    init?(host: String, port: UInt16) {
        var v4 = sockaddr_in()
        var v6 = sockaddr_in6()
        if unsafe inet_pton(AF_INET, host, &v4.sin_addr) == 1 {
            v4.sin_family = sa_family_t(AF_INET)
            v4.sin_port = port.bigEndian
            unsafe withUnsafeBytes(of: &v4) { bytes in unsafe copy(bytes) }
        } else if unsafe inet_pton(AF_INET6, host, &v6.sin6_addr) == 1 {
            v6.sin6_family = sa_family_t(AF_INET6)
            v6.sin6_port = port.bigEndian
            unsafe withUnsafeBytes(of: &v6) { bytes in unsafe copy(bytes) }
        } else {
            return nil
        }
    }

    private mutating func copy(_ bytes: UnsafeRawBufferPointer) {
        unsafe withUnsafeMutableBytes(of: &storage) { unsafe $0.copyMemory(from: bytes) }
        length = socklen_t(bytes.count)
    }

    var port: UInt16 {
        unsafe withUnsafeBytes(of: storage) { bytes in
            UInt16(bigEndian: unsafe bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
        }
    }

    /// The address in text, IPv6 without brackets.
    var host: String {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let result = unsafe withUnsafeBytes(of: storage) { bytes -> Int32 in
            guard let base = bytes.baseAddress else { return -1 }
            return unsafe getnameinfo(
                base.assumingMemoryBound(to: sockaddr.self), length, &text, socklen_t(text.count), nil, 0,
                NI_NUMERICHOST)
        }
        guard result == 0 else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// `127.0.0.1:80`, `[::1]:80`.
    var text: String {
        let host = host
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Takes a connection from a listening socket, non-blocking; -1 and `errno` when there is none.
    mutating func accept(from listener: Int32) -> Int32 {
        length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return unsafe withUnsafeMutableBytes(of: &storage) { bytes -> Int32 in
            guard let base = bytes.baseAddress else { return -1 }
            return unsafe gate_accept(listener, base.assumingMemoryBound(to: sockaddr.self), &length)
        }
    }

    /// A listening socket bound to this address; `port` 0 takes a free one.
    func listen(backlog: Int32, sharingPort: Bool) throws(ReactorError) -> Int32 {
        let family = Int32(storage.ss_family)
        let descriptor = socket(
            family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw ReactorError(operation: "socket", code: errno) }
        Self.set(descriptor, SOL_SOCKET, SO_REUSEADDR)
        if sharingPort { Self.set(descriptor, SOL_SOCKET, SO_REUSEPORT) }
        // Accepted sockets inherit both: a tunnel has no deadline, and its client may vanish without a word.
        Self.set(descriptor, SOL_SOCKET, SO_KEEPALIVE)
        Self.set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPIDLE, Self.keepAliveSeconds)
        let bound = unsafe withUnsafeBytes(of: storage) { bytes -> Int32 in
            guard let base = bytes.baseAddress else { return -1 }
            return unsafe bind(descriptor, base.assumingMemoryBound(to: sockaddr.self), length)
        }
        guard bound == 0, Glibc.listen(descriptor, backlog) == 0 else {
            let code = errno
            close(descriptor)
            throw ReactorError(operation: "listen on \(text)", code: code)
        }
        return descriptor
    }

    /// The address that a bound socket got.
    static func bound(_ descriptor: Int32) -> SocketAddress {
        var address = SocketAddress()
        unsafe withUnsafeMutableBytes(of: &address.storage) { bytes in
            guard let base = bytes.baseAddress else { return }
            _ = unsafe getsockname(descriptor, base.assumingMemoryBound(to: sockaddr.self), &address.length)
        }
        return address
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32 = 1) {
        var value = value
        _ = unsafe setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Small answers leave at once.
    static func setNoDelay(_ descriptor: Int32) {
        set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY)
    }

    /// Makes the next `close` send a reset, so that the peer sees an error and no clean end.
    static func setResetOnClose(_ descriptor: Int32) {
        var value = linger(l_onoff: 1, l_linger: 0)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
    }
}
