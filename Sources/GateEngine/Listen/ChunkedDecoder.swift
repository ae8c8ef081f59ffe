import GatePolicy

/// Takes a chunked body apart, strictly and incrementally (RFC 9112 7.1).
struct ChunkedDecoder: Sendable {
    enum Event: Sendable, Equatable {
        /// Everything up to the end of the buffer was read.
        case needMore
        /// Content, as a range of the buffer given.
        case data(Range<Int>)
        /// The body and its trailers ended.
        case end
        /// Not to be called again. The connection cannot be used any more.
        case fault(RequestFault)
    }

    static let maxSizeDigits = 16
    static let maxExtensionBytesPerChunk = 1024
    /// Extensions of the whole body may be this much longer than the content before them.
    static let maxExtensionBytesBeyondContent = 16 * 1024
    static let maxTrailerBytes = 16 * 1024
    static let maxTrailerFields = 64

    /// Each state names what may come next.
    private enum State: Sendable {
        /// The first digit → size.
        case sizeStart
        /// Digits; `;` → extensionName; white space → extensionGap; CR → sizeLF.
        case size
        /// White space; `;` → extensionNameStart.
        case extensionGap
        /// White space; a token byte → extensionName.
        case extensionNameStart
        /// Token bytes; `=` → extensionValueStart; `;` → extensionNameStart; white space → extensionEquals; CR → sizeLF.
        case extensionName
        /// White space; `=` → extensionValueStart; `;` → extensionNameStart.
        case extensionEquals
        /// White space; `"` → quoted; a token byte → extensionValue.
        case extensionValueStart
        /// Token bytes; `;` → extensionNameStart; white space → extensionGap; CR → sizeLF.
        case extensionValue
        /// `"` → quotedEnd; `\` → quotedPair.
        case quoted
        /// Any text byte → quoted.
        case quotedPair
        /// `;` → extensionNameStart; white space → extensionGap; CR → sizeLF.
        case quotedEnd
        /// LF → data, or trailer after size 0.
        case sizeLF
        /// `remaining` bytes of content → dataCR.
        case data
        /// CR → dataLF.
        case dataCR
        /// LF → sizeStart.
        case dataLF
        /// A trailer line up to LF; the empty one → done.
        case trailer
        /// Nothing: the body ended or was faulty.
        case done
    }

    /// The trailer fields that may be passed on; whole after `.end`.
    private(set) var trailers = FieldBlock()
    private var state = State.sizeStart
    private var remaining = 0
    private var digits = 0
    private var contentBytes = 0
    private var chunkExtensionBytes = 0
    private var extensionBytes = 0
    private var trailerBytes = 0
    /// Trailer lines, the dropped ones too.
    private var trailerLines = 0
    private var line: [UInt8] = []

    init() {}

    /// The next event of `bytes` from `position` on; moves `position` behind what was read.
    ///
    /// Call until `.needMore`.
    mutating func next(_ bytes: Span<UInt8>, _ position: inout Int) -> Event {
        do throws(RequestFault) {
            while position < bytes.count {
                if state == .data { return takeData(bytes, &position) }
                if state == .done { return .end }
                let byte = bytes[position]
                position += 1
                if state == .trailer {
                    if try takeTrailer(byte) { return .end }
                } else {
                    try takeFraming(byte)
                }
            }
            return state == .done ? .end : .needMore
        } catch {
            state = .done
            return .fault(error)
        }
    }

    private mutating func takeData(_ bytes: Span<UInt8>, _ position: inout Int) -> Event {
        let count = min(remaining, bytes.count - position)
        let range = position..<(position + count)
        position += count
        remaining -= count
        contentBytes = contentBytes.addingReportingOverflow(count).partialValue & Int.max
        if remaining == 0 { state = .dataCR }
        return .data(range)
    }

    private mutating func takeFraming(_ byte: UInt8) throws(RequestFault) {
        switch state {
        case .sizeStart, .size: try takeSize(byte)
        case .sizeLF:
            try expect(byte, 0x0A)
            state = remaining == 0 ? .trailer : .data
        case .dataCR:
            try expect(byte, 0x0D)
            state = .dataLF
        case .dataLF:
            try expect(byte, 0x0A)
            state = .sizeStart
        case .data, .trailer, .done: break
        default: try takeExtension(byte)
        }
    }

    private func expect(_ byte: UInt8, _ wanted: UInt8) throws(RequestFault) {
        if byte != wanted { throw Self.malformed("a line or chunk does not end in CR LF where it must") }
    }

    private mutating func takeSize(_ byte: UInt8) throws(RequestFault) {
        if let value = ByteClass.hexValue(byte) {
            if state == .sizeStart { startChunk() }
            digits += 1
            guard digits <= Self.maxSizeDigits, remaining <= Int.max >> 4 else {
                throw Self.malformed("a chunk's size is too large to be counted")
            }
            remaining = remaining << 4 | Int(value)
            return
        }
        guard state == .size else { throw Self.malformed("a chunk does not start with its size in hexadecimal") }
        try leaveToken(byte, gap: .extensionGap, fault: "a chunk's size is followed by a stray byte")
    }

    private mutating func startChunk() {
        state = .size
        digits = 0
        remaining = 0
        chunkExtensionBytes = 0
    }

    /// What may follow a size, an extension's value or a quoted string.
    private mutating func leaveToken(_ byte: UInt8, gap: State, fault: String) throws(RequestFault) {
        switch byte {
        case 0x0D: state = .sizeLF
        case 0x3B: state = .extensionNameStart
        case 0x20, 0x09: state = gap
        default: throw Self.malformed(fault)
        }
        if byte != 0x0D { try countExtension() }
    }

    private mutating func countExtension() throws(RequestFault) {
        chunkExtensionBytes += 1
        extensionBytes += 1
        if chunkExtensionBytes > Self.maxExtensionBytesPerChunk
            || extensionBytes - Self.maxExtensionBytesBeyondContent > contentBytes
        {
            throw Self.malformed("chunk extensions are too long")
        }
    }

    private mutating func takeExtension(_ byte: UInt8) throws(RequestFault) {
        let fault = "a chunk extension is malformed"
        switch state {
        case .extensionValue where !ByteClass.isToken(byte), .quotedEnd:
            return try leaveToken(byte, gap: .extensionGap, fault: fault)
        case .extensionName where byte != 0x3D && !ByteClass.isToken(byte):
            return try leaveToken(byte, gap: .extensionEquals, fault: fault)
        default: break
        }
        try countExtension()
        guard let next = afterExtension(byte) else { throw Self.malformed(fault) }
        state = next
    }

    /// The state after a byte inside an extension; nil when it may not stand there.
    private func afterExtension(_ byte: UInt8) -> State? {
        let isSpace = ByteClass.isSpace(byte)
        switch state {
        case .extensionGap: return isSpace ? .extensionGap : byte == 0x3B ? .extensionNameStart : nil
        case .extensionNameStart: return isSpace ? .extensionNameStart : ByteClass.isToken(byte) ? .extensionName : nil
        case .extensionName: return byte == 0x3D ? .extensionValueStart : .extensionName
        case .extensionEquals:
            if isSpace { return .extensionEquals }
            return byte == 0x3D ? .extensionValueStart : byte == 0x3B ? .extensionNameStart : nil
        case .extensionValueStart:
            if isSpace { return .extensionValueStart }
            return byte == 0x22 ? .quoted : ByteClass.isToken(byte) ? .extensionValue : nil
        case .extensionValue: return .extensionValue
        case .quoted:
            if byte == 0x22 { return .quotedEnd }
            return byte == 0x5C ? .quotedPair : ByteClass.isValue(byte) ? .quoted : nil
        case .quotedPair: return ByteClass.isValue(byte) ? .quoted : nil
        default: return nil
        }
    }

    /// Takes one byte of the trailer section; true when it was the last.
    private mutating func takeTrailer(_ byte: UInt8) throws(RequestFault) -> Bool {
        trailerBytes += 1
        if trailerBytes > Self.maxTrailerBytes { throw .tooLarge("The trailer section is too long.") }
        if byte != 0x0A {
            line.append(byte)
            return false
        }
        guard line.last == 0x0D else { throw Self.malformed("a trailer line ends in LF without CR") }
        line.removeLast()
        if line.isEmpty {
            state = .done
            return true
        }
        trailerLines += 1
        if trailerLines > Self.maxTrailerFields { throw .tooLarge("There are too many trailer fields.") }
        let whole = line
        line = []
        if let fault = trailers.appendTrailer(whole.span) { throw Self.malformed(fault.text) }
        return false
    }

    private static func malformed(_ what: String) -> RequestFault {
        .bad("Malformed chunked body: \(what) (RFC 9112 7.1).")
    }
}

extension FieldBlock {
    /// Adds one trailer line (its line end cut off) where it may be passed on; drops what must not stand in trailers.
    mutating func appendTrailer(_ line: Span<UInt8>, toleratesSpace: Bool = false) -> FieldLine.Fault? {
        do throws(FieldLine.Fault) {
            var (range, kind) = try FieldLine.parse(line, 0..<line.count, origin: 0, toleratesSpace: toleratesSpace)
            if kind.isForbiddenInTrailers { return nil }
            let shift = UInt32(truncatingIfNeeded: bytes.count)
            range.nameStart &+= shift
            range.nameEnd &+= shift
            range.valueStart &+= shift
            range.valueEnd &+= shift
            bytes.append(line, 0..<line.count)
            bytes.append(text: "\r\n")
            fields.append(range)
            known.append(kind)
            return nil
        } catch {
            return error
        }
    }
}
