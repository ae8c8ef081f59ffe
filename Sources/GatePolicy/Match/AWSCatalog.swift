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
            var lineEnd = at
            var templateEnd = at
            while lineEnd < end, text[lineEnd] != 0x0A {
                if templateEnd == at, text[lineEnd] == UInt8(ascii: " ") { templateEnd = lineEnd }
                lineEnd += 1
            }
            let template = at..<templateEnd
            at = lineEnd + 1
            guard let score = score(template, request), score >= bestScore else { continue }
            let found = actions(in: templateEnd..<lineEnd, request.methodLetter)
            guard !found.isEmpty else { continue }
            if score > bestScore { best = [] }
            bestScore = score
            best += found
        }
        return best
    }

    /// The actions of one method in a line's ` M:Action M:Action`.
    private func actions(in range: Range<Int>, _ letter: UInt8) -> [[UInt8]] {
        text[range].split(separator: UInt8(ascii: " ")).filter { $0.first == letter }.map { Array($0.dropFirst(2)) }
    }

    /// How closely a template fits: its query parts first, then its literal segments; nil where it does not.
    private func score(_ template: Range<Int>, _ request: RESTRequest) -> Int? {
        var mark = template.lowerBound
        while mark < template.upperBound, text[mark] != UInt8(ascii: "?") { mark += 1 }
        guard let literals = fit(template.lowerBound..<mark, request.segments) else { return nil }
        guard mark < template.upperBound else { return literals }
        var score = literals
        for part in text[(mark + 1)..<template.upperBound].split(separator: UInt8(ascii: "&")) {
            guard Self.holds(part, request) else { return nil }
            score += 100
        }
        return score
    }

    private static func holds(_ part: ArraySlice<UInt8>, _ request: RESTRequest) -> Bool {
        if part.first == UInt8(ascii: "!") { return request.hasCopySource }
        guard let equals = part.firstIndex(of: UInt8(ascii: "=")) else { return request.query.contains(Array(part)) }
        return request.query.contains(Array(part[..<equals]), value: Array(part[(equals + 1)...]))
    }

    /// The number of literal segments where the template's path fits.
    ///
    /// `**` takes one segment or more, and a
    /// template has at most one of them.
    private func fit(_ template: Range<Int>, _ segments: [[UInt8]]) -> Int? {
        var literals = 0
        var segment = 0
        var at = template.lowerBound
        while at < template.upperBound {
            // At a slash; a template `/` has no part behind it.
            let start = at + 1
            var end = start
            while end < template.upperBound, text[end] != UInt8(ascii: "/") { end += 1 }
            at = end
            if start == end { continue }
            guard segment < segments.count else { return nil }
            if text[start] == UInt8(ascii: "*") {
                if end - start == 1 {
                    segment += 1
                } else {
                    let behind = text[end..<template.upperBound].count { $0 == UInt8(ascii: "/") }
                    guard segments.count - behind > segment else { return nil }
                    segment = segments.count - behind
                }
            } else {
                guard isText(start..<end, segments[segment]) else { return nil }
                segment += 1
                literals += 1
            }
        }
        return segment == segments.count ? literals : nil
    }

    private func isText(_ range: Range<Int>, _ bytes: [UInt8]) -> Bool {
        guard range.count == bytes.count else { return false }
        for offset in 0..<bytes.count where text[range.lowerBound + offset] != bytes[offset] { return false }
        return true
    }
}
