import CGate

/// A Java key store (JKS) of trusted certificates, written without `keytool`.
///
/// The format is that of `sun.security.provider.JavaKeyStore`: every Java since 1.2 reads it.
enum JavaTrustStore {
    /// Protects the integrity of public certificates and nothing else.
    static let password = "changeit"

    /// The store's bytes for certificates in DER.
    static func encode(_ certificates: [[UInt8]]) -> [UInt8] {
        var bytes: [UInt8] = []
        append(UInt32(0xFEED_FEED), to: &bytes)
        append(UInt32(2), to: &bytes)
        append(UInt32(clamping: certificates.count), to: &bytes)
        for (index, certificate) in certificates.enumerated() {
            append(UInt32(2), to: &bytes)
            append("root-\(index)", to: &bytes)
            bytes += [UInt8](repeating: 0, count: 8)  // Made in 1970: a trusted entry's date is only shown.
            append("X.509", to: &bytes)
            append(UInt32(clamping: certificate.count), to: &bytes)
            bytes += certificate
        }
        return bytes + digest(bytes)
    }

    /// SHA-1 of the password in UTF-16, a fixed phrase and the content.
    private static func digest(_ content: [UInt8]) -> [UInt8] {
        let salted =
            password.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } + Array("Mighty Aphrodite".utf8) + content
        var hash = [UInt8](repeating: 0, count: Int(SHA_DIGEST_LENGTH))
        _ = unsafe SHA1(salted, salted.count, &hash)
        return hash
    }

    private static func append(_ number: UInt32, to bytes: inout [UInt8]) {
        for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes += [UInt8(truncatingIfNeeded: text.utf8.count >> 8), UInt8(truncatingIfNeeded: text.utf8.count)]
        bytes += Array(text.utf8)
    }
}
