import CGate

/// The kinds of text that keys, flags and variables hold, each with its check.
public enum TextFormat: String, Sendable, CaseIterable {
    case path
    case policy
    case hostPort = "HOST:PORT"
    case origin = "http(s)://HOST[:PORT]"
    case url = "URL"
    case proxy
    case network = "CIDR"
    case hostPattern = "host pattern"
    case store
    case headerName = "header name"
    case pointer = "JSON pointer"
    case alertTarget = "alert target"
    case identifier
    case noProxy = "no_proxy list"

    /// What is wrong with `value`, nil when nothing is.
    public func fault(in value: String) -> String? {
        guard value.utf8.count <= 4096 else { return "is longer than 4096 bytes" }
        guard !value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return "contains a control character" }
        if value.isEmpty, self != .noProxy { return "is empty" }
        return check(value)
    }

    private func check(_ value: String) -> String? {
        switch self {
        case .path, .noProxy: nil
        case .policy: Self.policyFault(value)
        case .hostPort:
            ListenAddress(text: value) == nil
                ? "'\(value)' is not HOST:PORT (as in 127.0.0.1:4780 or [::1]:4780; port 0 to 65535)" : nil
        case .origin: Origin(text: value) == nil ? "'\(value)' is not http(s)://HOST[:PORT] without a path" : nil
        case .url: Self.urlFault(value)
        case .proxy: Self.proxyFault(value)
        case .network:
            NetworkRange(text: value) == nil ? "'\(value)' is not a network (as in 10.0.0.0/8 or fd00::/8)" : nil
        case .hostPattern: Self.hostPatternFault(value)
        case .store:
            StoreLocation(text: value) == nil
                ? "'\(Self.withoutPassword(value))' is not a store: use sqlite, sqlite:PATH, memory or postgres://…"
                : nil
        case .headerName:
            value.utf8.allSatisfy(Self.isTokenByte) ? nil : "'\(value)' is not the name of a header field"
        case .pointer: value.hasPrefix("/") ? nil : "'\(value)' is not a JSON pointer (as in /card/number)"
        case .alertTarget: Self.alertFault(value)
        case .identifier:
            value.utf8.count <= 64 && value.utf8.allSatisfy { HostText.isLetterOrDigit($0) || $0 == 0x2D || $0 == 0x5F }
                ? nil : "'\(value)' is not a name of letters, digits, '-' and '_' (at most 64)"
        }
    }

    /// Names of the packs built in, in the order in which they are judged.
    public static let packs: [String] = (0..<gate_pack_count).map { unsafe String(cString: gate_pack_name($0)) }

    static func isPolicyPath(_ value: String) -> Bool {
        value.contains("/") || value.hasSuffix(".yaml") || value.hasSuffix(".yml")
    }

    private static func policyFault(_ value: String) -> String? {
        if isPolicyPath(value) || packs.contains(value) { return nil }
        return "'\(value)' is neither a built-in pack (\(packs.joined(separator: ", "))) nor the path of a .yaml file"
            + Suggestion.hint(value, among: packs)
    }

    private static func urlFault(_ value: String) -> String? {
        authority(of: value, schemes: ["http", "https"]).flatMap { HostText.split($0) } == nil
            ? "'\(value)' is not a URL (http:// or https:// and a host)" : nil
    }

    private static func proxyFault(_ value: String) -> String? {
        guard let authority = authority(of: value, schemes: ["http", "https"]) else {
            return "'\(withoutPassword(value))' is not the URL of a proxy (http://HOST:PORT or https://HOST:PORT)"
        }
        let host = authority.lastIndex(of: "@").map { String(authority[authority.index(after: $0)...]) } ?? authority
        return HostText.split(host) == nil
            ? "'\(withoutPassword(value))' is not the URL of a proxy (http://HOST:PORT or https://HOST:PORT)" : nil
    }

    /// The authority of a URL with one of the schemes, up to the first of `/?#`.
    static func authority(of value: String, schemes: [String]) -> String? {
        let lowered = value.lowercased()
        guard let scheme = schemes.first(where: { lowered.hasPrefix($0 + "://") }) else { return nil }
        guard !value.contains(" ") else { return nil }
        return String(value.dropFirst(scheme.count + 3).prefix { $0 != "/" && $0 != "?" && $0 != "#" })
    }

    /// A URL as it may be shown: what stands before `@` is left out.
    static func withoutPassword(_ value: String) -> String {
        guard let scheme = value.range(of: "://"), let at = value.lastIndex(of: "@"), at > scheme.upperBound else {
            return value
        }
        return value[..<scheme.upperBound] + "…" + value[at...]
    }

    private static func hostPatternFault(_ value: String) -> String? {
        let allowed = value.utf8.allSatisfy { HostText.isLetterOrDigit($0) || ".*-_:[]{},".utf8.contains($0) }
        return allowed
            ? nil : "'\(value)' is not a host or a pattern of hosts (as in *.example.com, **.example.com or **)"
    }

    private static func alertFault(_ value: String) -> String? {
        if value.hasPrefix("exec:") { return value.utf8.count > 5 ? nil : "'exec:' names no program" }
        return urlFault(value) == nil ? nil : "'\(value)' is neither an http(s) URL nor exec:PROGRAM"
    }

    static func isTokenByte(_ byte: UInt8) -> Bool {
        HostText.isLetterOrDigit(byte) || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
}

extension String {
    /// The first place of `needle`, without Foundation.
    fileprivate func range(of needle: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(needle) { return start..<index(start, offsetBy: needle.count) }
            start = index(after: start)
        }
        return nil
    }
}
