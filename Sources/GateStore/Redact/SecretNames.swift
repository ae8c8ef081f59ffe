/// Which names of parameters, form fields, JSON members and headers stand before a secret.
enum SecretNames {
    /// Compared without case and without `-`, `_`, `.`, `[`, `]` and spaces.
    private static let exact: Set<[UInt8]> = Set(
        [
            "token", "secret", "password", "passwd", "passphrase", "pwd", "apikey", "accesskey", "secretkey",
            "privatekey", "signature", "sig", "auth", "authkey", "cvc", "cvv", "cvv2", "securitycode", "cardnumber",
            "pan",
            "accountnumber", "routingnumber", "iban", "ssn", "pin", "otp", "assertion", "credential", "credentials",
            "xamzcredential", "xgoogcredential", "awsaccesskeyid", "googleaccessid", "sessionid", "jwt", "refreshtoken",
        ].map { Array($0.utf8) })
    /// Beside those, a name that ends so.
    private static let endings: [[UInt8]] = [
        "token", "secret", "password", "apikey", "privatekey", "secretkey", "accesskey", "signature", "cardnumber",
        "cardcvc", "cardcvv",
    ].map { Array($0.utf8) }
    /// Tokens that only say where a listing goes on.
    private static let harmless: Set<[UInt8]> = Set(
        [
            "nexttoken", "pagetoken", "nextpagetoken", "continuationtoken", "nextcontinuationtoken", "synctoken",
            "startingtoken", "clientrequesttoken", "clienttoken", "maxtoken",
        ].map { Array($0.utf8) })

    /// For JSON members and form fields.
    static func isSecret(_ name: some Sequence<UInt8>) -> Bool {
        let plain = canonical(name)
        guard plain.count >= 3 else { return false }
        if exact.contains(plain) { return true }
        guard endings.contains(where: { plain.count >= $0.count && plain.suffix($0.count).elementsEqual($0) }) else {
            return false
        }
        return !harmless.contains(plain)
    }

    /// In query strings a bare `key` is an API key, too.
    static func isSecretParameter(_ name: some Sequence<UInt8>) -> Bool {
        canonical(name) == [0x6b, 0x65, 0x79] || isSecret(name)
    }

    /// Lower case, without separators.
    static func canonical(_ name: some Sequence<UInt8>) -> [UInt8] {
        var plain: [UInt8] = []
        for byte in name {
            switch byte {
            case 0x41...0x5a: plain.append(byte | 0x20)
            case 0x2d, 0x5f, 0x2e, 0x5b, 0x5d, 0x20: continue
            default: plain.append(byte)
            }
        }
        return plain
    }
}
