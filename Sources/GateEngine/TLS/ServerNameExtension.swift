/// Reads the server_name extension of a client's hello (RFC 6066 3).
enum ServerNameExtension {
    private static let longestName = 255

    /// The one host name, lower-case; nil for a list that is malformed or holds anything else.
    static func hostName(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        // ServerNameList: two bytes of length; ServerName: a type (0 = host_name), two bytes of length, the name.
        guard bytes.count > 5 else { return nil }
        let listCount = unsafe Int(bytes[0]) << 8 | Int(bytes[1])
        let nameCount = unsafe Int(bytes[3]) << 8 | Int(bytes[4])
        guard listCount == bytes.count - 2, unsafe bytes[2] == 0, nameCount == bytes.count - 5, nameCount <= longestName
        else { return nil }
        let name = unsafe bytes[5...].map { byte in
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
        }
        guard name.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        return String(decoding: name, as: UTF8.self)
    }
}
