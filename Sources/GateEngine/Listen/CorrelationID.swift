/// The id that ties a call to the caller's own records.
enum CorrelationID {
    /// Longer ones are replaced by the gate's own.
    static let maxBytes = 256

    /// `X-Correlation-ID`, else `X-Request-ID`, else the trace id of `traceparent`; nil when the gate makes one.
    ///
    /// What is empty, too long or not visible ASCII counts as absent.
    static func of(_ head: RequestHead) -> String? {
        if let value = usable(head, head.first(.correlationID)) { return value }
        if let value = usable(head, head.first(.requestID)) { return value }
        guard let trace = head.first(.traceparent) else { return nil }
        return traceID(head, trace)
    }

    private static func usable(_ head: RequestHead, _ range: Range<Int>?) -> String? {
        guard let range, !range.isEmpty, range.count <= maxBytes else { return nil }
        let bytes = head.block.bytes.span
        for index in range where bytes[index] < 0x20 || bytes[index] > 0x7E { return nil }
        return head.text(range)
    }

    /// `00-<32 hex>-<16 hex>-<2 hex>`, not all zeros (W3C Trace Context 3.2.2).
    private static func traceID(_ head: RequestHead, _ range: Range<Int>) -> String? {
        let bytes = head.block.bytes.span
        let start = range.lowerBound
        guard range.count >= 55, bytes[start + 2] == 0x2D, bytes[start + 35] == 0x2D, bytes[start + 52] == 0x2D
        else { return nil }
        let id = (start + 3)..<(start + 35)
        var isZero = true
        for index in id {
            guard ByteClass.hexValue(bytes[index]) != nil else { return nil }
            if bytes[index] != 0x30 { isZero = false }
        }
        return isZero ? nil : head.text(id)
    }
}
