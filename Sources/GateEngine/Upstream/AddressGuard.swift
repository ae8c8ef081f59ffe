internal import Glibc

/// The networks that must not be dialled: a set of IPv4 and IPv6 prefixes.
struct AddressGuard: Sendable, Equatable {
    private struct Network: Sendable, Equatable {
        var isIPv4: Bool
        var value: UInt128
        var mask: UInt128
    }
    private var networks: [Network] = []

    init() {}

    /// Reads `ADDRESS/PREFIX` or a bare address, each IPv4 or IPv6; the first that is neither is thrown.
    init(parsing texts: [String]) throws(AddressGuardError) {
        for text in texts { networks.append(try Self.network(text)) }
    }

    var isEmpty: Bool { networks.isEmpty }

    func denies(_ address: IPAddress) -> Bool {
        for network in networks
        where network.isIPv4 == address.isIPv4 && address.value & network.mask == network.value { return true }
        return false
    }

    private static func network(_ text: String) throws(AddressGuardError) -> Network {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, var raw = IPAddress.raw(String(first)) else {
            throw AddressGuardError(text: text, reason: "not an IPv4 or IPv6 address")
        }
        var width = raw.isIPv4 ? 32 : 128
        var length = width
        if parts.count == 2 {
            guard parts[1].utf8.count <= 3, parts[1].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
                let number = Int(parts[1]), number <= width
            else { throw AddressGuardError(text: text, reason: "the prefix is a number from 0 to \(width)") }
            length = number
        }
        // An IPv4-mapped network means the IPv4 network.
        if let inner = raw.unmapped, !raw.isIPv4, length >= 96 {
            raw = inner
            width = 32
            length -= 96
        }
        let all = raw.isIPv4 ? UInt128(UInt32.max) : UInt128.max
        let mask = length == 0 ? 0 : all & (all << UInt128(width - length))
        return Network(isIPv4: raw.isIPv4, value: raw.value & mask, mask: mask)
    }
}

/// An IPv4 or IPv6 address as a number; IPv4-mapped IPv6 addresses are IPv4 addresses.
struct IPAddress: Sendable, Equatable {
    var isIPv4: Bool
    var value: UInt128

    /// Bytes in network order; nil unless there are 4 or 16.
    init?(bytes: Span<UInt8>) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        var number: UInt128 = 0
        for i in bytes.indices { number = number << 8 | UInt128(bytes[i]) }
        self.init(isIPv4: bytes.count == 4, value: number)
        if let inner = unmapped { self = inner }
    }

    /// A literal without brackets or zone.
    init?(_ text: String) {
        guard let raw = Self.raw(text) else { return nil }
        self = raw.unmapped ?? raw
    }

    /// A NUL-terminated literal, as libcurl names a peer.
    init?(literal: UnsafePointer<CChar>) {
        guard let raw = unsafe Self.raw(literal: literal) else { return nil }
        self = raw.unmapped ?? raw
    }

    private init(isIPv4: Bool, value: UInt128) {
        self.isIPv4 = isIPv4
        self.value = value
    }

    /// The IPv4 address inside `::ffff:0:0/96`; nil for every other.
    fileprivate var unmapped: IPAddress? {
        guard !isIPv4, value >> 32 == 0xFFFF else { return nil }
        return IPAddress(isIPv4: true, value: value & 0xFFFF_FFFF)
    }

    fileprivate static func raw(_ text: String) -> IPAddress? {
        unsafe text.withCString { unsafe raw(literal: $0) }
    }

    private static func raw(literal: UnsafePointer<CChar>) -> IPAddress? {
        var v4 = in_addr()
        if unsafe inet_pton(AF_INET, literal, &v4) == 1 {
            return IPAddress(isIPv4: true, value: UInt128(UInt32(bigEndian: v4.s_addr)))
        }
        var v6 = in6_addr()
        guard unsafe inet_pton(AF_INET6, literal, &v6) == 1 else { return nil }
        let number = unsafe withUnsafeBytes(of: &v6) { bytes in
            unsafe bytes.reduce(into: UInt128(0)) { $0 = $0 << 8 | UInt128($1) }
        }
        return IPAddress(isIPv4: false, value: number)
    }
}

/// An entry of `deny_networks` that is no network.
struct AddressGuardError: Error, Equatable, CustomStringConvertible {
    var text: String
    var reason: String
    var description: String { "'\(text)': \(reason)" }
}
