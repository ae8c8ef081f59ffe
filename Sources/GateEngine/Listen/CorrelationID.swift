/// The id that ties a call to the caller's own records.
enum CorrelationID {
    /// Longer ones are replaced by the gate's own.
    static let maxBytes = 256

    /// `X-Correlation-ID`, else `X-Request-ID`, else the trace id of `traceparent`; nil when the gate makes one.
    /// What is empty, too long or not visible ASCII counts as absent.
    static func of(_ head: RequestHead) -> String? { nil }
}
