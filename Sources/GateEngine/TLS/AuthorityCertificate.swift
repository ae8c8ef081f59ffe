internal import CGate
internal import Glibc

/// Makes the self-signed certificate of a new local authority.
enum AuthorityCertificate {
    private static let secondsPerDay: Int64 = 86_400

    /// A P-256 key and its certificate: valid from the day before `now`, for clocks that lag.
    static func make(now: Int64) throws(AuthorityError) -> (certificate: CertificateHandle, key: KeyHandle) {
        let key = try KeyHandle.p256()
        let draft = try CertificateDraft()
        try draft.setDates(from: now - secondsPerDay, to: now + Int64(Authority.validDays) * secondsPerDay)
        try draft.setCommonName("Stoplog local CA (\(tag()))")
        try draft.setIssuerToSubject()
        try draft.setKey(key)
        for (nid, value) in [
            (NID_basic_constraints, "critical,CA:TRUE,pathlen:0"), (NID_key_usage, "critical,keyCertSign,cRLSign"),
            (NID_subject_key_identifier, "hash"),
        ] {
            try draft.add(try draft.makeExtension(nid, value, issuer: nil))
        }
        return (try draft.sign(with: key), key)
    }

    /// This machine's name, so that a person with several authorities can tell them apart; else something random.
    private static func tag() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        let isKnown = unsafe gethostname(&buffer, 255) == 0
        let name = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let isPlain = name.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isKnown, isPlain, !name.isEmpty, name != Array("localhost".utf8) else {
            return String(UInt32.random(in: 0...UInt32.max), radix: 16)
        }
        return String(decoding: name.prefix(44), as: UTF8.self)  // a common name has at most 64 characters
    }
}
