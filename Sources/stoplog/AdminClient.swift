import ArgumentParser
import Foundation
import GateEngine
import Glibc

/// Asks the admin server of a gate: one request per connection, never through a proxy.
struct AdminClient {
    let address: ListenAddress
    let token: String?

    init(_ address: ListenAddress, token: String?) {
        self.address = address
        self.token = token
    }

    struct Answer {
        var status: Int
        var body: [UInt8]
    }

    /// No gate answers there.
    struct Unreachable: Error {
        var reason: String
    }

    /// The answer's body; anything but 2xx ends the command with the server's own words.
    func call(_ method: String, _ target: String, json: String? = nil) throws -> [UInt8] {
        let answer: Answer
        do {
            answer = try send(method, target, json: json)
        } catch {
            throw Ending.because(Ending.unreachable, "no gate answers at \(address): \(error.reason)")
        }
        guard !(200...299).contains(answer.status) else { return answer.body }
        let object = JSONObject(answer.body)
        let words =
            object?.string("detail") ?? object?.string("message") ?? object?.string("title") ?? "no reason given"
        let hint = answer.status == 401 ? " (is --state the gate's state directory?)" : ""
        throw Ending.because(
            answer.status >= 500 ? Ending.internalFault : Ending.negative,
            "the gate answered \(answer.status): \(Output.harmless(words))\(hint)")
    }

    func send(_ method: String, _ target: String, json: String? = nil) throws(Unreachable) -> Answer {
        let descriptor = try connect()
        defer { close(descriptor) }
        var head =
            "\(method) \(target) HTTP/1.1\r\nHost: \(address)\r\nConnection: close\r\nAccept: application/json\r\n"
        if let token { head += "Authorization: Bearer \(token)\r\n" }
        let user = ProcessInfo.processInfo.environment["USER"] ?? "uid-\(getuid())"
        if user.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) {
            head += "Stoplog-Actor: \(user)\r\n"
        }
        if let json { head += "Content-Type: application/json\r\nContent-Length: \(json.utf8.count)\r\n" }
        try write(Array((head + "\r\n" + (json ?? "")).utf8), to: descriptor)
        return try Self.parse(try readAll(descriptor))
    }

    private func connect() throws(Unreachable) -> Int32 {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(address.host, "\(address.port)", &hints, &list) == 0 else {
            throw Unreachable(reason: "the name is not known")
        }
        defer { unsafe freeaddrinfo(list) }
        var reason = "no address"
        var next = unsafe list
        while let info = unsafe next {
            let descriptor = unsafe socket(
                info.pointee.ai_family, info.pointee.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
            var limit = timeval(tv_sec: 60, tv_usec: 0)
            unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            if unsafe Glibc.connect(descriptor, info.pointee.ai_addr, info.pointee.ai_addrlen) == 0 {
                return descriptor
            }
            reason = Self.lastReason()
            close(descriptor)
            unsafe next = info.pointee.ai_next
        }
        throw Unreachable(reason: reason)
    }

    private static func lastReason() -> String { unsafe String(cString: strerror(errno)) }

    private func write(_ bytes: [UInt8], to descriptor: Int32) throws(Unreachable) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Unreachable(reason: Self.lastReason()) }
            rest = rest.dropFirst(count)
        }
    }

    private func readAll(_ descriptor: Int32) throws(Unreachable) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < 1 << 30 {
            let count = unsafe read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Unreachable(reason: Self.lastReason()) }
            if count == 0 { return bytes }
            bytes += chunk[0..<count]
        }
        throw Unreachable(reason: "the answer is larger than 1 GiB")
    }

    /// Takes the answer apart; one cut short counts as no answer.
    static func parse(_ bytes: [UInt8]) throws(Unreachable) -> Answer {
        let end = Array("\r\n\r\n".utf8)
        guard let split = bytes.indices.first(where: { bytes[$0...].starts(with: end) }) else {
            throw Unreachable(reason: "it speaks no HTTP")
        }
        let lines = String(decoding: bytes[..<split], as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
            throw Unreachable(reason: "it speaks no HTTP")
        }
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { fields[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
        }
        let body = Array(bytes[(split + 4)...])
        if fields["transfer-encoding"]?.lowercased() == "chunked" {
            guard let whole = dechunk(body) else { throw Unreachable(reason: "the answer was cut short") }
            return Answer(status: status, body: whole)
        }
        if let length = fields["content-length"].flatMap(Int.init), body.count != length {
            throw Unreachable(reason: "the answer was cut short")
        }
        return Answer(status: status, body: body)
    }

    private static func dechunk(_ bytes: [UInt8]) -> [UInt8]? {
        var rest = bytes[...]
        var body: [UInt8] = []
        while let end = rest.firstIndex(of: 0x0A) {
            let digits = String(decoding: rest[..<end].prefix { $0 != 0x0D && $0 != 0x3B }, as: UTF8.self)
            guard let size = Int(digits, radix: 16), size >= 0 else { return nil }
            rest = rest[(end + 1)...]
            if size == 0 { return body }
            guard rest.count >= size, rest.count - size >= 2 else { return nil }
            body += rest.prefix(size)
            rest = rest.dropFirst(size + 2)
        }
        return nil
    }
}
