internal import CGate

/// The table of AWS's services, read lazily from the text that is embedded in the binary.
///
/// Its format stands in Tests/Generators/aws-actions.py.
struct AWSCatalog: Sendable {
    struct Service: Sendable {
        /// The names under which rules may know it: the CLI's, the endpoint prefix, the signing name; lower case.
        var names: [[UInt8]]
        /// What stands before the dot in `X-Amz-Target`; empty for none.
        var targetPrefix: [UInt8]
        /// Letters j q e r x c, see the generator.
        var protocols: [UInt8]
        var block: Range<Int>

        func speaks(_ letters: String) -> Bool { letters.utf8.contains { protocols.contains($0) } }
        var isS3: Bool { names.first.map { $0.elementsEqual("s3".utf8) } ?? false }
    }

    static let shared = AWSCatalog()

    let services: [Service]
    private let byName: [[UInt8]: [Int]]
    private let byTarget: [[UInt8]: [Int]]
    private let text: [UInt8]

    private init() {
        text = unsafe Array(UnsafeBufferPointer(start: gate_aws_actions_start(), count: gate_aws_actions_length))
        var services: [Service] = []
        var at = 0
        while at < text.count, text[at] == UInt8(ascii: "@") {
            let end = text[at...].firstIndex(of: 0x0A) ?? text.count
            if let service = Self.service(text[(at + 1)..<end]) { services.append(service) }
            at = end + 1
        }
        // The line "=" and its end.
        let base = min(at + 2, text.count)
        for index in services.indices {
            let block = services[index].block
            services[index].block = (base + block.lowerBound..<base + block.upperBound).clamped(to: 0..<text.count)
        }
        var byName: [[UInt8]: [Int]] = [:]
        var byTarget: [[UInt8]: [Int]] = [:]
        for (index, service) in services.enumerated() {
            for name in service.names { byName[name, default: []].append(index) }
            if !service.targetPrefix.isEmpty { byTarget[service.targetPrefix, default: []].append(index) }
        }
        self.services = services
        self.byName = byName
        self.byTarget = byTarget
    }

    private static func service(_ line: ArraySlice<UInt8>) -> Service? {
        let parts = line.split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false).map { Array($0) }
        guard parts.count == 7, let start = Int(String(decoding: parts[5], as: UTF8.self)),
            let length = Int(String(decoding: parts[6], as: UTF8.self)), start >= 0, length >= 0
        else { return nil }
        var names: [[UInt8]] = []
        for name in parts[0...2] where !names.contains(name) { names.append(name) }
        return Service(names: names, targetPrefix: parts[3], protocols: parts[4], block: start..<(start + length))
    }

    func services(named name: [UInt8]) -> [Int] { byName[name] ?? [] }

    func services(withTarget prefix: [UInt8]) -> [Int] { byTarget[prefix] ?? [] }

    // MARK: Actions of REST protocols

    /// What of a request tells one action from another.
    struct RESTRequest {
        var methodLetter: UInt8
        /// Path segments, percent-decoded; no empty last one.
        var segments: [[UInt8]]
        var query: PairList
        var hasCopySource: Bool
    }

    /// The actions whose template fits best; several where templates are equal.
    func actions(of service: Int, _ request: RESTRequest) -> [[UInt8]] {
        var best: [[UInt8]] = []
        var bestScore = -1
        var at = services[service].block.lowerBound
        let end = services[service].block.upperBound
        while at < end {
            let lineEnd = text[at..<end].firstIndex(of: 0x0A) ?? end
            let line = text[at..<lineEnd]
            at = lineEnd + 1
            let fields = line.split(separator: UInt8(ascii: " "))
            guard let template = fields.first else { continue }
            let actions = fields.dropFirst().filter { $0.first == request.methodLetter }.map { Array($0.dropFirst(2)) }
            guard !actions.isEmpty, let score = Self.score(template, request), score >= bestScore else { continue }
            if score > bestScore { best = [] }
            bestScore = score
            best += actions
        }
        return best
    }

    /// How closely a template fits: its query parts first, then its literal segments; nil where it does not.
    private static func score(_ template: ArraySlice<UInt8>, _ request: RESTRequest) -> Int? {
        let mark = template.firstIndex(of: UInt8(ascii: "?")) ?? template.endIndex
        var score = 0
        if mark < template.endIndex {
            for part in template[(mark + 1)...].split(separator: UInt8(ascii: "&")) {
                guard holds(part, request) else { return nil }
                score += 100
            }
        }
        let segments = template[..<mark].split(separator: UInt8(ascii: "/"))
        guard let literals = fit(segments, request.segments) else { return nil }
        return score + literals
    }

    private static func holds(_ part: ArraySlice<UInt8>, _ request: RESTRequest) -> Bool {
        if part.first == UInt8(ascii: "!") { return request.hasCopySource }
        guard let equals = part.firstIndex(of: UInt8(ascii: "=")) else { return request.query.contains(Array(part)) }
        return request.query.contains(Array(part[..<equals]), value: Array(part[(equals + 1)...]))
    }

    /// The number of literal segments where the template fits. `**` takes one segment or more, at most one of them.
    private static func fit(_ template: [ArraySlice<UInt8>], _ segments: [[UInt8]]) -> Int? {
        let star = UInt8(ascii: "*")
        let greedy = template.firstIndex { $0.elementsEqual([star, star]) }
        guard greedy == nil ? template.count == segments.count : template.count <= segments.count else { return nil }
        var literals = 0
        for (index, part) in template.enumerated() where index != greedy {
            let isAfter = greedy.map { index > $0 } ?? false
            let segment = segments[isAfter ? segments.count - (template.count - index) : index]
            if part.elementsEqual([star]) { continue }
            guard part.elementsEqual(segment) else { return nil }
            literals += 1
        }
        return literals
    }
}
