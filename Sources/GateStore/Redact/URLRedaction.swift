/// Finds what is secret in a URL's bytes.
///
/// Each function returns nil when there is nothing to take out.
enum URLRedaction {
    static func redact(_ url: [UInt8]) -> [UInt8]? {
        let fragment = url.firstIndex(of: 0x23) ?? url.count
        let query = url[..<fragment].firstIndex(of: 0x3f) ?? fragment
        let (authority, pathStart) = bounds(url, before: query)
        let userinfoEnd = url[authority..<pathStart].lastIndex(of: 0x40)
        let host = url[(userinfoEnd.map { $0 + 1 } ?? authority)..<pathStart]
        let path = redactPath(url[pathStart..<query], host: host)
        let parameters =
            query < fragment
            ? Self.parameters(url[(query + 1)..<fragment], isSecret: SecretNames.isSecretParameter) : nil
        // An OAuth answer carries its token in the fragment.
        let tail =
            fragment < url.count
            ? Self.parameters(url[(fragment + 1)...], isSecret: SecretNames.isSecretParameter) : nil
        var redacted: [UInt8]?
        if userinfoEnd != nil || path != nil || parameters != nil || tail != nil {
            var result = Array(url[..<authority])
            if userinfoEnd != nil { result += Redaction.markBytes + [0x40] }
            result += host
            result += path ?? Array(url[pathStart..<query])
            if query < fragment { result += [0x3f] + (parameters ?? Array(url[(query + 1)..<fragment])) }
            if fragment < url.count { result += [0x23] + (tail ?? Array(url[(fragment + 1)...])) }
            redacted = result
        }
        return TextRedaction.redact(redacted ?? url) ?? redacted
    }

    /// Where the authority begins and the path begins; both at the start when there is no authority.
    private static func bounds(_ url: [UInt8], before end: Int) -> (authority: Int, path: Int) {
        var index = 0
        while index + 2 < end {
            if url[index] == 0x3a, url[index + 1] == 0x2f, url[index + 2] == 0x2f {
                let authority = index + 3
                return (authority, url[authority..<end].firstIndex(of: 0x2f) ?? end)
            }
            if url[index] == 0x2f { break }
            index += 1
        }
        return (0, 0)
    }

    /// `name=value&…`, each name percent-decoded before it is compared.
    static func parameters(_ text: ArraySlice<UInt8>, isSecret: (ArraySlice<UInt8>) -> Bool) -> [UInt8]? {
        var result: [UInt8] = []
        var copied = text.startIndex
        var start = text.startIndex
        while start < text.endIndex {
            let end = text[start...].firstIndex { $0 == 0x26 || $0 == 0x3b } ?? text.endIndex
            if let equals = text[start..<end].firstIndex(of: 0x3d), equals + 1 < end,
                isSecret(PercentCoding.decode(text[start..<equals], plusIsSpace: true)[...])
            {
                result += text[copied...equals]
                result += Redaction.markBytes
                copied = end
            }
            start = end + 1
        }
        guard copied > text.startIndex else { return nil }
        return result + text[copied...]
    }

    /// Providers that put a token into the path: Telegram's bots, incoming webhooks of Slack and Discord.
    private static func redactPath(_ path: ArraySlice<UInt8>, host: ArraySlice<UInt8>) -> [UInt8]? {
        var segments = path.split(separator: 0x2f, omittingEmptySubsequences: false)
        let mark = Redaction.markBytes[...]
        var isChanged = false
        for index in segments.indices where isTelegramBot(segments[index]) {
            segments[index] = Array("bot".utf8) + mark
            isChanged = true
        }
        let isSlack = ends(host, "slack.com") && segments.count > 4
        if isSlack,
            equals(segments[1], "services") || equals(segments[1], "workflows") || equals(segments[1], "triggers")
        {
            for index in 2..<segments.count where !segments[index].isEmpty { segments[index] = mark }
            isChanged = true
        }
        if let place = segments.firstIndex(where: { equals($0, "webhooks") }), place + 2 < segments.count,
            ends(host, "discord.com") || ends(host, "discordapp.com")
        {
            segments[place + 2] = mark
            isChanged = true
        }
        if ends(host, "webhook.office.com") || ends(host, "hooks.zapier.com"), segments.count > 2 {
            for index in 2..<segments.count where !segments[index].isEmpty { segments[index] = mark }
            isChanged = true
        }
        return isChanged ? Array(segments.joined(separator: [0x2f])) : nil
    }

    /// `bot123456:AA…`, the colon perhaps escaped.
    private static func isTelegramBot(_ segment: ArraySlice<UInt8>) -> Bool {
        guard segment.count > 20, segment.prefix(3).elementsEqual("bot".utf8) else { return false }
        let rest = PercentCoding.decode(segment.dropFirst(3), plusIsSpace: false)
        guard let colon = rest.firstIndex(of: 0x3a), colon >= 5 else { return false }
        return rest[..<colon].allSatisfy { (0x30...0x39).contains($0) } && rest.count - colon > 10
    }

    private static func equals(_ bytes: ArraySlice<UInt8>, _ text: String) -> Bool { bytes.elementsEqual(text.utf8) }

    /// The host, or a subdomain; a port is ignored.
    private static func ends(_ host: ArraySlice<UInt8>, _ domain: String) -> Bool {
        let name = host.prefix { $0 != 0x3a }.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
        guard name.count >= domain.utf8.count, name.suffix(domain.utf8.count).elementsEqual(domain.utf8) else {
            return false
        }
        return name.count == domain.utf8.count || name[name.count - domain.utf8.count - 1] == 0x2e
    }
}
