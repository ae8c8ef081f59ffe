/// This gate's entry in `Via`: a pseudonym of its own, so that a loop to itself differs from a chain of gates.
struct ViaStamp: Sendable, Equatable {
    /// `stoplog-` and 8 hexadecimal digits.
    let pseudonym: String

    /// - Parameter token: 32 random bits, drawn once per process.
    init(token: UInt32) { pseudonym = "" }

    /// True when a Via field of the message names this gate: the request came back.
    func isLoop(_ block: FieldBlock) -> Bool { false }

    /// `1.1 stoplog-1a2b3c4d` for a message received as HTTP/1.`minorVersion`.
    func append(receivedMinor minorVersion: UInt8, to buffer: inout [UInt8]) {}
}
