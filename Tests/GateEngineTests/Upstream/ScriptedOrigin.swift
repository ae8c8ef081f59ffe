import CGate
import Foundation
import Glibc
import Synchronization

@testable import GateEngine

/// An origin on loopback that plays a script on each connection, on a thread of its own.
final class ScriptedOrigin: Sendable {
    let port: UInt16
    private let listener: Int32
    private let state = Mutex<(heads: [String], bytes: [UInt8], connections: Int, open: [Int32])>(([], [], 0, []))

    /// `tls`: PEM file with certificate and key.
    init(tls: String? = nil, backlog: Int32 = 64, _ script: @escaping @Sendable (OriginConnection) -> Void) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var one: Int32 = 1
        _ = unsafe setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, 4)
        port = Self.bindLoopback(listener)
        _ = listen(listener, backlog)
        let context = try tls.map { try OriginTLS(pem: $0) }
        Thread.detachNewThread { [self] in
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { return }
                let index = state.withLock { state in
                    state.open.append(descriptor)
                    state.connections += 1
                    return state.connections - 1
                }
                Thread.detachNewThread { [self] in
                    let connection = OriginConnection(descriptor, index: index, tls: context) { [self] head in
                        state.withLock { $0.heads.append(head) }
                    } onBytes: { [self] bytes in
                        state.withLock { $0.bytes += bytes }
                    }
                    if connection.isUsable { script(connection) }
                    connection.end()
                    state.withLock { $0.open.removeAll { $0 == descriptor } }
                    Glibc.close(descriptor)
                }
            }
        }
    }

    deinit { Glibc.close(listener) }

    /// The request heads that came, in order.
    var heads: [String] { state.withLock { $0.heads } }
    /// All bytes that came, of all connections in the order of their arrival.
    var received: [UInt8] { state.withLock { $0.bytes } }
    var connections: Int { state.withLock { $0.connections } }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        state.withLock { for descriptor in $0.open { shutdown(descriptor, Int32(SHUT_RDWR)) } }
    }

    private static func bindLoopback(_ descriptor: Int32) -> UInt16 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                _ = unsafe bind(descriptor, generic, length)
                _ = unsafe getsockname(descriptor, generic, &length)
            }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    /// A port on which nobody listens.
    static func unusedPort() -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { Glibc.close(descriptor) }
        return bindLoopback(descriptor)
    }
}

/// One accepted connection; every call blocks its script's thread.
@safe final class OriginConnection: @unchecked Sendable {  // used by its script's thread alone
    let descriptor: Int32
    /// 0 for the origin's first connection.
    let index: Int
    private(set) var isUsable = true
    private var ssl: OpaquePointer?
    private var input: [UInt8] = []
    private let onHead: (String) -> Void
    private let onBytes: ([UInt8]) -> Void

    fileprivate init(
        _ descriptor: Int32, index: Int, tls: OriginTLS?, onHead: @escaping (String) -> Void,
        onBytes: @escaping ([UInt8]) -> Void
    ) {
        self.descriptor = descriptor
        self.index = index
        self.onHead = onHead
        self.onBytes = onBytes
        if let tls {
            unsafe ssl = SSL_new(tls.context)
            unsafe SSL_set_fd(ssl, descriptor)
            isUsable = unsafe SSL_accept(ssl) == 1
        }
    }

    /// The next request head with its empty line; nil at the end.
    func head() -> String? {
        while true {
            if let end = endOfHead() {
                let text = String(decoding: input[..<end], as: UTF8.self)
                input.removeFirst(end)
                onHead(text)
                return text
            }
            guard more() else { return nil }
        }
    }

    func bytes(_ count: Int) -> [UInt8]? {
        while input.count < count { guard more() else { return nil } }
        defer { input.removeFirst(count) }
        return Array(input[..<count])
    }

    /// Reads until the text has come, and gives everything up to its end.
    func until(_ text: String) -> String? {
        let wanted = Array(text.utf8)
        while true {
            if let range = input.firstRange(of: wanted) {
                defer { input.removeFirst(range.upperBound) }
                return String(decoding: input[..<range.upperBound], as: UTF8.self)
            }
            guard more() else { return nil }
        }
    }

    /// Reads a request to its end and gives its body; nil when the peer ended before that.
    func request() -> (head: String, body: [UInt8])? {
        guard let head = head() else { return nil }
        let fields = head.lowercased().split(separator: "\r\n")
        if fields.contains(where: { $0.hasPrefix("transfer-encoding:") }) { return chunks().map { (head, $0) } }
        let length = fields.first { $0.hasPrefix("content-length:") }.flatMap {
            Int($0.dropFirst("content-length:".count).filter { $0 != " " })
        }
        return bytes(length ?? 0).map { (head, $0) }
    }

    private func chunks() -> [UInt8]? {
        var body: [UInt8] = []
        while let line = until("\r\n"), let size = Int(line.dropLast(), radix: 16) {
            guard size > 0 else { break }
            guard let chunk = bytes(size + 2) else { return nil }
            body += chunk.dropLast(2)
        }
        while let line = until("\r\n") { if line == "\r\n" { return body } }
        return nil
    }

    /// Waits for the peer's end; what comes before is dropped.
    func waitForEnd() { while more() { input.removeAll() } }

    func write(_ text: String) { write(Array(text.utf8)) }

    @discardableResult
    func write(_ bytes: [UInt8]) -> Bool {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer -> Int in
                let start = unsafe buffer.baseAddress! + done
                if let ssl = unsafe ssl { return unsafe Int(SSL_write(ssl, start, Int32(bytes.count - done))) }
                return unsafe send(descriptor, start, bytes.count - done, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            done += count
        }
        return true
    }

    func answer(_ body: String = "ok", status: String = "200 OK", fields: String = "") {
        write("HTTP/1.1 \(status)\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    /// Ends with RST instead of FIN.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    func finishWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

    var isResumed: Bool {
        guard let ssl = unsafe ssl else { return false }
        return unsafe SSL_session_reused(ssl) == 1
    }

    /// Speaks TLS from here on, as the origin behind a proxy's tunnel.
    func startTLS(_ pem: String) -> Bool {
        guard let tls = try? OriginTLS(pem: pem) else { return false }
        unsafe ssl = SSL_new(tls.context)
        unsafe SSL_set_fd(ssl, descriptor)
        return unsafe SSL_accept(ssl) == 1
    }

    /// Says close_notify.
    func closeNotify() { if let ssl = unsafe ssl { _ = unsafe SSL_shutdown(ssl) } }

    fileprivate func end() {
        if let ssl = unsafe ssl { unsafe SSL_free(ssl) }
        unsafe ssl = nil
    }

    private func more() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = unsafe buffer.withUnsafeMutableBytes { room -> Int in
            if let ssl = unsafe ssl { return unsafe Int(SSL_read(ssl, room.baseAddress, Int32(room.count))) }
            return unsafe recv(descriptor, room.baseAddress, room.count, 0)
        }
        guard count > 0 else { return false }
        onBytes(Array(buffer[..<count]))
        input += buffer[..<count]
        return true
    }

    private func endOfHead() -> Int? { input.firstRange(of: [13, 10, 13, 10])?.upperBound }
}

@safe final class OriginTLS: @unchecked Sendable {  // set up in init; OpenSSL counts and locks
    let context: OpaquePointer

    init(pem: String) throws {
        guard let context = unsafe SSL_CTX_new(TLS_server_method()),
            unsafe SSL_CTX_use_certificate_chain_file(context, pem) == 1,
            unsafe SSL_CTX_use_PrivateKey_file(context, pem, SSL_FILETYPE_PEM) == 1
        else { throw OriginError.tls }
        unsafe self.context = context
    }

    deinit { unsafe SSL_CTX_free(context) }
}

enum OriginError: Error { case tls, late }

/// A self-signed certificate for these names, made once for all tests; certificate and key in one file.
enum OriginCertificate {
    static let good = make("subjectAltName=DNS:localhost,IP:127.0.0.1")
    static let wrongName = make("subjectAltName=DNS:other.example")

    private static func make(_ names: String) -> String {
        let path = NSTemporaryDirectory() + "stoplog-origin-\(UUID().uuidString).pem"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=origin", "-addext", names, "-keyout", path, "-out", path + ".crt",
        ]
        process.standardError = FileHandle.nullDevice
        try? process.run()
        process.waitUntilExit()
        let certificate = (try? String(contentsOfFile: path + ".crt", encoding: .utf8)) ?? ""
        let key = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        try? (certificate + key).write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }
}
