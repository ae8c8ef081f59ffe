/// What a host of AWS tells: the service and, for S3, the bucket in front of it.
struct AWSEndpoint: Equatable {
    /// The service's name as the host has it (`s3`, `email`, `api.ecr`), or its last label where it is unlisted.
    var service: [UInt8]
    /// The bucket of a virtual-hosted S3 request.
    var bucket: [UInt8]?

    private static let suffixes = [
        ".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".api.amazonwebservices.com.cn", ".amazonaws.eu",
    ].map { Array($0.utf8) }

    /// Nil for a host that is not AWS's.
    init?(host: String) {
        let bytes = Array(host.utf8)
        guard
            let suffix = Self.suffixes.first(where: {
                bytes.count > $0.count && bytes.suffix($0.count).elementsEqual($0)
            })
        else { return nil }
        let name = bytes.dropLast(suffix.count)
        let labels = name.split(separator: UInt8(ascii: ".")).map { Array($0) }
        self.init(labels: labels.filter { !Self.isPlace($0) })
    }

    /// A host may be AWS's: the cheap question first.
    static func mayBe(_ host: String) -> Bool {
        let utf8 = host.utf8
        let bytes = utf8.span
        guard bytes.count > 8 else { return false }
        // `.com`, `.aws`, `.cn`, `.eu`: the last two letters sort nearly all others out.
        switch (bytes[bytes.count - 2], bytes[bytes.count - 1]) {
        case (0x6F, 0x6D), (0x77, 0x73), (0x63, 0x6E), (0x65, 0x75): break
        default: return false
        }
        for suffix in suffixes where ends(bytes, suffix) { return true }
        return false
    }

    private static func ends(_ bytes: Span<UInt8>, _ suffix: [UInt8]) -> Bool {
        guard bytes.count > suffix.count else { return false }
        let start = bytes.count - suffix.count
        for offset in stride(from: suffix.count - 1, through: 0, by: -1) where bytes[start + offset] != suffix[offset] {
            return false
        }
        return true
    }

    private init?(labels: [[UInt8]]) {
        guard let last = labels.last else { return nil }
        for start in labels.indices {
            let joined = Array(labels[start...].joined(separator: [UInt8(ascii: ".")]))
            let name = Self.withoutVariant(joined)
            if AWSCatalog.shared.services(named: name).isEmpty { continue }
            service = name
            if name.elementsEqual("s3".utf8), start > 0 {
                bucket = Array(labels[..<start].joined(separator: [UInt8(ascii: ".")]))
            }
            return
        }
        service = Self.withoutVariant(last)
        bucket = nil
    }

    /// A region, a partition or a kind of network: labels that say where, not what.
    private static func isPlace(_ label: [UInt8]) -> Bool {
        for word in ["dualstack", "vpce", "fips", "aws-global"] where label.elementsEqual(word.utf8) { return true }
        if label.starts(with: "vpce-".utf8) { return true }
        return isRegion(label[...])
    }

    /// Letters, then one or two words, then a digit: `us-east-1`, `us-gov-west-1`.
    private static func isRegion(_ label: ArraySlice<UInt8>) -> Bool {
        let parts = label.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard (3...4).contains(parts.count), let last = parts.last, parts[0].count == 2 || parts[0].count == 3 else {
            return false
        }
        return last.count <= 2 && !last.isEmpty && last.allSatisfy(ASCII.isDigit)
            && parts.dropLast().allSatisfy { !$0.isEmpty && $0.allSatisfy(ASCII.isLetter) }
    }

    /// `s3-us-west-2`, `s3-accelerate`, `s3express-…` are S3; `fips-` and `-fips` are dropped.
    private static func withoutVariant(_ name: [UInt8]) -> [UInt8] {
        var name = name
        if name.starts(with: "fips-".utf8) { name.removeFirst(5) }
        if name.suffix(5).elementsEqual("-fips".utf8) { name.removeLast(5) }
        if name.starts(with: "s3express-".utf8) { return Array("s3".utf8) }
        guard name.starts(with: "s3-".utf8) else { return name }
        let variant = name.dropFirst(3)
        let words = ["accelerate", "external-1", "accesspoint", "object-lambda", "website"]
        let isVariant = isRegion(variant) || words.contains { variant.starts(with: $0.utf8) }
        return isVariant ? Array("s3".utf8) : name
    }
}
