extension UpstreamHead {
    /// A head from its parts: for recorded requests that are sent by the gate itself, and for tests.
    ///
    /// `lines` are written for libcurl: `Name: value`, or `Name;` for an empty one; `Accept` and `Expect` that are
    /// absent must be there as `Accept:` and `Expect:`.
    init(method: [UInt8], target: [UInt8], url: [UInt8] = [], lines: [[UInt8]]) {
        self.method = add(method)
        self.requestTarget = add(target)
        self.url = add(url)
        for line in lines { self.lines.append(add(line)) }
    }

    private mutating func add(_ text: [UInt8]) -> Int {
        let start = bytes.count
        bytes += text
        bytes.append(0)
        return start
    }
}
