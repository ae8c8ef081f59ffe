import Testing

@testable import GateStore

@Suite struct SeenSecretsTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func `What redaction took out of a request is taken out of an answer that repeats it`() {
        var seen = SeenSecrets()
        seen.note(bytes("http://h/x?token=abcdef123&b=1"), redacted: bytes("http://h/x?token=[redacted]&b=1"))
        seen.note(bytes(#"{"password":"hunter2-long","n":1}"#), redacted: bytes(#"{"password":"[redacted]","n":1}"#))
        let answer = seen.removed(from: bytes(#"{"path":"/x?token=abcdef123","echo":"password is hunter2-long!"}"#))
        #expect(text(answer) == #"{"path":"/x?token=[redacted]","echo":"password is [redacted]!"}"#)
    }

    @Test func `A header's value counts whole, without its scheme and cookie by cookie`() {
        var seen = SeenSecrets()
        seen.note(headerValue: bytes("Bearer secret-token"))
        seen.note(headerValue: bytes("a=cookie-one; b=cookie-two"))
        let answer = seen.removed(from: bytes("secret-token cookie-two cookie-one Bearer secret-token session"))
        #expect(text(answer) == "[redacted] [redacted] [redacted] [redacted] session")
    }

    @Test(arguments: ["[redacted]", "x[redacted]", "[redacted]x", "", "[redacted][redacted]"])
    func `A redacted text that does not fit the original does no harm`(_ redacted: String) {
        var seen = SeenSecrets()
        seen.note(bytes("something else"), redacted: bytes(redacted))
        _ = seen.removed(from: bytes("something else"))
    }

    @Test func `Short values stay`() {
        var seen = SeenSecrets()
        seen.note(bytes("pin=1234"), redacted: bytes("pin=[redacted]"))
        #expect(text(seen.removed(from: bytes("order 1234"))) == "order 1234")
    }
}
