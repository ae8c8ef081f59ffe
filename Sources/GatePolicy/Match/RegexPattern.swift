internal import CGate

/// A compiled PCRE2 expression with bounded effort; searches anywhere in the subject.
///
/// Subjects are UTF-8; bytes that are not match nothing but do not fail the search.
@safe final class RegexPattern: Sendable {
    enum Outcome: UInt8, Sendable {
        case matched, unmatched
        /// A limit was hit: unknown, fail closed.
        case exhausted
    }

    /// Effort of one search: calls of PCRE2's match function, depth of backtracking, heap.
    enum Limit {
        static let patternBytes = 8192
        static let match: UInt32 = 200_000
        /// PCRE2 counts anew at each start: long subjects get less per start, so that all starts stay below this.
        static let matchOfAllStarts = 200_000_000
        static let leastMatch = 500
        static let depth: UInt32 = 20_000
        static let heap_KiB: UInt32 = 4096
    }

    let text: String
    /// The compiled code and its match context, both freed in `deinit`.
    // Never written after init; pcre2api(3), "Multithreading": both may be shared while nobody modifies them.
    private nonisolated(unsafe) let code: OpaquePointer
    private nonisolated(unsafe) let context: OpaquePointer

    init(_ text: String) throws(PatternError) {
        self.text = text
        let bytes = Array(text.utf8)
        if bytes.count > Limit.patternBytes {
            throw PatternError("the expression is longer than \(Limit.patternBytes) bytes")
        }
        var error: Int32 = 0
        var offset = 0
        let options = UInt32(PCRE2_UTF) | UInt32(PCRE2_MATCH_INVALID_UTF) | UInt32(PCRE2_NEVER_BACKSLASH_C)
        let compiled = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe pcre2_compile_8(buffer.baseAddress, buffer.count, options, &error, &offset, nil)
        }
        guard let compiled = unsafe compiled else {
            throw PatternError("\(Self.message(error)) at character \(offset + 1) of the expression")
        }
        guard let limits = unsafe pcre2_match_context_create_8(nil) else {
            unsafe pcre2_code_free_8(compiled)
            throw PatternError("out of memory")
        }
        _ = unsafe pcre2_set_match_limit_8(limits, Limit.match)
        _ = unsafe pcre2_set_depth_limit_8(limits, Limit.depth)
        _ = unsafe pcre2_set_heap_limit_8(limits, Limit.heap_KiB)
        // Where there is no JIT the interpreter does the same, slower.
        _ = unsafe pcre2_jit_compile_8(compiled, UInt32(PCRE2_JIT_COMPLETE))
        unsafe code = compiled
        unsafe context = limits
    }

    deinit {
        unsafe pcre2_match_context_free_8(context)
        unsafe pcre2_code_free_8(code)
    }

    /// Searches `subject`; thread-safe, allocates the match data per call.
    func search(_ subject: [UInt8]) -> Outcome {
        guard let data = unsafe pcre2_match_data_create_8(1, nil) else { return .exhausted }
        defer { unsafe pcre2_match_data_free_8(data) }
        // 0 bytes are one start, too.
        let perStart = max(Limit.leastMatch, Limit.matchOfAllStarts / (subject.count + 1))
        guard perStart < Int(Limit.match) else { return unsafe search(subject, data, context) }
        guard let limits = unsafe pcre2_match_context_copy_8(context) else { return .exhausted }
        defer { unsafe pcre2_match_context_free_8(limits) }
        _ = unsafe pcre2_set_match_limit_8(limits, UInt32(perStart))
        return unsafe search(subject, data, limits)
    }

    private func search(_ subject: [UInt8], _ data: OpaquePointer, _ limits: OpaquePointer) -> Outcome {
        // An empty array may have no address, which older libraries refuse even for length 0.
        let bytes = subject.isEmpty ? [0] : subject
        let result = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe pcre2_match_8(code, buffer.baseAddress, subject.count, 0, 0, data, limits)
        }
        // 0: matched with more groups than the match data holds.
        if result >= 0 { return .matched }
        return result == PCRE2_ERROR_NOMATCH ? .unmatched : .exhausted
    }

    private static func message(_ error: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let capacity = buffer.count
        let length = unsafe buffer.withUnsafeMutableBufferPointer { space in
            unsafe pcre2_get_error_message_8(error, space.baseAddress, capacity)
        }
        return String(decoding: buffer.prefix(max(0, Int(length))), as: UTF8.self)
    }
}
