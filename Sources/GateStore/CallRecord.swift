/// One call as the journal keeps it.
///
/// Everything in it is already redacted.
public struct CallRecord: Sendable, Equatable {
    public enum Outcome: String, Sendable, Codable, CaseIterable {
        case forwarded, blocked, recorded, held, approved, rejected, released, replayed, limited, failed, denied
        case observed
        case inDoubt = "in-doubt"
    }

    /// A header field: name and value as text (bytes that are not UTF-8 are read as Latin-1).
    public struct Field: Sendable, Equatable, Codable {
        public var name: String
        public var value: String
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A request's or response's head and body.
    public struct Message: Sendable, Equatable {
        /// The response's status; nil in requests.
        public var status: Int?
        public var headerList: HeaderList
        /// The body's first bytes, up to `journal.body_limit`; nil when bodies are not kept for this call.
        public var body: [UInt8]?
        /// SHA-256 of the whole body as sent, in lower-case hex; nil when it was not hashed.
        public var bodySHA256: String?
        /// The whole body's length in bytes.
        public var bodyLength: Int
        /// True when `body` is not the whole body.
        public var isTruncated: Bool
        public init(
            status: Int? = nil, headers: [Field] = [], body: [UInt8]? = nil, bodySHA256: String? = nil,
            bodyLength: Int = 0, isTruncated: Bool = false
        ) {
            self.status = status
            headerList = HeaderList(headers)
            self.body = body
            self.bodySHA256 = bodySHA256
            self.bodyLength = bodyLength
            self.isTruncated = isTruncated
        }

        /// The header fields in order; made from `headerList` at each call.
        public var headers: [Field] {
            get { headerList.fields }
            set { headerList = HeaderList(newValue) }
        }
    }

    /// One try to send the call.
    public struct Attempt: Sendable, Equatable, Codable {
        /// Microseconds since 1970.
        public var at: Int64
        public var status: Int?
        public var error: String?
        public var ms: Double
        public init(at: Int64, status: Int?, error: String?, ms: Double) {
            self.at = at
            self.status = status
            self.error = error
            self.ms = ms
        }
    }

    /// ULID, 26 characters, the primary key.
    ///
    /// Its time is `time`, give or take an hour: ranges of time rely on it.
    public var id: String
    /// When the call's head was read: microseconds since 1970.
    public var time: Int64
    public var environment: String
    public var session: String?
    public var correlationID: String
    public var mode: String
    public var `class`: String
    public var kind: String?
    public var rule: String?
    public var outcome: Outcome
    /// What `observe` would have done (`forwarded`, `blocked`, `recorded`, `held`); nil in other modes.
    public var would: String?
    public var method: String
    /// The URL with secrets in its query redacted.
    public var url: String
    /// The host in canonical form, for filters.
    public var host: String
    public var request: Message
    /// nil until there is an answer.
    public var response: Message?
    public var attempts: [Attempt]
    /// The idempotency key's SHA-256 and its state; nil without a key.
    public var idempotencyKey: String?
    public var idempotencyState: String?
    public var limits: [String]
    /// The client's address, `127.0.0.1:54321`.
    public var client: String
    /// From the head's last byte to the answer's last byte.
    public var durationMilliseconds: Double
    /// Why the gate refused or failed the call (`blocked`, `upstream-timeout`, …); nil when it did not.
    public var refusal: String?

    public init(
        id: String, time: Int64, environment: String, session: String? = nil, correlationID: String, mode: String,
        class: String, kind: String? = nil, rule: String? = nil, outcome: Outcome, would: String? = nil,
        method: String, url: String, host: String, request: Message, response: Message? = nil,
        attempts: [Attempt] = [], idempotencyKey: String? = nil, idempotencyState: String? = nil,
        limits: [String] = [], client: String, durationMilliseconds: Double = 0, refusal: String? = nil
    ) {
        self.id = id
        self.time = time
        self.environment = environment
        self.session = session
        self.correlationID = correlationID
        self.mode = mode
        self.class = `class`
        self.kind = kind
        self.rule = rule
        self.outcome = outcome
        self.would = would
        self.method = method
        self.url = url
        self.host = host
        self.request = request
        self.response = response
        self.attempts = attempts
        self.idempotencyKey = idempotencyKey
        self.idempotencyState = idempotencyState
        self.limits = limits
        self.client = client
        self.durationMilliseconds = durationMilliseconds
        self.refusal = refusal
    }
}
