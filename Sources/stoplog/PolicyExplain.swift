import ArgumentParser
import Foundation
import GateEngine
import GatePolicy

/// `stoplog policy explain METHOD URL`: the verdict for one call and why.
struct PolicyExplain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Tells the verdict for one call, and why.",
        discussion: "A body without -H 'Content-Type: …' counts as JSON where it starts with { or [, else as a form.")

    @OptionGroup var options: PolicyOptions
    @Option(help: ArgumentHelp("The mode (default: the environment's).", valueName: "mode")) var mode: String?
    @Option(
        name: [.customShort("H"), .long], parsing: .singleValue,
        help: ArgumentHelp("A header field; may be repeated.", valueName: "K: V"))
    var header: [String] = []
    @Option(
        name: [.customShort("d"), .long], help: ArgumentHelp("The body, or @FILE (@- is stdin).", valueName: "body"))
    var data: String?
    @Flag(help: "Print it as JSON.") var json = false
    @Argument(help: ArgumentHelp("The method.", valueName: "method")) var method: String
    @Argument(help: ArgumentHelp("The absolute URL.", valueName: "url")) var url: String

    func run() throws {
        var sources = options.sources()
        sources.flags["mode"] = mode
        let configuration = try GateConfiguration.loadOrComplain(sources)
        let judge = try configuration.judgeOrComplain()
        let body = try readBody()
        let headers = try fields(body)
        guard let facts = RequestFacts(method: method, url: url, headers: headers) else {
            throw Ending.because(Ending.usage, "'\(method) \(url)' is not a method and an absolute http or https URL")
        }
        let coding = headers.last { $0.name.lowercased() == "content-encoding" }?.value
        let explanation = judge.explain(facts, judge.evidence(body, contentCoding: coding), mode: configuration.mode)
        guard json else { return Output.text(explanation.text) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        Output.line(String(decoding: try encoder.encode(explanation), as: UTF8.self))
    }

    private func fields(_ body: [UInt8]?) throws -> [(name: String, value: String)] {
        var fields = try header.map { text in
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw Ending.because(Ending.usage, "-H: '\(text)' is not 'NAME: VALUE'")
            }
            return (name: String(parts[0]), value: parts[1].trimmingCharacters(in: .whitespaces))
        }
        if let body, !fields.contains(where: { $0.name.lowercased() == "content-type" }) {
            let isJSON = body.first { $0 > 0x20 }.map { $0 == 0x7B || $0 == 0x5B } ?? false
            fields.append(("Content-Type", isJSON ? "application/json" : "application/x-www-form-urlencoded"))
        }
        return fields
    }

    private func readBody() throws -> [UInt8]? {
        guard let data else { return nil }
        guard data.hasPrefix("@") else { return Array(data.utf8) }
        let path = String(data.dropFirst())
        if path == "-" { return [UInt8](FileHandle.standardInput.readDataToEndOfFile()) }
        do {
            return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw Ending.because(Ending.usage, "-d: cannot read \(path)")
        }
    }
}
