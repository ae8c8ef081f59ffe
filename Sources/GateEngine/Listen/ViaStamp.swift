import GatePolicy

/// This gate's entry in `Via`: a pseudonym of its own, so that a loop to itself differs from a chain of gates.
///
/// The pseudonym, not a comment behind it, holds the token: intermediaries may drop comments (RFC 9110 7.6.3).
struct ViaStamp: Sendable, Equatable {
    /// `stoplog-` and 8 hexadecimal digits.
    let pseudonym: String
    private let bytes: [UInt8]

    /// - Parameter token: 32 random bits, drawn once per process.
    init(token: UInt32) {
        let digits = String(token, radix: 16)
        pseudonym = "stoplog-" + String(repeating: "0", count: 8 - digits.utf8.count) + digits
        bytes = [UInt8](pseudonym.utf8)
    }

    /// True when a Via field of the message names this gate: the request came back.
    func isLoop(_ block: FieldBlock) -> Bool {
        for index in block.known.indices where block.known[index] == .via {
            if occurs(in: block.bytes.span, block.fields[index].value) { return true }
        }
        return false
    }

    private func occurs(in text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count >= bytes.count else { return false }
        for start in range.lowerBound...(range.upperBound - bytes.count) {
            var length = 0
            while length < bytes.count, ByteClass.lowercased(text[start + length]) == bytes[length] { length += 1 }
            if length == bytes.count { return true }
        }
        return false
    }

    /// `1.1 stoplog-1a2b3c4d` for a message received as HTTP/1.`minorVersion`.
    func append(receivedMinor minorVersion: UInt8, to buffer: inout [UInt8]) {
        buffer.append(text: minorVersion == 0 ? "1.0 " : "1.1 ")
        buffer += bytes
    }
}
