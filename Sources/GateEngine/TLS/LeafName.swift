internal import CGate
internal import Glibc

/// The host that a leaf is for, as bytes for its alternative name.
enum LeafName: Equatable {
    /// Lower-case, without a final dot.
    case dns([UInt8])
    /// 4 or 16 bytes in network order.
    case address([UInt8])

    /// Reads a DNS name or an IP literal (IPv6 with or without brackets); nil for what is neither.
    init?(_ host: String) {
        var bytes = Array(host.utf8)
        guard !bytes.isEmpty, bytes.count <= 254, !bytes.contains(0) else { return nil }
        let isBracketed = bytes.first == UInt8(ascii: "[") && bytes.last == UInt8(ascii: "]")
        if isBracketed { bytes = Array(bytes.dropFirst().dropLast()) }
        if let address = Self.address(bytes) {
            self = .address(address)
            return
        }
        guard !isBracketed else { return nil }
        if bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
        guard let name = Self.dnsName(bytes) else { return nil }
        self = .dns(name)
    }

    /// The canonical spelling: lower-case name, or address as `inet_ntop` writes it.
    var text: String {
        switch self {
        case .dns(let bytes): return String(decoding: bytes, as: UTF8.self)
        case .address(let bytes):
            var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
            let family = bytes.count == 4 ? AF_INET : AF_INET6
            guard unsafe inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "" }
            return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    private static func address(_ bytes: [UInt8]) -> [UInt8]? {
        let text = bytes.map { CChar(bitPattern: $0) } + [0]
        var address = [UInt8](repeating: 0, count: 16)
        if unsafe inet_pton(AF_INET, text, &address) == 1 { return Array(address.prefix(4)) }
        return unsafe inet_pton(AF_INET6, text, &address) == 1 ? address : nil
    }

    /// Labels of 1 to 63 letters, digits, hyphens and underscores.
    private static func dnsName(_ bytes: [UInt8]) -> [UInt8]? {
        guard !bytes.isEmpty, bytes.count <= 253 else { return nil }
        var name: [UInt8] = []
        name.reserveCapacity(bytes.count)
        var label = 0
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "."):
                guard label > 0 else { return nil }
                label = -1
                name.append(byte)
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): name.append(byte | 0x20)
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                UInt8(ascii: "_"):
                name.append(byte)
            default: return nil
            }
            label += 1
            guard label <= 63 else { return nil }
        }
        return label > 0 ? name : nil
    }
}
