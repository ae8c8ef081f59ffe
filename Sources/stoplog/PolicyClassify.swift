import ArgumentParser
import Foundation
import GateEngine
import GatePolicy
import Glibc

/// `stoplog policy classify [FILE|-]`: JSON Lines of requests in, of verdicts out, in the same order.
struct PolicyClassify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classify", abstract: "Judges JSON Lines of requests and writes JSON Lines of verdicts.",
        discussion: """
            In: {"id","method","url","headers","body"}; headers are an object (a value may be a list), a list of pairs \
            or of {"name","value"}; body is text, or body_base64. Other keys are ignored. A request that the gate would \
            refuse as malformed is answered with the rule bad-request; a line that is no request goes to stderr, and \
            the command ends with 1.
            """)

    @OptionGroup var options: PolicyOptions
    @Argument(help: ArgumentHelp("A file of JSON Lines, or - for stdin.", valueName: "file")) var file = "-"

    func run() throws {
        let configuration = try GateConfiguration.loadOrComplain(options.sources())
        let judge = try configuration.judgeOrComplain()
        let descriptor = file == "-" ? STDIN_FILENO : unsafe open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Ending.because(Ending.usage, "cannot read \(file): \(unsafe String(cString: strerror(errno)))")
        }
        var lines = LineReader(descriptor: descriptor)
        var number = 0
        var isFaulty = false
        while let batch = lines.next() {
            var out: [UInt8] = []
            for line in batch {
                number += 1
                if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
                switch WrittenRequest.read(line) {
                case .success(let request): out += Self.verdict(request, judge)
                case .failure(let fault):
                    isFaulty = true
                    Output.complain("\(file == "-" ? "stdin" : file):\(number): error: \(fault.reason)")
                }
            }
            Output.bytes(out, to: STDOUT_FILENO)
        }
        if isFaulty { throw Ending.negative }
    }

    private static func verdict(_ request: WrittenRequest, _ judge: OfflineJudge) -> [UInt8] {
        let verdict: Classification
        if let facts = RequestFacts(method: request.method, url: request.url, headers: request.headers) {
            verdict = judge.judge(facts, judge.evidence(request.body, contentCoding: request.contentCoding))
        } else {
            verdict = Classification(class: .irreversible, rule: "bad-request", action: .block)
        }
        func quoted(_ text: String?) -> String { text.map(JSONText.quoted) ?? "null" }
        let line =
            "{\"id\":\(request.id),\"class\":\"\(verdict.class.rawValue)\",\"kind\":\(quoted(verdict.kind))"
            + ",\"rule\":\(quoted(verdict.rule)),\"action\":\(quoted(verdict.action?.rawValue))}\n"
        return Array(line.utf8)
    }
}

/// Reads lines in batches: what one read brings, so that a pipe is answered as it comes.
struct LineReader {
    private let descriptor: Int32
    private var rest: [UInt8] = []
    private var isEnded = false
    private var chunk = [UInt8](repeating: 0, count: 1 << 18)

    init(descriptor: Int32) { self.descriptor = descriptor }

    /// The next whole lines without their ends; nil at the end.
    mutating func next() -> [ArraySlice<UInt8>]? {
        while !isEnded {
            let count = unsafe read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                isEnded = true
                return rest.isEmpty ? nil : [rest[...]]
            }
            guard let last = chunk[..<count].lastIndex(of: 0x0A) else {
                rest += chunk[..<count]
                continue
            }
            let whole = rest + chunk[..<last]
            rest = Array(chunk[(last + 1)..<count])
            return whole.split(separator: 0x0A, omittingEmptySubsequences: false)
        }
        return nil
    }
}

/// One request as a line of JSON.
struct WrittenRequest {
    /// As JSON, to be given back.
    var id = "null"
    var method: String
    var url: String
    var headers: [(name: String, value: String)] = []
    var body: [UInt8]?

    struct Fault: Error {
        var reason: String
    }

    var contentCoding: String? {
        let codings = headers.filter { $0.name.lowercased() == "content-encoding" }.map(\.value)
        return codings.isEmpty ? nil : codings.joined(separator: ",")
    }

    static func read(_ line: ArraySlice<UInt8>) -> Result<WrittenRequest, Fault> {
        let value: Any
        do {
            value = try JSONSerialization.jsonObject(with: Data(line), options: [.fragmentsAllowed])
        } catch {
            return .failure(Fault(reason: "the line is no JSON"))
        }
        guard let object = value as? [String: Any] else { return .failure(Fault(reason: "the line is no JSON object")) }
        guard let method = object["method"] as? String else { return .failure(Fault(reason: "'method' must be text")) }
        guard let url = object["url"] as? String else { return .failure(Fault(reason: "'url' must be text")) }
        var request = WrittenRequest(method: method, url: url)
        if let id = object["id"] {
            guard
                let text = try? JSONSerialization.data(
                    withJSONObject: id, options: [.fragmentsAllowed, .withoutEscapingSlashes])
            else { return .failure(Fault(reason: "'id' cannot be given back")) }
            request.id = String(decoding: text, as: UTF8.self)
        }
        guard let headers = fields(object["headers"]) else {
            return .failure(Fault(reason: "'headers' must be an object, a list of pairs or of {\"name\",\"value\"}"))
        }
        request.headers = headers
        return request.reading(body: object["body"], base64: object["body_base64"])
    }

    private func reading(body: Any?, base64: Any?) -> Result<WrittenRequest, Fault> {
        var request = self
        if let base64, !(base64 is NSNull) {
            guard let text = base64 as? String, let data = Data(base64Encoded: text) else {
                return .failure(Fault(reason: "'body_base64' must be base 64"))
            }
            request.body = [UInt8](data)
        } else if let body, !(body is NSNull) {
            guard let text = body as? String else { return .failure(Fault(reason: "'body' must be text")) }
            request.body = Array(text.utf8)
        }
        return .success(request)
    }

    private static func fields(_ value: Any?) -> [(name: String, value: String)]? {
        guard let value, !(value is NSNull) else { return [] }
        if let object = value as? [String: Any] {
            var fields: [(name: String, value: String)] = []
            for (name, value) in object.sorted(by: { $0.key < $1.key }) {
                guard let texts = texts(value) else { return nil }
                fields += texts.map { (name, $0) }
            }
            return fields
        }
        guard let list = value as? [Any] else { return nil }
        var fields: [(name: String, value: String)] = []
        for item in list {
            if let pair = item as? [Any], pair.count == 2, let name = pair[0] as? String,
                let text = texts(pair[1])?.first
            {
                fields.append((name, text))
            } else if let object = item as? [String: Any], let name = object["name"] as? String,
                let text = texts(object["value"] ?? "")?.first
            {
                fields.append((name, text))
            } else {
                return nil
            }
        }
        return fields
    }

    private static func texts(_ value: Any) -> [String]? {
        if let text = value as? String { return [text] }
        if let number = value as? NSNumber { return ["\(number)"] }
        guard let list = value as? [Any] else { return nil }
        let found = list.compactMap { texts($0)?.first }
        return found.count == list.count ? found : nil
    }
}
