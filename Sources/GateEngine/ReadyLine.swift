/// What a gate says once it accepts calls: the one line of `serve` on stdout.
public struct ReadyLine: Sendable, Equatable {
    /// `http://127.0.0.1:4780`, with the port that was really bound.
    public var proxy: ListenAddress
    public var admin: ListenAddress
    /// The path of the authority's certificate.
    public var ca: String
    public var mode: String
    public var environment: String

    public init(proxy: ListenAddress, admin: ListenAddress, ca: String, mode: String, environment: String) {
        self.proxy = proxy
        self.admin = admin
        self.ca = ca
        self.mode = mode
        self.environment = environment
    }

    /// One line of JSON without a line end.
    public var json: String {
        let fields = [
            ("event", "ready"), ("proxy", "http://\(proxy.reachable)"), ("admin", "http://\(admin.reachable)"),
            ("ca", ca),
            ("mode", mode), ("environment", environment),
        ]
        return "{" + fields.map { "\"\($0)\":\(JSONText.quoted($1))" }.joined(separator: ",") + "}"
    }
}

extension ListenAddress {
    /// The address under which a program on this machine reaches it: loopback for the wildcards.
    public var reachable: ListenAddress {
        switch host {
        case "0.0.0.0": ListenAddress(host: "127.0.0.1", port: port)
        case "::": ListenAddress(host: "::1", port: port)
        default: self
        }
    }
}

/// Why a gate could not start or go on.
public struct GateError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: Sendable {
        /// Configuration, policy, port in use, state directory: nothing was started. Exit code 78.
        case configuration
        /// A fault of the gate itself. Exit code 70.
        case internalFault
    }
    public var code: Code
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
    public var description: String { message }
}

/// One readiness check and how it went.
public struct CheckResult: Sendable, Equatable {
    public var name: String
    public var isPassed: Bool
    public var detail: String

    public init(name: String, isPassed: Bool, detail: String) {
        self.name = name
        self.isPassed = isPassed
        self.detail = detail
    }
}
