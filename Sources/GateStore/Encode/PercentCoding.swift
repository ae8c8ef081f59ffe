/// Percent-decoding for looking at names and values; what is no escape stays as it is.
enum PercentCoding {
    static func decode(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool) -> [UInt8] {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            if byte == 0x25, index + 2 < bytes.endIndex, let upper = Hex.value(bytes[index + 1]),
                let lower = Hex.value(bytes[index + 2])
            {
                decoded.append(upper << 4 | lower)
                index += 3
            } else {
                decoded.append(byte == 0x2b && plusIsSpace ? 0x20 : byte)
                index += 1
            }
        }
        return decoded
    }
}
