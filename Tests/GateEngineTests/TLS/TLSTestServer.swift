import CGate
import Foundation
import Glibc
import Synchronization

@testable import GateEngine

/// A server of one thread and one poll loop on loopback, as a reactor would use `TLSSession`: each request is
/// answered with what the session knows of itself.
final class TLSTestServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let wake: (Int32, Int32)
    private let finished = DispatchSemaphore(value: 0)

    private final class Connection {
        let descriptor: Int32
        let session: TLSSession
        var isOpen = false
        var input: [UInt8] = []
        var wanted = Int16(POLLIN)
        init(descriptor: Int32, session: TLSSession) {
            self.descriptor = descriptor
            self.session = session
        }
        deinit { close(descriptor) }
    }

    init(cache: LeafCache, host: String) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                _ = unsafe bind(descriptor, generic, length)
                _ = listen(descriptor, 64)
                _ = unsafe getsockname(descriptor, generic, &length)
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        var ends: [Int32] = [0, 0]
        unsafe pipe(&ends)
        wake = (ends[0], ends[1])
        Thread.detachNewThread { [self] in
            loop(cache: cache, host: host)
            finished.signal()
        }
    }

    func stop() {
        close(wake.1)
        finished.wait()
        close(wake.0)
        close(listener)
    }

    private func loop(cache: LeafCache, host: String) {
        var connections: [Connection] = []
        while true {
            var polled = [
                pollfd(fd: wake.0, events: Int16(POLLIN), revents: 0),
                pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
            ]
            polled += connections.map { pollfd(fd: $0.descriptor, events: $0.wanted, revents: 0) }
            unsafe poll(&polled, nfds_t(polled.count), -1)
            if polled[0].revents != 0 { return }
            for (index, entry) in polled.enumerated().dropFirst(2).reversed() where entry.revents != 0 {
                if !serve(connections[index - 2]) { connections.remove(at: index - 2) }
            }
            if polled[1].revents != 0, let made = accept(cache: cache, host: host) { connections.append(made) }
        }
    }

    private func accept(cache: LeafCache, host: String) -> Connection? {
        let descriptor = Glibc.accept(listener, nil, nil)
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        guard descriptor >= 0, let context = try? cache.context(host: host),
            let session = try? TLSSession(context: context, descriptor: descriptor)
        else { return nil }
        return Connection(descriptor: descriptor, session: session)
    }

    /// False when the connection is over.
    private func serve(_ connection: Connection) -> Bool {
        if !connection.isOpen {
            switch connection.session.handshake() {
            case .done: connection.isOpen = true
            case .wantRead:
                connection.wanted = Int16(POLLIN)
                return true
            case .wantWrite:
                connection.wanted = Int16(POLLOUT)
                return true
            case .failed: return false
            }
        }
        connection.wanted = Int16(POLLIN)
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            switch unsafe buffer.withUnsafeMutableBytes({ unsafe connection.session.read(into: $0) }) {
            case .bytes(let count): connection.input += buffer[..<count]
            case .wantRead: return true
            case .wantWrite, .failed: return false
            case .closed:
                connection.session.shutdown()
                return false
            }
            while connection.input.count >= 4, let end = endOfHead(connection.input) {
                let isLast = String(decoding: connection.input[..<end], as: UTF8.self).contains("Connection: close")
                connection.input.removeFirst(end)
                let answer = Array(Self.answer(connection.session).utf8)
                _ = unsafe answer.withUnsafeBytes { unsafe connection.session.write($0) }
                if isLast {
                    connection.session.shutdown()
                    return false
                }
            }
        }
    }

    private func endOfHead(_ input: [UInt8]) -> Int? {
        for index in 0...(input.count - 4) where input[index..<index + 4].elementsEqual([13, 10, 13, 10]) {
            return index + 4
        }
        return nil
    }

    private static func answer(_ session: TLSSession) -> String {
        let body =
            "sni=\(session.serverName ?? "-") agrees=\(session.serverNameAgrees) resumed=\(session.isResumed) "
            + "version=\(session.version) cipher=\(session.cipher)\n"
        return "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }
}

/// Runs `body` with servers on two threads that share one cache.
func withTLSServers(
    _ cache: LeafCache, host: String, _ body: (TLSTestServer, TLSTestServer) throws -> Void
) throws {
    let first = try TLSTestServer(cache: cache, host: host)
    defer { first.stop() }
    let second = try TLSTestServer(cache: cache, host: host)
    defer { second.stop() }
    try body(first, second)
}
