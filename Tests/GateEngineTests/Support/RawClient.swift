import CGate
import Glibc

@testable import GateEngine

/// A client that writes bytes and reads answers, plain or in an intercepted tunnel; every wait ends after 10 seconds.
@safe final class RawClient {
    /// How a connection or an answer ended.
    enum End: Error { case closed, reset, late, malformed }

    struct Answer {
        var status = 0
        /// Every interim head and the final one.
        var heads: [UInt8] = []
        var body: [UInt8] = []
        /// From the last chunk on, where there were chunks.
        var tail: [UInt8] = []
        /// What the connection showed, in order.
        var all: [UInt8] { heads + body + tail }
    }

    let descriptor: Int32
    private var context: OpaquePointer?
    private var ssl: OpaquePointer?
    private(set) var input: [UInt8] = []

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw End.closed }
    }

    deinit {
        if let ssl = unsafe ssl { unsafe SSL_free(ssl) }
        if let context = unsafe context { unsafe SSL_CTX_free(context) }
        close(descriptor)
    }

    /// CONNECT and TLS, the gate's leaf checked against its authority.
    func openTunnel(to authority: String, host: String, serverName: String? = nil, trust: String) throws {
        write("CONNECT \(authority) HTTP/1.1\r\nHost: \(authority)\r\n\r\n")
        guard try answer(to: "CONNECT").status == 200 else { throw End.malformed }
        try startTLS(host: host, serverName: serverName, trust: trust)
    }

    func startTLS(host: String, serverName: String?, trust: String) throws {
        unsafe context = unsafe SSL_CTX_new(TLS_client_method())
        _ = unsafe SSL_CTX_load_verify_locations(context, trust, nil)
        unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        unsafe ssl = unsafe SSL_new(context)
        if let serverName { _ = unsafe gate_ssl_set_host_name(ssl, serverName) }
        if serverName == nil || serverName == host {
            let parameters = unsafe SSL_get0_param(ssl)
            if unsafe X509_VERIFY_PARAM_set1_ip_asc(parameters, host) != 1 { _ = unsafe SSL_set1_host(ssl, host) }
        }
        unsafe SSL_set_fd(ssl, descriptor)
        guard unsafe SSL_connect(ssl) == 1 else { throw End.closed }
    }

    @discardableResult
    func write(_ text: String) -> Bool { write(WireText8.bytes(text)) }

    @discardableResult
    func write(_ bytes: [UInt8]) -> Bool {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer -> Int in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[done...])
                if let ssl = unsafe ssl { return unsafe Int(SSL_write(ssl, rest.baseAddress, Int32(rest.count))) }
                return unsafe send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            done += count
        }
        return true
    }

    func finishWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Takes what comes next.
    func more() throws(End) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe buffer.withUnsafeMutableBytes { room -> Int in
            if let ssl = unsafe ssl {
                let count = unsafe SSL_read(ssl, room.baseAddress, Int32(room.count))
                if count > 0 { return Int(count) }
                return unsafe SSL_get_error(ssl, count) == SSL_ERROR_ZERO_RETURN ? 0 : -1
            }
            return unsafe recv(descriptor, room.baseAddress, room.count, 0)
        }
        if count == 0 { throw .closed }
        if count < 0 { throw errno == EAGAIN ? .late : .reset }
        input += buffer[..<count]
    }

    /// Reads until the text has come; everything up to its end.
    func until(_ text: String) throws(End) -> [UInt8] {
        let wanted = WireText8.bytes(text)
        while true {
            if let range = input.firstRange(of: wanted) { return take(range.upperBound) }
            try more()
        }
    }

    func take(_ count: Int) -> [UInt8] {
        defer { input.removeFirst(count) }
        return Array(input[..<count])
    }

    func bytes(_ count: Int) throws(End) -> [UInt8] {
        while input.count < count { try more() }
        return take(count)
    }

    /// Reads to the end of the connection; how it ended.
    func drain() -> End {
        while true {
            do { try more() } catch { return error }
        }
    }

    /// The next final answer, whole.
    func answer(to method: String) throws(End) -> Answer {
        var answer = Answer()
        var head: [UInt8] = []
        repeat {
            head = try until("\r\n\r\n")
            answer.heads += head
            let line = head.prefix { $0 != 0x0D }.split(separator: 0x20)
            guard line.count > 1, let status = Int(String(decoding: line[1], as: UTF8.self)) else { throw .malformed }
            answer.status = status
        } while answer.status < 200 && answer.status != 101
        if method == "HEAD" || method == "CONNECT" && answer.status == 200 { return answer }
        if answer.status < 200 || answer.status == 204 || answer.status == 304 { return answer }
        try readBody(WireText8.text(head).lowercased(), into: &answer)
        return answer
    }

    private func readBody(_ head: String, into answer: inout Answer) throws(End) {
        if head.contains("\r\ntransfer-encoding: chunked\r\n") {
            while true {
                let line = try until("\r\n")
                guard let size = Int(WireText8.text(Array(line.dropLast(2))), radix: 16) else { throw .malformed }
                if size == 0 {
                    answer.tail = line
                    break
                }
                answer.body += try bytes(size)
                guard try bytes(2) == [0x0D, 0x0A] else { throw .malformed }
            }
            repeat { answer.tail += try until("\r\n") } while !answer.tail.ends(with: [0x0D, 0x0A, 0x0D, 0x0A])
        } else if let field = head.firstRange(of: "\r\ncontent-length: ") {
            let digits = head[field.upperBound...].prefix { $0.isNumber }
            guard let count = Int(digits) else { throw .malformed }
            answer.body = try bytes(count)
        } else {
            let end = drain()
            guard end == .closed else { throw end }
            answer.body = take(input.count)
        }
    }
}

/// Texts that stand for bytes: one scalar below 256 for each.
enum WireText8 {
    static func bytes(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }

    static func text(_ bytes: [UInt8]) -> String { String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })) }
}

extension Array where Element == UInt8 {
    func ends(with suffix: [UInt8]) -> Bool { count >= suffix.count && Array(self.suffix(suffix.count)) == suffix }

    func contains(_ text: String) -> Bool { firstRange(of: WireText8.bytes(text)) != nil }
}
