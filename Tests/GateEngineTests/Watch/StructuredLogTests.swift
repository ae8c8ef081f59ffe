import Foundation
import Logging
import Testing

@testable import GateEngine

@Suite("Structured log")
struct StructuredLogTests {
    private func line(_ message: String, _ metadata: Logger.Metadata, _ format: GateConfiguration.Log.Format) -> String
    {
        String(
            decoding: LogLine.encode(
                time_us: 0, level: .info, label: "stoplog", message: message, metadata: metadata, format: format),
            as: UTF8.self)
    }

    @Test func `a line of JSON holds what was given and nothing breaks it`() throws {
        let text = line("A \"b\"\n", .keyed([(.rule, "x\u{1}\\"), (.kind, nil)]), .json)
        #expect(text.hasSuffix("}\n") && text.dropLast().contains("\n") == false)
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: String]
        #expect(object?["message"] == "A \"b\"\n")
        #expect(object?["call.rule"] == "x\u{1}\\")
        #expect(object?["time"] == "1970-01-01T00:00:00.000Z")
    }

    @Test func `no value can forge a line of text`() {
        #expect(
            line("M", ["k": "a b\nc=d", "j": "plain", "e": ""], .text)
                == "1970-01-01T00:00:00.000Z info M e=\"\" j=plain k=\"a b\\nc=d\"\n")
    }

    @Test(.timeLimit(.minutes(1))) func `a blocked reader loses lines but blocks nobody, and the loss is told`() throws
    {
        var ends: [Int32] = [0, 0]
        try #require(unsafe pipe(&ends) == 0)
        let sink = LogSink(descriptor: ends[1], format: .text)
        let logger = sink.logger(label: "t", level: .info)
        let filler = String(repeating: "x", count: 4096)
        for _ in 0..<(LogSink.capacity + 200) { logger.info("M", metadata: ["f": "\(filler)"]) }
        logger.debug("not this")
        let reader = FileHandle(fileDescriptor: ends[0])
        var text = ""
        while !text.contains("log.lost=") { text += String(decoding: reader.availableData, as: UTF8.self) }
        #expect(!text.contains("not this"))
    }
}
