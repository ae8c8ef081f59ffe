internal import CGate
internal import Glibc

/// Removes a request's content codings for judging; what is sent stays coded.
enum ContentDecoder {
    enum Outcome: Equatable {
        case decoded([UInt8])
        /// More than the limit comes out of it.
        case overLimit
        /// An unknown coding, or bytes that are not of it.
        case unreadable
    }

    /// Codings of one message beyond which nobody means it well.
    private static let maxCodings = 4

    /// - Parameters:
    ///   - codings: the value of Content-Encoding, the outermost coding last (RFC 9110 8.4).
    ///   - limit: bytes that may come out.
    static func decode(_ bytes: [UInt8], codings: String?, limit: Int) -> Outcome {
        let names = (codings ?? "").split(separator: ",").map { trimmed($0) }.filter { !$0.isEmpty && $0 != "identity" }
        guard names.count <= maxCodings else { return .unreadable }
        var content = bytes
        for name in names.reversed() {
            let outcome: Outcome
            switch name {
            case "gzip", "x-gzip": outcome = inflate(content, windowBits: 15 + 16, limit: limit)
            case "deflate": outcome = deflated(content, limit: limit)
            case "br": outcome = Brotli.decode(content, limit: limit)
            default: return .unreadable
            }
            guard case .decoded(let next) = outcome else { return outcome }
            content = next
        }
        return content.count > limit ? .overLimit : .decoded(content)
    }

    private static func trimmed(_ name: Substring) -> String {
        name.lowercased().filter { $0 != " " && $0 != "\t" }
    }

    /// `deflate` is zlib's format (RFC 9110 8.4.1.2); some senders leave its wrapper out.
    private static func deflated(_ bytes: [UInt8], limit: Int) -> Outcome {
        let wrapped = inflate(bytes, windowBits: 15, limit: limit)
        let bare = inflate(bytes, windowBits: -15, limit: limit)
        if wrapped == .unreadable { return bare }
        // Bytes that are both say to each server what it wants to hear.
        return bare == .unreadable ? wrapped : .unreadable
    }

    private static func inflate(_ bytes: [UInt8], windowBits: Int32, limit: Int) -> Outcome {
        var stream = unsafe z_stream()
        guard unsafe gate_inflate_init(&stream, windowBits) == Z_OK else { return .unreadable }
        defer { unsafe inflateEnd(&stream) }
        var out: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        var input = bytes
        return unsafe input.withUnsafeMutableBufferPointer { source -> Outcome in
            unsafe stream.next_in = source.baseAddress
            unsafe stream.avail_in = UInt32(clamping: source.count)
            while true {
                var result = Z_OK
                let produced = unsafe chunk.withUnsafeMutableBufferPointer { target -> Int in
                    unsafe stream.next_out = target.baseAddress
                    unsafe stream.avail_out = UInt32(target.count)
                    result = unsafe CGate.inflate(&stream, Z_NO_FLUSH)
                    return unsafe target.count - Int(stream.avail_out)
                }
                out += chunk[..<produced]
                if out.count > limit { return .overLimit }
                if result == Z_STREAM_END {
                    // A second gzip member, or anything else behind the first, is read by some servers and not by others:
                    // there is no one content to judge.
                    return unsafe stream.avail_in > 0 ? .unreadable : .decoded(out)
                }
                guard result == Z_OK, unsafe produced > 0 || stream.avail_in > 0 else { return .unreadable }
            }
        }
    }
}

/// libbrotlidec, where the machine has it: opened at first use.
enum Brotli {
    private typealias Decompress =
        @convention(c) (
            Int, UnsafePointer<UInt8>?, UnsafeMutablePointer<Int>?, UnsafeMutablePointer<UInt8>?
        ) -> Int32

    private static let decompress: Decompress? = {
        guard let library = unsafe dlopen("libbrotlidec.so.1", RTLD_NOW | RTLD_LOCAL),
            let symbol = unsafe dlsym(library, "BrotliDecoderDecompress")
        else { return nil }
        return unsafe unsafeBitCast(symbol, to: Decompress.self)
    }()

    static func decode(_ bytes: [UInt8], limit: Int) -> ContentDecoder.Outcome {
        guard let decompress = unsafe decompress else { return .unreadable }
        var out = [UInt8](repeating: 0, count: limit + 1)
        var length = out.count
        let result = unsafe bytes.withUnsafeBufferPointer { source in
            unsafe out.withUnsafeMutableBufferPointer { target in
                unsafe decompress(source.count, source.baseAddress, &length, target.baseAddress)
            }
        }
        // 0 is an error, and a result that does not fit is one for this call: both stay unjudged.
        guard result == 1 else { return .unreadable }
        out.removeLast(out.count - length)
        return length > limit ? .overLimit : .decoded(out)
    }
}
