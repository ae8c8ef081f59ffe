import CGate
import Glibc

/// The few facts of a response's head that a load needs: where it ends, and how its body is framed.
struct ResponseHead {
    var status = 0
    /// Bytes up to and with the empty line.
    var length = 0
    /// nil: the body lasts until the connection ends.
    var contentLength: Int?
    var closes = false
    var chunked = false

    /// nil while the head is not complete.
    init?(_ bytes: UnsafePointer<UInt8>, count: Int) {
        guard let end = Self.end(bytes, count) else { return nil }
        length = end
        guard length > 12 else { return }
        for index in 9..<12 { status = status * 10 + Int(bytes[index]) - 48 }
        closes = bytes[7] == UInt8(ascii: "0")  // HTTP/1.0
        var line = 0
        while let feed = memchr(bytes + line, 10, length - line) {
            line = UnsafeRawPointer(feed) - UnsafeRawPointer(bytes) + 1
            let left = length - line
            guard left > 2 else { break }
            read(bytes + line, left)
        }
    }

    /// Just behind the empty line.
    private static func end(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int? {
        var from = 0
        while let feed = memchr(bytes + from, 10, count - from) {
            let at = UnsafeRawPointer(feed) - UnsafeRawPointer(bytes)
            if at >= 3, bytes[at - 1] == 13, bytes[at - 2] == 10, bytes[at - 3] == 13 { return at + 1 }
            from = at + 1
        }
        return nil
    }

    private mutating func read(_ line: UnsafePointer<UInt8>, _ left: Int) {
        switch line[0] | 0x20 {
        case UInt8(ascii: "c"):
            if let value = Self.value(line, left, "content-length:") { contentLength = Self.number(value) }
            if let value = Self.value(line, left, "connection:") {
                if value[0] | 0x20 == UInt8(ascii: "c") { closes = true }
                if value[0] | 0x20 == UInt8(ascii: "k") { closes = false }
            }
        case UInt8(ascii: "t"):
            if Self.value(line, left, "transfer-encoding:") != nil { chunked = true }
        default: break
        }
    }

    private static func value(_ line: UnsafePointer<UInt8>, _ left: Int, _ name: StaticString) -> UnsafePointer<UInt8>?
    {
        let count = name.utf8CodeUnitCount
        guard left > count + 2,
            strncasecmp(
                UnsafeRawPointer(line).assumingMemoryBound(to: CChar.self),
                UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self),
                count) == 0
        else { return nil }
        var at = line + count
        while at[0] == 32 { at += 1 }  // ends at CR, which every line has
        return at
    }

    private static func number(_ digits: UnsafePointer<UInt8>) -> Int {
        var value = 0
        var at = digits
        while at[0] >= 48, at[0] <= 57, value < 1 << 50 {
            value = value * 10 + Int(at[0]) - 48
            at += 1
        }
        return value
    }
}
